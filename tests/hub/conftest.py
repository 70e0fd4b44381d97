"""A real hub folder with its database, and a clock that tests set."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.house import House, create_house, open_house
from hub.settings import settings_for
from hub.writer import Writer

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


@pytest.fixture
def house(empty_house: Path, tmp_path: Path, clock: StillClock) -> Iterator[House]:
    """An opened hub of its own for each test."""
    folder = tmp_path / "hub"
    shutil.copytree(empty_house, folder)
    shutil.copy(empty_house.with_name("hub.key"), tmp_path / "hub.key")
    opened = open_house(settings_for(folder), clock)
    yield opened
    opened.database.close()


@contextlib.asynccontextmanager
async def writing(house: House, *, batch_limit: int = 64) -> AsyncIterator[Writer]:
    writer = Writer(house.database, 1, house.clock, batch_limit=batch_limit)
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

        return asyncio.run(main())

    return runner
