"""Electronic signatures on a document: a port, and the office's own key behind it (PAdES B-B).

A provider such as BSrE is attached by another class with the same `sign`: it gets the PDF as
printed at step 8 and returns it signed. Importing this loads no signing library: the work is done
in a process of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import sys
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hub.errors import Busy, Conflict

LIMIT_S = 30.0
LENGTH = struct.Struct("!I")


@dataclass(frozen=True, slots=True)
class Signature:
    """What the signature says beside the certificate: who, why, where."""

    signer: str
    reason: str
    place: str


class ElectronicSigner(Protocol):
    """Signs a PDF; the office configures which one."""

    async def sign(self, pdf: bytes, said: Signature) -> bytes:
        """Return `pdf` with one signature added. Raises Conflict `signature_refused`, Busy."""


class LocalKey:
    """Signs with a PKCS#12 key of the office, in a spawned process."""

    def __init__(self, key_file: Path, passphrase_file: Path) -> None:
        self._key_file = key_file
        self._passphrase_file = passphrase_file

    async def sign(self, pdf: bytes, said: Signature) -> bytes:
        """Return `pdf` signed as PAdES B-B. Raises Conflict `signature_refused`, Busy."""
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
            async with asyncio.timeout(LIMIT_S):
                sent = LENGTH.pack(len(question)) + question + pdf
                signed, why = await worker.communicate(sent)
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
            reason = why.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
            raise Conflict(
                "signature_refused",
                f"The document was not signed: {reason}",
                id=f"Dokumen tidak ditandatangani: {reason}",
            )
        return signed
