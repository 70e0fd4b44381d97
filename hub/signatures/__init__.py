"""Electronic signatures on documents: a port, and the office's own key behind it (PAdES B-B).

A provider such as BSrE is attached by another class with the same `sign`: it gets the PDFs as
printed at step 8 and returns them signed. Importing this loads no signing library: the work is
done in a process of its own, one for all documents that are signed together.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hub.errors import Busy, Conflict
from hub.signatures.reasons import FAILED, WHY

START_S, EACH_S = 30.0, 2.0
LENGTH = struct.Struct("!I")


@dataclass(frozen=True, slots=True)
class Signature:
    """What the signature says beside the certificate: who, why, where."""

    signer: str
    reason: str
    place: str


class ElectronicSigner(Protocol):
    """Signs PDFs; the office configures which one."""

    async def sign(self, pdfs: Sequence[bytes], said: Signature) -> list[bytes]:
        """Return each of `pdfs` with one signature added; all of them or none.

        Raises Conflict `signature_refused`, Busy.
        """


class LocalKey:
    """Signs with a PKCS#12 key of the office, in a spawned process."""

    def __init__(self, key_file: Path, passphrase_file: Path) -> None:
        self._key_file = key_file
        self._passphrase_file = passphrase_file

    async def sign(self, pdfs: Sequence[bytes], said: Signature) -> list[bytes]:
        """Return each of `pdfs` signed as PAdES B-B. Raises Conflict `signature_refused`, Busy."""
        question = json.dumps(
            {
                "key": str(self._key_file),
                "passphrase": str(self._passphrase_file),
                "signer": said.signer,
                "reason": said.reason,
                "place": said.place,
            }
        ).encode()
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hub.signatures.worker"),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
        )
        try:
            async with asyncio.timeout(START_S + EACH_S * len(pdfs)):
                signed, why = await worker.communicate(framed([question, *pdfs]))
        except TimeoutError as error:
            raise Busy(
                "signature_late",
                "The signature took too long. Try again in a moment.",
                id="Tanda tangan elektronik terlalu lama. Coba lagi sebentar.",
            ) from error
        finally:
            if worker.returncode is None:  # too late, or nobody waits for it any more
                with contextlib.suppress(ProcessLookupError):
                    worker.kill()
                await worker.wait()
        if worker.returncode != 0:
            raise _refused(why.decode("utf-8", "replace").strip().rpartition("\n")[2])
        return unframed(signed)


def framed(parts: Sequence[bytes]) -> bytes:
    """Return the parts one behind the other, each as length | bytes."""
    return b"".join(LENGTH.pack(len(part)) + part for part in parts)


def unframed(content: bytes) -> list[bytes]:
    """Return the parts that `framed` joined."""
    parts, place = [], 0
    while place < len(content):
        (length,) = LENGTH.unpack_from(content, place)
        place += LENGTH.size + length
        parts.append(content[place - length : place])
    return parts


def _refused(code: str) -> Conflict:
    why = WHY.get(code, FAILED)
    return Conflict(
        "signature_refused",
        f"Nothing was signed. {why.en}",
        id=f"Tidak ada yang ditandatangani. {why.id}",
    )
