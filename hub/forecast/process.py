"""The forecasting process: reads the queue and its history, answers with prepared waiting times.

Started by the serving hub as `python -m hub.forecast.process`. First line in: where the database
and the rules are. Then one instant a line in (microseconds), one JSON table a line out: by lane
`[[low, high], …]` minutes. It ends when its input ends, so it never outlives the hub.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
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
from hub.office.hours import joined
from hub.opening import roster
from hub.opening.roster import Shift
from hub.tickets import FINISHED, Group
from hub.tickets.rest_of_day import rest_of_day

HISTORY = timedelta(days=60)
MOST_HISTORY = 6000
LEARNED_AGAIN_AFTER = timedelta(minutes=5)
BY_HAND = "by_hand"

UNTIL_TOMORROW_S = 86_400.0
"""A counter whose last shift has ended calls nobody any more today."""
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
    """Return the queue as it stands: who waits, which counters work when from now on."""
    return Picture(
        tuple(_waiting(connection, office_no, office, at)),
        tuple(_counters(connection, office_no, office, at)),
    )


def away_of(
    office: OfficeConfig, lanes: Sequence[str], shifts: Sequence[Shift], at: datetime
) -> tuple[tuple[float, float], ...]:
    """Return when a counter will call nobody, as seconds from `at`, in order.

    That is while all its lanes have their break, between its planned shifts, and after the last of
    them. A counter that is open against its plan, or has none, has no such pauses.
    """
    away = list(rest_of_day(office, lanes, at).breaks)
    planned = sorted((one.starts_at, one.ends_at) for one in shifts if one.ends_at > at)
    for (_, end), (start, _) in pairwise(planned):
        away.append(((end - at).total_seconds(), (start - at).total_seconds()))
    if planned:
        gone = (planned[-1][1] - at).total_seconds()
        away.append((gone, gone + UNTIL_TOMORROW_S))
    return joined(away)


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
    shifts = _shifts(connection, office_no, office, at)
    for number, row in standing.items():
        if row.state != "open":
            continue
        serving = busy.get(number)
        kind = (serving.lane, serving.service) if serving else None
        since = (at - serving.called_at).total_seconds() if serving else 0.0
        lanes = tuple(row.lanes.split())
        away = away_of(office, lanes, shifts.pop(number, ()), at)
        yield Counter(number, lanes, kind, since, away=away)
    yield from _planned(office, shifts, at)


def _shifts(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime
) -> dict[int, list[Shift]]:
    found: dict[int, list[Shift]] = {}
    for shift in roster.shifts(connection, office_no, office, office.today(at)):
        found.setdefault(shift.counter, []).append(shift)
    return found


def _planned(
    office: OfficeConfig, shifts: Mapping[int, Sequence[Shift]], at: datetime
) -> Iterator[Counter]:
    """Return counters that the roster lets open later today."""
    for number, planned in shifts.items():
        later = sorted(
            (one for one in planned if one.starts_at > at), key=lambda one: one.starts_at
        )
        if later:
            opens_in = (later[0].starts_at - at).total_seconds()
            away = away_of(office, later[0].lanes, later, at)
            yield Counter(number, later[0].lanes, opens_in_s=opens_in, away=away)


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
