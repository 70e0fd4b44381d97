"""The office as a kiosk may show it while the hub is away: the last look, carried on by the clock.

Pure. Hours go on as the hub told them for the coming days; what the hub had closed for another
reason (quota, stop, day over) stays closed for that day. Nobody knows how many wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from hub.wire import OfficeState, ServiceState, Words
from hub.wire.opening import AloneState

CLOSED = Words(id="Di luar jam layanan", en="Outside service hours")
BACKWARDS = timedelta(minutes=5)
"""A clock that lies further behind the last look is wrong: no number gets an instant from it."""


@dataclass(frozen=True, slots=True)
class Known:
    """The last look at the hub: the office, what working alone needs, where the hub was.

    `seen_at` is this machine's clock then, in seconds of the epoch.
    """

    office: OfficeState
    alone: AloneState
    seen_at: float
    url: str = ""


def office_time(known: Known, now: float) -> datetime | None:
    """Return the office's time at `now` of this machine's clock, None if that clock went back."""
    passed = timedelta(seconds=now - known.seen_at)
    return known.office.now + passed if passed > -BACKWARDS else None


def office_day(known: Known, at: datetime) -> date:
    """Return the office's calendar day at `at`."""
    return at.astimezone(ZoneInfo(known.office.timezone)).date()


def office_alone(known: Known, at: datetime) -> OfficeState:
    """Return the office at `at` without the hub: which services still give numbers."""
    office = known.office
    day = office_day(known, at)
    services = [_service(known, one, at, same_day=day == office.today) for one in office.services]
    return msgspec.structs.replace(office, services=services, today=day, now=at)


def gives_numbers(known: Known, service: str, at: datetime) -> bool:
    """Return whether `service` gives numbers at `at` without the hub."""
    return any(one.open for one in office_alone(known, at).services if one.code == service)


def _service(known: Known, service: ServiceState, at: datetime, *, same_day: bool) -> ServiceState:
    because: Words | None = None
    if known.office.stop is not None:
        because = service.closed_because or known.office.stop.text
    elif not _within(known, service.code, at):
        because = CLOSED
    elif same_day and not service.open and _within(known, service.code, known.office.now):
        because = service.closed_because or CLOSED
    return msgspec.structs.replace(
        service,
        open=because is None,
        closed_because=because,
        waiting=0,
        estimate=None,
        left=None,
    )


def _within(known: Known, service: str, at: datetime) -> bool:
    return any(one.service == service and one.starts <= at < one.ends for one in known.alone.spans)
