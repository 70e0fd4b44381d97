"""The forecasting process: reads the queue and its history, answers with prepared waiting times.

Started by the serving hub as `python -m hub.forecast.process`. First line in: where the database
and the rules are. Then one instant a line in (microseconds), one JSON table a line out: by lane
`[[low, high], …]` minutes. It ends when its input ends, so it never outlives the hub.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, literal_column, select

from hub import tickets
from hub.database import Database, table_of
from hub.forecast.playing import Counter, LaneRules, Picture, Waiting, rules_of, tables
from hub.forecast.service_times import Served, ServiceTimes, learn
from hub.forecast.task import Task
from hub.models.queue import CounterRow, LaneCount
from hub.models.schema import from_micros
from hub.office import OfficeConfig, load_office
from hub.opening import roster
from hub.opening.leftovers import closing_of
from hub.tickets import FINISHED, Group

HISTORY = timedelta(days=60)
MOST_HISTORY = 6000
LEARNED_AGAIN_AFTER = timedelta(minutes=5)
BY_HAND = "by_hand"

MOST_OF_GROUP = 150
"""A longer line is not played to its end: beyond it waiting grows as before."""

_T, _COUNTERS, _G = tickets.COLUMNS, table_of(CounterRow).c, table_of(LaneCount).c
_GROUPS_WAITING = select(_G.lane, _G.segment, _G.language, _G.needed, _G.held_for).where(
    _G.office == bindparam("of_office"), _G.waiting > literal_column("0")
)
_FIRST_OF_GROUP = (
    select(_T.lane, _T.service, _T.segment, _T.arrived_at)
    .where(
        _T.office == bindparam("of_office"),
        *(getattr(_T, name) == bindparam(f"of_{name}") for name in Group._fields),
        tickets.IS_WAITING,
    )
    .order_by(_T.arrived_at, _T.id)
    .limit(MOST_OF_GROUP)
)


class Forecaster:
    """What the process keeps between two questions: rules, and what was learned lately."""

    def __init__(self, database: Database, office_no: int, office: OfficeConfig) -> None:
        self._database = database
        self._office_no = office_no
        self._office = office
        self._rules: dict[str, LaneRules] = rules_of(office)
        self._times: ServiceTimes | None = None
        self._learned_at: datetime | None = None

    def tables(self, at: datetime) -> dict[str, list[tuple[int, int]]]:
        """Return the waiting times of every lane that a counter serves now or later today."""
        with self._database.reading_core() as connection:
            times = self._learned(connection, at)
            picture = picture_of(connection, self._office_no, self._office, at)
        return tables(picture, self._rules, times, seed=int(at.timestamp()))

    def _learned(self, connection: Connection, at: datetime) -> ServiceTimes:
        again = self._learned_at is None or at - self._learned_at > LEARNED_AGAIN_AFTER
        if self._times is None or again:
            today = self._office.today(at)
            history = history_of(connection, self._office_no, today)
            self._times = learn(self._office, history, today=today.toordinal())
            self._learned_at = at
        return self._times


def history_of(connection: Connection, office_no: int, today: date) -> Iterator[Served]:
    """Return the finished tickets of the last weeks, newest days first, those by hand left out."""
    query = (
        select(_T.lane, _T.service, _T.counter, _T.day, _T.called_at, _T.finished_at)
        .where(
            _T.office == office_no,
            _T.day >= today - HISTORY,
            _T.state == FINISHED,
            _T.outcome != BY_HAND,
            _T.called_at.is_not(None),
        )
        .order_by(_T.day.desc(), _T.called_at.desc())
        .limit(MOST_HISTORY)
    )
    for row in connection.execute(query):
        took = (row.finished_at - row.called_at).total_seconds()
        yield Served(
            (row.lane, row.service),
            row.counter or 0,
            row.day.toordinal(),
            row.called_at.timestamp(),
            took,
        )


def picture_of(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime
) -> Picture:
    """Return the queue as it stands: who waits, which counters work or come later, the breaks."""
    return Picture(
        tuple(_waiting(connection, office_no, office, at)),
        tuple(_counters(connection, office_no, office, at)),
        tuple(breaks_of(office, at)),
    )


def breaks_of(office: OfficeConfig, at: datetime) -> Iterator[tuple[float, float]]:
    """Return today's breaks that are not over, as seconds from `at`; no hours: no breaks."""
    day = office.today(at)
    closing = closing_of(office, day)
    if closing is None:
        return
    longest = max((hours.on(day) for hours in office.hours), key=len)
    for (_, end), (start, _) in pairwise(longest):
        stops = (datetime.combine(day, end, office.zone) - at).total_seconds()
        goes_on = (datetime.combine(day, start, office.zone) - at).total_seconds()
        if goes_on > 0:
            yield stops, goes_on


def _waiting(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime
) -> Iterator[Waiting]:
    found: list[Any] = []  # Any: rows of the two statements above
    for group in connection.execute(_GROUPS_WAITING, {"of_office": office_no}).all():
        of = {f"of_{name}": getattr(group, name) for name in Group._fields}
        found += connection.execute(_FIRST_OF_GROUP, {"of_office": office_no} | of).all()
    bonus = {one.code: one.bonus_min * 60.0 for one in office.segments}
    for row in sorted(found, key=lambda one: one.arrived_at):
        waited = (at - row.arrived_at).total_seconds()
        yield Waiting((row.lane, row.service), waited, bonus.get(row.segment, 0.0))


def _counters(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime
) -> Iterator[Counter]:
    busy = {
        row.counter: row
        for row in connection.execute(
            select(_T.counter, _T.lane, _T.service, _T.called_at).where(
                _T.office == office_no, tickets.IS_AT_COUNTER
            )
        )
    }
    standing = {
        row.counter: row
        for row in connection.execute(
            select(_COUNTERS.counter, _COUNTERS.state, _COUNTERS.lanes).where(
                _COUNTERS.office == office_no
            )
        )
    }
    for number, row in standing.items():
        if row.state != "open":
            continue
        serving = busy.get(number)
        kind = (serving.lane, serving.service) if serving else None
        since = (at - serving.called_at).total_seconds() if serving else 0.0
        yield Counter(number, tuple(row.lanes.split()), kind, since)
    open_now = {number for number, row in standing.items() if row.state == "open"}
    yield from _planned(connection, office_no, office, at, open_now)


def _planned(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime, open_now: set[int]
) -> Iterator[Counter]:
    """Return counters that the roster lets open later today."""
    for shift in roster.shifts(connection, office_no, office, office.today(at)):
        if shift.counter not in open_now and shift.starts_at > at:
            opens_in = (shift.starts_at - at).total_seconds()
            yield Counter(shift.counter, shift.lanes, opens_in_s=opens_in)


def main() -> None:
    """Answer until the input ends."""
    os.nice(5)  # the hub's own commands go first
    task = msgspec.json.decode(sys.stdin.buffer.readline(), type=Task)
    database = Database(task.database)
    known = Forecaster(database, task.office, load_office(Path(task.rules)))
    for line in sys.stdin.buffer:
        found = known.tables(from_micros(int(line)))
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
        sys.stdout.buffer.flush()
    database.close()


if __name__ == "__main__":
    main()
