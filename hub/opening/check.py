"""What must be true of numbers, closed days, booked times and the emergency stop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, func, select

from hub import tickets
from hub.database import table_of
from hub.models.opening import Appointment, NoticeRow, NumberVoid, OfficeNow
from hub.models.queue import NumberSeries
from hub.opening import days
from hub.opening.number_accounts import accounts
from hub.tickets import number_of

_T, _SERIES, _VOIDS = tickets.COLUMNS, table_of(NumberSeries).c, table_of(NumberVoid).c
_A, _NOW, _NOTICES = table_of(Appointment).c, table_of(OfficeNow).c, table_of(NoticeRow).c


def numbers_are_accounted_for(connection: Connection, office_no: int) -> Iterator[str]:
    """Every number of a series is one ticket, a void or a return; kiosks' may still be coming."""
    known = set()
    for day in _days_with_numbers(connection, office_no):
        for one in accounts(connection, office_no, day):
            known.add((day, one.prefix))
            counted = one.tickets + one.void + one.returned + len(one.missing)
            if counted != one.last:
                yield (
                    f"series {one.prefix} of {day}: last given {one.last}, but {one.tickets} "
                    f"tickets, {one.void} void, {one.returned} returned"
                )
            if one.missing and not one.station:
                yield f"series {one.prefix} of {day}: {number_of(one.prefix, one.missing[0])} lost"
    yield from _numbers_without_series(connection, office_no, known)
    yield from _numbers_twice(connection, office_no)


def closed_days_are_whole(connection: Connection, office_no: int) -> Iterator[str]:
    """Nothing of a closed day waits, and no number of it is missing."""
    for day in days.closed_days(connection, office_no, most=1000):
        for one in accounts(connection, office_no, day):
            if not one.whole:
                yield f"closed day {day}: series {one.prefix} is not accounted for"
        waiting = select(func.count()).where(
            _T.office == office_no, _T.day == day, tickets.IS_WAITING
        )
        if count := connection.execute(waiting).scalar_one():
            yield f"closed day {day}: {count} tickets still wait"


def bookings_match_tickets(connection: Connection, office_no: int) -> Iterator[str]:
    """A booked time that has arrived names a ticket with that time; another names none."""
    query = (
        select(_A.id, _A.state, _A.at, _A.ticket, _T.appointment_at)
        .select_from(table_of(Appointment))
        .outerjoin(tickets.TABLE, (_T.office == _A.office) & (_T.id == _A.ticket))
        .where(_A.office == office_no)
    )
    for row in connection.execute(query):
        if (row.state == "arrived") != (row.ticket is not None):
            yield f"appointment {row.id} is {row.state}, its ticket {row.ticket}"
        elif row.ticket is not None and row.appointment_at != row.at:
            yield f"appointment {row.id}: its ticket does not know the booked time"


def office_stands_as_told(connection: Connection, office_no: int) -> Iterator[str]:
    """A stop in force has its message on the screens, and no other stop's is shown."""
    now = connection.execute(select(_NOW.stopped, _NOW.notice).where(_NOW.office == office_no))
    row = now.one_or_none()
    stopping = [row.notice] if row is not None and row.stopped else []
    query = select(_NOTICES.id).where(
        _NOTICES.office == office_no, _NOTICES.kind == "stop", _NOTICES.ended_at.is_(None)
    )
    shown = list(connection.execute(query).scalars())
    if shown != stopping:
        yield f"emergency stop: {len(stopping)} in force, {len(shown)} shown"


def _days_with_numbers(connection: Connection, office_no: int) -> list[date]:
    query = select(_SERIES.day).where(_SERIES.office == office_no).distinct().order_by(_SERIES.day)
    return list(connection.execute(query).scalars())


def _numbers_without_series(
    connection: Connection, office_no: int, known: set[tuple[date, str]]
) -> Iterator[str]:
    for table in (_T, _VOIDS):
        query = select(table.day, table.prefix).where(table.office == office_no).distinct()
        for row in connection.execute(query):
            if (row.day, row.prefix) not in known:
                yield f"series {row.prefix} of {row.day}: numbers without a series"


def _numbers_twice(connection: Connection, office_no: int) -> Iterator[str]:
    query = (
        select(_T.day, _T.prefix, func.count(), func.count(_T.serial.distinct()))
        .where(_T.office == office_no)
        .group_by(_T.day, _T.prefix)
    )
    for day, prefix, rows, serials in connection.execute(query):
        if rows != serials:
            yield f"series {prefix} of {day}: {rows} tickets share {serials} numbers"
