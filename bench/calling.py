"""Call the next person among 1,000,000 waiting ones and among 1,000, in 24 groups each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import msgspec
from sqlalchemy import Connection, insert

from bench.report import Report
from hub import queue
from hub.database import table_of
from hub.house import SYSTEM, create_house, open_house
from hub.models.queue import LaneCount, TicketRow, Visit
from hub.office import OfficeConfig
from hub.queue import counters
from hub.settings import THE_OFFICE, settings_for
from hub.writer import Tx, Writer

FEW, MANY = 1_000, 1_000_000
LANES = 12
SEGMENTS = ("general", "priority")
ROUNDS = 5
CALLS = 100
SLOWER_AT_MOST = 1.5
INDEX = "ix_tickets_waiting"
SLOW = ("TEMP B-TREE", "SCAN tickets", "SCAN head")
COUNTER = 1
VISIT = "0" * 32
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
AT_ONCE = 10_000


class StillClock:
    """Half past nine at the sample office, for all calls."""

    def now(self) -> datetime:
        return MORNING + timedelta(minutes=90)


@dataclass
class Crowd:
    """A hub with many waiting people and one counter for all lanes."""

    office: OfficeConfig
    writer: Writer
    asked: set[str] = field(default_factory=set)

    def seconds_to_call(self) -> float:
        """Return how long one call takes inside its transaction; then finish the ticket."""
        return self.writer.run_alone(self._call_and_finish, actor=SYSTEM)

    def _call_and_finish(self, tx: Tx) -> float:
        began = time.perf_counter()
        ticket = queue.call_next(tx, self.office, counter=COUNTER)
        took = time.perf_counter() - began
        assert ticket is not None
        queue.finish(tx, ticket=ticket.id)
        return took

    def plans(self) -> list[str]:
        """Return the query plan of every search among the tickets during one call."""
        return self.writer.run_alone(self._explained_call, actor=SYSTEM)

    def _explained_call(self, tx: Tx) -> list[str]:
        told: list[str] = []
        driver = tx.connection.connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(told.append)  # with the values in their places
        self._call_and_finish(tx)
        driver.set_trace_callback(None)
        searches = [one for one in told if one.startswith("SELECT") and "tickets" in one]
        return [_plan(tx.connection, search) for search in searches]


def measure(report: Report, folder: Path) -> None:
    """Measure calls in interleaved rounds and ask SQLite for its plan."""
    report.section(f"call the next of {MANY:,} and of {FEW:,} waiting, {LANES * 2} groups")
    crowds = {waiting: _gather(folder / f"crowd-{waiting}", waiting) for waiting in (FEW, MANY)}
    rounds: dict[int, list[float]] = {FEW: [], MANY: []}
    for _ in range(ROUNDS):
        for waiting, crowd in crowds.items():
            took = sorted(crowd.seconds_to_call() for _ in range(CALLS))
            rounds[waiting].append(took[CALLS // 2] * 1000)
    few = report.rounds(f"one of {FEW:,}: p50 of {CALLS} calls", rounds[FEW], "ms")
    many = report.rounds(f"one of {MANY:,}: p50 of {CALLS} calls", rounds[MANY], "ms")
    plans = crowds[MANY].plans()
    print("\n".join(f"plan: {plan}" for plan in plans))
    report.at_most(f"times slower with {MANY // FEW} times as many", many / few, SLOWER_AT_MOST)
    report.holds(
        f"the heads are found by {INDEX}; nothing is sorted or read through",
        reached=any(INDEX in plan for plan in plans)
        and not any(slow in plan for plan in plans for slow in SLOW),
    )


def _plan(connection: Connection, statement: str) -> str:
    cursor = connection.connection.cursor()
    cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
    return "; ".join(str(row[3]) for row in cursor.fetchall())


def _gather(folder: Path, waiting: int) -> Crowd:
    settings = settings_for(folder)
    create_house(settings, StillClock())
    house = open_house(settings, StillClock())
    office = _office_of_one_counter(house.procedure.office)
    crowd = Crowd(office, Writer(house.database, THE_OFFICE, house.clock))
    with house.database.writing.begin() as connection:
        _fill(connection, office, waiting)
    crowd.writer.run_alone(
        lambda tx: counters.open_counter(tx, office, counter=COUNTER), actor=SYSTEM
    )
    return crowd


def _office_of_one_counter(sample: OfficeConfig) -> OfficeConfig:
    first = sample.lanes[0]
    lanes = [msgspec.structs.replace(first, code=f"lane_{n:02d}") for n in range(LANES)]
    desk = msgspec.structs.replace(sample.counters[0], lanes=tuple(lane.code for lane in lanes))
    return msgspec.structs.replace(sample, lane_list=tuple(lanes), counter_list=(desk,))


def _fill(connection: Connection, office: OfficeConfig, waiting: int) -> None:
    day = office.today(MORNING)
    connection.execute(
        insert(Visit).values(office=THE_OFFICE, id=VISIT, day=day, opened_at=MORNING)
    )
    groups = [(lane.code, segment) for lane in office.lanes for segment in SEGMENTS]
    rows, table = _tickets(office, groups, waiting), table_of(TicketRow)
    while some := list(islice(rows, AT_ONCE)):
        connection.execute(insert(table), some)
    counted = [
        {"office": THE_OFFICE, "lane": lane, "segment": segment, "language": "id",
         "waiting": len(range(place, waiting, len(groups)))}
        for place, (lane, segment) in enumerate(groups)
    ]  # fmt: skip
    connection.execute(insert(LaneCount), counted)
    connection.exec_driver_sql("ANALYZE")


def _tickets(
    office: OfficeConfig, groups: list[tuple[str, str]], waiting: int
) -> Iterator[dict[str, object]]:
    day, service = office.today(MORNING), office.services[0]
    for number in range(waiting):
        lane, segment = groups[number % len(groups)]
        # all arrived within the hour before the calls: as many over the maximum wait in both
        arrived = MORNING + timedelta(seconds=3600 * number / waiting)
        yield {
            "office": THE_OFFICE, "id": f"{number:032x}", "visit": VISIT, "day": day,
            "prefix": service.prefix, "serial": number + 1, "service": service.code,
            "lane": lane, "segment": segment, "needs": "[]", "language": "id",
            "state": "waiting", "issued_at": arrived, "arrived_at": arrived,
        }  # fmt: skip
