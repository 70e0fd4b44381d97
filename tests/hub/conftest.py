"""A real hub folder with its database, and a clock that tests set."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import uvloop

from bench.cluster import Cluster
from hub import queue, stations
from hub.house import SYSTEM, House, create_house, open_house
from hub.queue import counters
from hub.sample import fill_office
from hub.settings import settings_for
from hub.wire import IssueTicket
from hub.writer import Tx, Writer

T = TypeVar("T")

# a Monday, 09.00 at the sample office (WIB)
MONDAY_NINE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


class StillClock:
    """A clock that moves only when told."""

    def __init__(self, start: datetime = MONDAY_NINE) -> None:
        self.at = start

    def now(self) -> datetime:
        return self.at

    def pass_(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture(scope="session")
def empty_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A freshly created hub folder, to be copied."""
    folder = tmp_path_factory.mktemp("house") / "hub"
    create_house(settings_for(folder), StillClock())
    return folder


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture(scope="session")
def empty_house_on_postgresql(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A freshly created hub folder with its database in PostgreSQL, both to be copied.

    Another office is in the same database, with the same counters, officers, blanks and numbers:
    a query that forgets to name its office finds too much.
    """
    place, url = tmp_path_factory.mktemp("house"), cluster.create("empty_house")
    neighbour = settings_for(place / "neighbour", database_url=url)
    create_house(neighbour, StillClock(), code="NGB")
    keep_busy(open_house(settings_for(neighbour.folder), StillClock()))
    create_house(settings_for(place / "hub", database_url=url), StillClock())
    return place / "hub"


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path, clock: StillClock) -> Iterator[House]:
    """An opened hub of its own for each test, once on each kind of database."""
    folder = tmp_path / "hub"
    on_sqlite = request.param == "sqlite"
    empty = request.getfixturevalue("empty_house" if on_sqlite else "empty_house_on_postgresql")
    shutil.copytree(empty, folder)
    shutil.copy(empty.with_name("hub.key"), tmp_path / "hub.key")
    with contextlib.nullcontext() if on_sqlite else _own_database(request, folder):
        opened = open_house(settings_for(folder), clock)
        yield opened
        opened.database.close()


@contextlib.contextmanager
def _own_database(request: pytest.FixtureRequest, folder: Path) -> Iterator[None]:
    cluster: Cluster = request.getfixturevalue("cluster")
    database = cluster.give_own_database(folder)
    yield
    cluster.drop(database)


def keep_busy(neighbour: House) -> None:
    """Let an office have one of everything that another office has too."""
    office, writer = neighbour.procedure.office, neighbour.writer()

    office.holiday(office.today(neighbour.clock.now()))  # as a hub does before it serves

    def do(command: Callable[[Tx], T]) -> T:
        return writer.run_alone(command, actor=SYSTEM)

    do(lambda tx: fill_office(tx, neighbour.procedure, "no password fits"))
    do(lambda tx: stations.add(tx, office, kind="kiosk", name="kios 1"))
    for service in office.services:
        for _ in range(3):
            do(lambda tx, code=service.code: queue.issue(tx, office, IssueTicket(service=code)))
    for counter in office.counters:
        do(lambda tx, at=counter.number: counters.open_counter(tx, office, counter=at))
        do(lambda tx, at=counter.number: queue.call_next(tx, office, counter=at))
    neighbour.database.close()


@contextlib.asynccontextmanager
async def writing(house: House, *, batch_limit: int = 64) -> AsyncIterator[Writer]:
    writer = Writer(house.database, house.office_no, house.clock, batch_limit=batch_limit)
    writer.start()
    try:
        yield writer
    finally:
        await writer.stop()


@pytest.fixture
def run(house: House) -> Callable[[Callable[[Writer], Awaitable[object]]], object]:
    """Run an async test body with a started writer."""

    def runner(body: Callable[[Writer], Awaitable[object]]) -> object:
        async def main() -> object:
            async with writing(house) as writer:
                return await body(writer)

        return uvloop.run(main())

    return runner
