"""The hub's link to its matching process: started with a list, replaced when it dies or is silent.

A new version is loaded by a second process while the first one still answers; then they change
places. A question waits at most `answers_within_s`; a process that is silent longer is ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from hub.cekal.records import Query
from hub.matching.port import Answer, Away
from hub.matching.task import (
    Failed,
    Look,
    Page,
    Person,
    Progress,
    Question,
    Ready,
    Said,
    Screened,
    Task,
)

log = logging.getLogger(__name__)
SILENT_WHILE_LOADING_S: Final = 60.0
LARGEST_LINE: Final = 16 * 1024 * 1024
_SAID: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)
LOST = (TimeoutError, OSError, Away, ValueError)
"""A broken pipe, silence, half a line, or words that are none of ours."""
T = TypeVar("T", Screened, Page)


@dataclass(frozen=True, slots=True)
class Loading:
    """How far a version is loaded: entries read of so many."""

    token: str
    done: int
    total: int


class Matching:
    """One matching process for one version of the list, or none while there is no list."""

    def __init__(self, folder: Path, key_file: Path, *, answers_within_s: float) -> None:
        self._folder = folder
        self._key_file = key_file
        self._within_s = answers_within_s
        self._process: Process | None = None
        self._asking = asyncio.Lock()
        self._ready: Ready | None = None
        self.token = ""
        self.loading: Loading | None = None
        self.told: Callable[[], None] = lambda: None
        """Called whenever more of a version is loaded."""

    @property
    def process_id(self) -> int | None:
        """Return the process that answers, None while there is none."""
        return self._process.pid if self._process else None

    @property
    def threshold(self) -> float:
        """Return the score from which a person is shown."""
        return self._ready.threshold if self._ready else 1.0

    async def use(self, token: str, versions: list[str], threshold: float | None = None) -> None:
        """Answer from these versions, which `token` stands for. Raises Away if they do not load.

        `threshold` is the office's own; None: the learned one.
        """
        alive = self._process is not None and self._process.returncode is None
        if token == self.token and alive:
            return
        if not versions:
            await self.stop()
            self.token = token
            return
        process, ready = await self._start(token, versions, threshold)
        async with self._asking:
            before, self._process = self._process, process
            self._ready, self.token = ready, token
        self.told()
        if before is not None:
            await _end(before)
        log.info("list %s is loaded: %d entries", token[:12], ready.size)

    async def ask(self, query: Query, on: date, nearest: int) -> Answer:
        """Return whom a person may be. Raises Away."""
        said = await self._question(Person(query, on.isoformat(), nearest), Screened)
        return said.answer

    async def look(self, asked: Look) -> Page:
        """Return entries of the list. Raises Away."""
        return await self._question(asked, Page)

    async def stop(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        self._ready = None
        if process is not None:
            await _end(process)

    async def _question(self, asked: Question, expected: type[T]) -> T:
        async with self._asking:
            process = self._process
            if process is None or process.stdin is None:
                raise Away
            try:
                _write(process, asked)
                async with asyncio.timeout(self._within_s):
                    await process.stdin.drain()
                async with asyncio.timeout(self._within_s):
                    said = await _line(process)
            except BaseException as error:
                # half an answer would be taken for the next one's
                self._process, self._ready = None, None
                await asyncio.shield(_end(process))
                if isinstance(error, LOST):
                    log.warning("the matching process is lost: %s", type(error).__name__)
                    raise Away from error
                raise
        if not isinstance(said, expected):
            log.warning("a question failed: %s", said.reason if isinstance(said, Failed) else "?")
            raise Away
        return said

    async def _start(
        self, token: str, versions: list[str], threshold: float | None
    ) -> tuple[Process, Ready]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hub.matching.process"),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            limit=LARGEST_LINE,
        )
        try:
            task = Task(str(self._folder), str(self._key_file), versions, threshold)
            _write(process, task)
            return process, await self._loaded(token, process)
        except BaseException as error:
            await asyncio.shield(_end(process))
            if isinstance(error, LOST):
                raise Away from error
            raise
        finally:
            self.loading = None
            self.told()

    async def _loaded(self, token: str, process: Process) -> Ready:
        while True:
            async with asyncio.timeout(SILENT_WHILE_LOADING_S):
                said = await _line(process)
            if isinstance(said, Ready):
                return said
            if not isinstance(said, Progress):
                raise Away
            self.loading = Loading(token, said.done, said.total)
            self.told()


def _write(process: Process, said: msgspec.Struct) -> None:
    if process.stdin is None or process.stdin.is_closing():
        raise Away  # the hub's loop refuses to write to one that has died
    process.stdin.write(msgspec.json.encode(said) + b"\n")


async def _line(process: Process) -> Said:
    if process.stdout is None:
        raise Away
    line = await process.stdout.readline()
    if not line.endswith(b"\n"):
        raise Away
    return _SAID.decode(line)


async def _end(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()
