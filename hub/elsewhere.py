"""What other hub processes on the same PostgreSQL commit, brought to this process in order.

Numbers of events are given under the office's lock, which is held until the commit is visible:
whoever reads the table from a number onward can miss nobody. So LISTEN only wakes, a slow poll
stands behind it, and this process's own commits are passed on at once where nothing lies between.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from hub.database import Database
from hub.events import Sealed
from hub.events.chain import channel_of
from hub.feed import PAGE, Feed

log = logging.getLogger(__name__)

POLL_S = 1.0
"""How late an event of another process is when its notification was lost."""
CONNECT_WITHIN_S = 5
PASSED_ON = 64
"""Events passed on before the subscribers are let write: fewer than may wait for one of them."""
_TO_THE_END = 2**62

Hearer = Callable[[list[Sealed]], None]


class Elsewhere:
    """Lets every hearer have every event of the office once, in order, whoever committed it."""

    def __init__(self, database: Database, office: int, feed: Feed) -> None:
        self._database = database
        self._office = office
        self._feed = feed
        self._hearers: list[Hearer] = [feed.publish]
        self._reading = asyncio.Lock()
        self._wanted = asyncio.Event()
        self._deaf = False
        self._tasks: list[asyncio.Task[None]] = []
        feed.catch_up = self.catch_up

    def listen(self, hearer: Hearer) -> None:
        """Call `hearer` on the event loop with what was committed, after the feed has it."""
        self._hearers.append(hearer)

    def committed_here(self, sealed: list[Sealed]) -> None:
        """Pass on a batch of our own; listens to the writer."""
        if sealed[0].seq > self._feed.tail + 1:
            self._wanted.set()  # somebody else was between
        else:
            self._pass_on(sealed)

    async def catch_up(self) -> None:
        """Pass on what the table holds behind the feed. Raises DBAPIError."""
        async with self._reading:
            full = True
            while full:
                read = self._feed.read_page
                page = await asyncio.to_thread(read, self._feed.tail, _TO_THE_END)
                for start in range(0, len(page), PASSED_ON):
                    self._pass_on(page[start : start + PASSED_ON])
                    await asyncio.sleep(0)
                full = len(page) == PAGE

    def start(self) -> None:
        """Listen and poll from now on; call on the event loop."""
        work = (self._read_when_wanted(), self._wait_for_notes())
        self._tasks = [asyncio.create_task(one) for one in work]

    async def stop(self) -> None:
        """Stop listening."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _pass_on(self, events: list[Sealed]) -> None:
        # our own commits may have come while the page was read
        fresh = [event for event in events if event.seq > self._feed.tail]
        if fresh:
            for hear in self._hearers:
                hear(fresh)

    async def _read_when_wanted(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self._wanted.wait()
            self._wanted.clear()
            try:
                await self.catch_up()
            except SQLAlchemyError as error:
                log.debug("events of other hubs could not be read: %s", error)
                await asyncio.sleep(POLL_S)

    async def _wait_for_notes(self) -> None:
        while True:
            try:
                await self._hear_notes()
            except (psycopg.Error, OSError) as error:
                if not self._deaf:
                    log.warning("no notifications of other hubs (%s); asking every second", error)
                self._deaf = True
            await asyncio.sleep(POLL_S)

    async def _hear_notes(self) -> None:
        engine = self._database.readers
        _positional, named = engine.dialect.create_connect_args(engine.url)
        options = dict(named) | {
            "connect_timeout": CONNECT_WITHIN_S,
            "application_name": f"loket listener {os.getpid()}",
        }
        async with await psycopg.AsyncConnection.connect(**options, autocommit=True) as connection:
            await connection.execute(f"LISTEN {channel_of(self._office)}")
            if self._deaf:
                log.info("notifications of other hubs come again")
            self._deaf = False
            async for note in connection.notifies():
                if int(note.payload) > self._feed.tail:
                    self._wanted.set()
