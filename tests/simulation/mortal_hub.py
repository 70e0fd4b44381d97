"""A hub in this process that dies at any command: what it leaves are its files as they were then.

The copy is taken in the writer thread, inside the open transaction, exactly as kill -9 leaves the
files of a process. What the dying hub does afterwards happens on files nobody looks at again.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psycopg
from sqlalchemy import event

from bench.cluster import Cluster
from hub.errors import LoketError
from hub.house import SYSTEM, House, open_house
from hub.office import OfficeConfig
from hub.settings import THE_OFFICE, settings_for
from hub.web.api.tickets import issuing
from hub.wire import IssueTicket
from hub.writer import Actor, Done, Tx, Writer

Command = Callable[[Tx, OfficeConfig], object]


@dataclass(frozen=True, slots=True)
class Request:
    """What a station sends; sent again it is the same, with the same key."""

    key: str
    name: str
    body: bytes
    actor: Actor
    command: Command
    answer: type[object]


class Lost:
    """No answer came."""


LOST = Lost()
Outcome = Done[object] | LoketError | Lost


class MortalHub:
    """The real house and the real writer; `together` runs one batch and may die in it."""

    def __init__(self, empty: Path, folder: Path, clock: object, batch_limit: int) -> None:
        self._folder = folder
        self._key_file = empty.with_name("hub.key")
        self._clock = clock
        self._batch_limit = batch_limit
        self._lives = 0
        shutil.copytree(empty, self._home)
        self.house: House
        self._writer: Writer

    @property
    def _home(self) -> Path:
        return self._folder / f"life-{self._lives}"

    @property
    def deaths(self) -> int:
        return self._lives

    def start(self) -> None:
        self.house = open_house(settings_for(self._home, key_file=self._key_file), self._clock)
        self._writer = Writer(
            self.house.database, THE_OFFICE, self._clock, batch_limit=self._batch_limit
        )
        self._writer.start()

    async def stop(self) -> None:
        await self._writer.stop()
        self.house.database.close()

    async def together(self, requests: Sequence[Request]) -> list[Outcome]:
        """Let all requests wait in the line before the writer sees the first; return answers."""
        return await self._line_up([(request, self._bound(request)) for request in requests])

    async def together_until_death(
        self, requests: Sequence[Request], dies_before: int
    ) -> list[Outcome]:
        """Die before request number `dies_before` runs, its batch uncommitted, and start again."""
        line = [(request, self._bound(request)) for request in requests]
        line.insert(dies_before, (None, self._die))

        outcomes = await self._line_up(line)
        committed = dies_before - dies_before % self._batch_limit
        await self._rise()
        return outcomes[:committed] + [LOST] * (len(requests) - committed)

    async def together_then_death(self, requests: Sequence[Request]) -> list[Outcome]:
        """Commit everything, die before any answer leaves, and start again."""
        await self.together(requests)
        self._die(None)
        await self._rise()
        return [LOST] * len(requests)

    async def _line_up(
        self, line: Sequence[tuple[Request | None, Callable[[Tx], object]]]
    ) -> list[Outcome]:
        busy, go_on = threading.Event(), threading.Event()

        def hold_the_writer(_tx: Tx) -> None:
            busy.set()
            go_on.wait(timeout=60)

        held = asyncio.create_task(self._writer.run(hold_the_writer, actor=SYSTEM))
        await asyncio.to_thread(busy.wait, 60)
        waiting = [asyncio.create_task(self._send(*one)) for one in line]
        await asyncio.sleep(0)  # each of them puts its command into the line
        go_on.set()
        await held
        return list(await asyncio.gather(*waiting))

    async def _send(self, request: Request | None, command: Callable[[Tx], object]) -> Outcome:
        try:
            if request is None:
                return await self._writer.run(command, actor=SYSTEM)
            return await self._writer.run(
                command,
                actor=request.actor,
                key=request.key,
                request=request.body,
                name=request.name,
                answer=request.answer,
            )
        except LoketError as refused:
            return refused

    def _bound(self, request: Request) -> Callable[[Tx], object]:
        office = self.house.procedure.office
        if request.name == "issue":  # as the hub does: numbers asked for in a row are given jointly
            return issuing(office, msgspec.json.decode(request.body, type=IssueTicket))
        return lambda tx: request.command(tx, office)

    def _die(self, _tx: Tx | None) -> None:
        # the -shm file is shared memory: it does not survive its processes
        left = self._folder / f"life-{self._lives + 1}"
        shutil.copytree(self._home, left, ignore=shutil.ignore_patterns("*-shm"))

    async def _rise(self) -> None:
        await self.stop()
        shutil.rmtree(self._home)
        self._lives += 1
        self.start()


class MortalHubOnPostgresql(MortalHub):
    """The same with a database of its own in PostgreSQL: a dying hub loses its connection there."""

    def __init__(
        self, empty: Path, folder: Path, clock: object, batch_limit: int, cluster: Cluster
    ) -> None:
        super().__init__(empty, folder, clock, batch_limit)
        cluster.give_own_database(self._home)

    @property
    def _home(self) -> Path:
        return self._folder / "all-lives"

    def _die(self, tx: Tx | None) -> None:
        event.listen(self.house.database.writing, "do_connect", _nobody_connects)
        if tx is not None:
            tx.connection.connection.dbapi_connection.close()

    async def _rise(self) -> None:
        await self.stop()
        self._lives += 1
        self.start()


def _nobody_connects(*_: object) -> None:
    raise psycopg.OperationalError("this hub is dead")
