"""The office as a kiosk may show it while the hub is away: the last look, carried on by the clock.

Pure. Hours go on as the hub told them for the coming days, quotas as they were left at the last
look less what this kiosk has given since; what the hub had closed for another reason (stop, day
over) stays closed for that day. Nobody knows how many wait, or what other kiosks give.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from hub.wire import OfficeState, ServiceState, Words
from hub.wire.again import closed_until
from hub.wire.opening import AloneState

Uncounted = Mapping[str, int]
"""Own numbers of a day, by service, that the last look's `left` does not count yet."""
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


def office_alone(known: Known, at: datetime, given: Uncounted) -> OfficeState:
    """Return the office at `at` without the hub: which services still give numbers."""
    services = [_service(known, one, at, given) for one in known.office.services]
    day = office_day(known, at)
    return msgspec.structs.replace(known.office, services=services, today=day, now=at)


def why_none(known: Known, service: str, at: datetime, given: Uncounted) -> str:
    """Return the code why `service` gives no number at `at` without the hub, empty if it does."""
    offered = next((one for one in known.office.services if one.code == service), None)
    if offered is None:
        return "queue_closed"
    closed = _closed(known, offered, at, given)
    return closed[0] if closed else ""


def _service(known: Known, service: ServiceState, at: datetime, given: Uncounted) -> ServiceState:
    closed = _closed(known, service, at, given)
    return msgspec.structs.replace(
        service,
        open=closed is None,
        closed_because=closed[1] if closed else None,
        waiting=0,
        estimate=None,
        left=_left(known, service, at, given),
    )


def _closed(
    known: Known, service: ServiceState, at: datetime, given: Uncounted
) -> tuple[str, Words] | None:
    told = service.closed_because
    if known.office.stop is not None:
        return "queue_stopped", told or known.office.stop.text
    if not _within(known, service.code, at):
        return "queue_closed", _until(known, service.code, at)
    if _left(known, service, at, given) == 0:
        return "quota_used", _used_up(known.alone.quotas.get(service.code))
    same_day = office_day(known, at) == known.office.today
    if same_day and not service.open and _within(known, service.code, known.office.now):
        return "queue_closed", told or CLOSED
    return None


def _until(known: Known, service: str, at: datetime) -> Words:
    zone = ZoneInfo(known.office.timezone)
    starts = [one.starts for one in known.alone.spans if one.service == service]
    opening = min((start for start in starts if start > at), default=None)
    local = opening.astimezone(zone) if opening else None
    return closed_until(CLOSED, local, at.astimezone(zone))


def _left(known: Known, service: ServiceState, at: datetime, given: Uncounted) -> int | None:
    same_day = office_day(known, at) == known.office.today
    left = service.left if same_day else known.alone.quotas.get(service.code)
    return None if left is None else max(0, left - given.get(service.code, 0))


def _used_up(quota: int | None) -> Words:
    if quota is None:
        return Words(id="Nomor hari ini sudah habis", en="Today's numbers are used up")
    return Words(
        id=f"{quota} nomor hari ini sudah habis", en=f"Today's {quota} numbers are used up"
    )


def _within(known: Known, service: str, at: datetime) -> bool:
    return any(one.service == service and one.starts <= at < one.ends for one in known.alone.spans)
