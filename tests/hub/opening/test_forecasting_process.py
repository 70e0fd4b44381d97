"""The forecasting process beside the hub: it fills the table that issue reads, and dies with it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import uvloop
from sqlalchemy import select

from hub import queue
from hub.house import SYSTEM, House
from hub.models.opening import WaitTable
from hub.models.queue import TicketRow
from hub.queue import counters
from hub.tickets import waiting_times
from hub.tickets.waiting_times import SILENT_AFTER, at_place
from hub.web.forecaster import Forecasts
from hub.wire import Estimate, IssueTicket, Ticket
from hub.writer import Writer

WAIT_S = 90


@contextlib.asynccontextmanager
async def forecasting(house: House) -> AsyncIterator[tuple[Writer, Forecasts]]:
    writer = Writer(house.database, house.office_no, house.clock)
    writer.start()
    forecasts = Forecasts(house, writer, every_s=0.2)
    running = asyncio.create_task(forecasts.run())
    try:
        yield writer, forecasts
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await writer.stop()


def lanes(house: House) -> dict[str, str]:
    with house.database.reading_core() as connection:
        query = select(WaitTable.lane, WaitTable.places).where(WaitTable.office == house.office_no)
        return dict(connection.execute(query).all())


async def until(condition, what: str):
    async with asyncio.timeout(WAIT_S):
        while not (found := condition()):
            await asyncio.sleep(0.05)  # another process is at work
    assert found, what
    return found


def test_issue_tells_what_the_process_prepared_and_keeps_it(house: House) -> None:
    office = house.procedure.office

    async def morning() -> Ticket:
        async with forecasting(house) as (writer, _):
            await writer.run(lambda tx: counters.open_counter(tx, office, counter=1), actor=SYSTEM)
            found = await until(lambda: lanes(house), "a table")
            assert set(found) == set(office.counter(1).lanes)
            done = await writer.run(
                lambda tx: queue.issue(tx, office, IssueTicket(service="information")),
                actor=SYSTEM,
            )
            return done.value

    ticket = uvloop.run(morning())

    assert ticket.estimate is not None
    with house.database.reading_core() as connection:
        row = connection.execute(
            select(TicketRow.low_min, TicketRow.high_min).where(TicketRow.id == ticket.id)
        ).one()
    assert (row.low_min, row.high_min) == (ticket.estimate.low_min, ticket.estimate.high_min)
    assert ticket.estimate.low_min == 0, "a free counter and nobody ahead"


def test_a_killed_process_is_replaced_and_ends_with_the_hub(house: House) -> None:
    office = house.procedure.office

    async def morning() -> int:
        async with forecasting(house) as (writer, forecasts):
            await writer.run(lambda tx: counters.open_counter(tx, office, counter=1), actor=SYSTEM)
            await until(lambda: lanes(house), "a table")
            first = forecasts.process_id
            os.kill(first, signal.SIGKILL)
            return await until(
                lambda: forecasts.process_id not in (None, first) and forecasts.process_id,
                "another process",
            )

    second = uvloop.run(morning())

    assert not Path(f"/proc/{second}").exists()


def test_an_old_table_is_not_believed(house: House, act) -> None:
    act(lambda tx: waiting_times.store(tx, {"information": [(1, 2)]}))

    def told() -> Estimate | None:
        with house.database.reading_core() as connection:
            return waiting_times.prepared(
                connection, house.office_no, "information", ahead=0, at=house.clock.now()
            )

    assert told() == Estimate(low_min=1, high_min=2)
    house.clock.pass_(seconds=SILENT_AFTER.total_seconds() + 1)
    assert told() is None


def test_beyond_the_last_place_waiting_grows_as_before() -> None:
    places = [(n * 5, n * 7 + 2) for n in range(20)]

    assert at_place(places, 19) == Estimate(low_min=95, high_min=135)
    assert at_place(places, 24) == Estimate(low_min=120, high_min=170)
    assert at_place([(3, 5)], 4) == Estimate(low_min=3, high_min=5)
    assert at_place([], 0) is None
