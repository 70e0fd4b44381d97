"""Keeps the prepared waiting times fresh: asks the forecasting process, stores what it says."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from datetime import datetime, timedelta
from typing import Final

import msgspec

from hub.clock import Clock
from hub.errors import LoketError
from hub.forecast.task import Task, question
from hub.house import SYSTEM, House
from hub.tickets import waiting_times
from hub.writer import Writer

log = logging.getLogger(__name__)

EVERY_S: Final = 4.0
"""With the time of the simulation a table is at most five seconds old."""
ANSWERS_WITHIN_S: Final = 30.0
STORED_AGAIN_AFTER: Final = timedelta(seconds=20)
STARTED_AGAIN_AFTER_S: Final = 10.0
LARGEST_ANSWER: Final = 1024 * 1024
_DECODER = msgspec.json.Decoder(dict[str, list[tuple[int, int]]])


class Lost(Exception):
    """The forecasting process died or does not answer."""


class Forecasts:
    """One forecasting process beside the hub; a silent one is replaced."""

    def __init__(self, house: House, writer: Writer, *, every_s: float = EVERY_S) -> None:
        self._house = house
        self._writer = writer
        self._clock: Clock = house.clock
        self._every_s = every_s
        self._process: Process | None = None
        self._stored: dict[str, list[tuple[int, int]]] = {}
        self._stored_at: datetime | None = None

    @property
    def process_id(self) -> int | None:
        """Return the forecasting process, None while there is none."""
        return self._process.pid if self._process else None

    async def run(self) -> None:
        """Refresh the tables for ever; end it by cancelling."""
        try:
            while True:
                await asyncio.sleep(await self._once())
        finally:
            await self._end()

    async def _once(self) -> float:
        try:
            found = await self._ask()
        except (Lost, OSError, ValueError):  # a line too long, or none of ours
            log.warning("the forecasting process is lost; the usual minutes stand in")
            await self._end()
            return min(STARTED_AGAIN_AFTER_S, 10 * self._every_s)
        with contextlib.suppress(LoketError):  # the next one comes in a moment
            await self._store(found)
        return self._every_s

    async def _store(self, found: dict[str, list[tuple[int, int]]]) -> None:
        now = self._clock.now()
        old = self._stored_at is None or now - self._stored_at >= STORED_AGAIN_AFTER
        if found == self._stored and (not old or not found):
            return
        await self._writer.run(
            lambda tx: waiting_times.store(tx, found), actor=SYSTEM, name="store waiting times"
        )
        self._stored, self._stored_at = found, now

    async def _ask(self) -> dict[str, list[tuple[int, int]]]:
        process = self._process or await self._start()
        if process.stdin is None or process.stdout is None or process.stdin.is_closing():
            raise Lost  # the hub's loop refuses to write to one that has died
        process.stdin.write(question(self._clock.now()))
        try:
            await process.stdin.drain()
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                line = await process.stdout.readline()
        except (TimeoutError, ConnectionError) as error:
            raise Lost from error
        if not line.endswith(b"\n"):
            raise Lost
        return _DECODER.decode(line)

    async def _start(self) -> Process:
        settings = self._house.settings
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hub.forecast.process"),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            limit=LARGEST_ANSWER,
        )
        task = Task(settings.database_url, settings.office, str(settings.office_file))
        if self._process.stdin is None:
            raise Lost
        # by its input: an address may hold a password, which a command line would show
        self._process.stdin.write(msgspec.json.encode(task) + b"\n")
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
