"""What can still be booked: the quarters of an hour of a day, and how many places each has left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select

from hub.appointments.booking import CANCELLED, quarter_of
from hub.database import table_of
from hub.models.opening import Appointment
from hub.office import OfficeConfig, ServiceConfig

QUARTER = timedelta(minutes=15)
DAYS_OFFERED = 15
LOOKED_AT = timedelta(days=60)
"""So far a day is looked for on which the office is open."""

_A = table_of(Appointment).c


@dataclass(frozen=True, slots=True)
class Place:
    """A quarter of an hour that can be booked; `free` is None where nobody counts."""

    at: datetime
    free: int | None

    @property
    def is_free(self) -> bool:
        """Return whether somebody can still be booked then."""
        return self.free is None or self.free > 0


@dataclass(frozen=True, slots=True)
class DayPlaces:
    """A day on which a service gives numbers, and its quarters of an hour from now on."""

    day: date
    places: tuple[Place, ...]

    @property
    def free(self) -> tuple[Place, ...]:
        """Return the quarters that still have a place."""
        return tuple(one for one in self.places if one.is_free)


def places_on(
    connection: Connection,
    office_no: int,
    office: OfficeConfig,
    service: ServiceConfig,
    day: date,
    now: datetime,
) -> DayPlaces:
    """Return what of `day` can be booked; no places on a day on which the office is closed."""
    taken = _taken(connection, office_no, service.code, day, day)
    return _day(office, service, day, now, taken)


def days_ahead(
    connection: Connection,
    office_no: int,
    office: OfficeConfig,
    service: ServiceConfig,
    now: datetime,
) -> tuple[DayPlaces, ...]:
    """Return the next days, today first, on which the service gives numbers: 15 at most."""
    today = office.today(now)
    taken = _taken(connection, office_no, service.code, today, today + LOOKED_AT)
    found: list[DayPlaces] = []
    for n in range(LOOKED_AT.days):
        one = _day(office, service, today + timedelta(days=n), now, taken)
        if one.places:
            found.append(one)
        if len(found) == DAYS_OFFERED:
            break
    return tuple(found)


def day_to_show(days: Sequence[DayPlaces], said: str) -> DayPlaces | None:
    """Return the day that is `said`, else the first after today with a place, else any with one."""
    asked = next((one for one in days if one.day.isoformat() == said), None)
    with_places = [one for one in days if one.free]
    later = [one for one in with_places if one is not days[0]]
    return asked or next(iter((*later, *with_places)), None)


def next_with_places(days: Sequence[DayPlaces], after: DayPlaces) -> DayPlaces | None:
    """Return the nearest day with a place beside a full one: later, else earlier."""
    free = [one for one in days if one.free]
    later = (one for one in free if one.day > after.day)
    return next(later, next(iter(free), None))


def spans(places: Iterable[Place]) -> Iterator[tuple[Place, ...]]:
    """Yield the quarters that follow each other without a break."""
    span: list[Place] = []
    for one in places:
        if span and one.at - span[-1].at > QUARTER:
            yield tuple(span)
            span = []
        span.append(one)
    if span:
        yield tuple(span)


def _day(
    office: OfficeConfig,
    service: ServiceConfig,
    day: date,
    now: datetime,
    taken: Counter[datetime],
) -> DayPlaces:
    most = service.booked_per_quarter
    places = (
        Place(at, None if most is None else max(0, most - taken[at]))
        for at in _quarters(office, service.code, day)
        if at > now
    )
    return DayPlaces(day, tuple(places))


def _quarters(office: OfficeConfig, service: str, day: date) -> Iterator[datetime]:
    """Yield the full quarters at which the service gives numbers on `day`."""
    if office.holiday(day):
        return
    for start, end in office.spans(service, day):
        opens, closes = (datetime.combine(day, one, office.zone) for one in (start, end))
        at = quarter_of(opens)[0]
        while at < closes:
            if at >= opens:
                yield at
            at += QUARTER


def _taken(
    connection: Connection, office_no: int, service: str, first: date, last: date
) -> Counter[datetime]:
    query = select(_A.at).where(
        _A.office == office_no,
        _A.day >= first,
        _A.day <= last,
        _A.service == service,
        _A.state != CANCELLED,
    )
    return Counter(quarter_of(at)[0] for at in connection.execute(query).scalars())
