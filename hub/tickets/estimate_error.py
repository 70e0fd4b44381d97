"""What waiting times were told and what happened: bias, mean error, how often the range held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from sqlalchemy import Connection, func, select

from hub.database import table_of
from hub.models.queue import CallRow
from hub.models.schema import from_micros
from hub.office import OfficeConfig
from hub.tickets import rows as tickets

_T, _CALLS = tickets.COLUMNS, table_of(CallRow).c


class EstimateError(msgspec.Struct, frozen=True):
    """Over `count` called tickets, in minutes: wait minus the middle of the range; share inside.

    A bias above 0: people waited longer than they were told.
    """

    count: int = 0
    bias_min: float = 0.0
    mean_error_min: float = 0.0
    inside: float = 0.0
    unsure: int = 0
    """To whom no range was told, because it was not sure that they are served on that day."""
    unsure_served: int = 0
    """Those of them who were served after all."""


@dataclass(frozen=True, slots=True)
class Told:
    """A ticket's range as it was told, and the wait until its first call."""

    ticket: str
    service: str
    low_min: int | None
    high_min: int | None
    wait_s: float
    booked: bool


def told(connection: Connection, office_no: int, first: date, last: date) -> Iterator[Told]:
    """Return every called ticket of these days with its estimate and its wait."""
    firsts = (
        select(_CALLS.ticket, func.min(_CALLS.at).label("at"))
        .where(_CALLS.office == office_no, _CALLS.undone.is_(False))
        .join_from(
            table_of(CallRow),
            tickets.TABLE,
            (_T.office == _CALLS.office) & (_T.id == _CALLS.ticket),
        )
        .where(_T.day >= first, _T.day <= last)
        .group_by(_CALLS.ticket)
        .subquery()
    )
    query = (
        select(
            _T.id, _T.service, _T.low_min, _T.high_min, _T.issued_at, _T.appointment_at, firsts.c.at
        )
        .join(firsts, firsts.c.ticket == _T.id)
        .where(_T.office == office_no, _T.day >= first, _T.day <= last)
    )
    for row in connection.execute(query):
        wait = (_instant(row.at) - row.issued_at).total_seconds()
        booked = row.appointment_at is not None
        yield Told(row.id, row.service, row.low_min, row.high_min, wait, booked)


def of_days(
    connection: Connection, office_no: int, office: OfficeConfig, first: date, last: date
) -> EstimateError:
    """Return the error over these days; appointments have their own time and are left out."""
    unsure, served = _unsure(connection, office_no, office, first, last)
    known = [
        (one.low_min, one.high_min, one.wait_s / 60)
        for one in told(connection, office_no, first, last)
        if one.low_min is not None and one.high_min is not None and not one.booked
    ]
    if not known:
        return EstimateError(unsure=unsure, unsure_served=served)
    errors = [wait - (low + high) / 2 for low, high, wait in known]
    # a range of whole minutes holds what begins within its last minute
    inside = sum(low <= wait < high + 1 for low, high, wait in known)
    return EstimateError(
        len(known),
        round(sum(errors) / len(errors), 2),
        round(sum(abs(error) for error in errors) / len(errors), 2),
        round(inside / len(known), 3),
        unsure,
        served,
    )


def _unsure(
    connection: Connection, office_no: int, office: OfficeConfig, first: date, last: date
) -> tuple[int, int]:
    """Return how many were told that it is not sure, and how many of them were served.

    Whoever waits still is counted in neither; a kiosk alone, with prefixes of its own, tells none.
    """
    query = (
        select(_T.state, func.count())
        .where(
            _T.office == office_no,
            _T.day >= first,
            _T.day <= last,
            _T.low_min.is_(None),
            _T.appointment_at.is_(None),
            _T.prefix.in_({service.prefix for service in office.services}),
            _T.state.in_((tickets.FINISHED, tickets.ABSENT, tickets.ENDED)),
        )
        .group_by(_T.state)
    )
    by_state = {str(state): int(count) for state, count in connection.execute(query)}
    return sum(by_state.values()), by_state.get(tickets.FINISHED, 0)


def waits_of_day(connection: Connection, office_no: int, day: date) -> dict[str, list[float]]:
    """Return the waits until the first call, in seconds, by service."""
    waits: dict[str, list[float]] = {}
    for one in told(connection, office_no, day, day):
        waits.setdefault(one.service, []).append(one.wait_s)
    return waits


def _instant(value: datetime | int) -> datetime:
    return from_micros(value) if isinstance(value, int) else value
