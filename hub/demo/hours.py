"""When the practice office is open: its clock is set to such an hour."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.office import OfficeConfig


def real_now(zone: ZoneInfo) -> datetime:
    """Return the machine's time at the office."""
    return datetime.fromtimestamp(time.time(), zone)


def first_opening(rules: OfficeConfig, after: datetime) -> datetime:
    """Return the first quarter of an hour from `after` on, at the office, when all desks serve."""
    quarter = timedelta(minutes=15)
    local = after.astimezone(rules.zone).replace(second=0, microsecond=0)
    at = local + (quarter - timedelta(minutes=local.minute % 15))
    while not all(rules.open_at(service.code, at) for service in rules.services):
        at += quarter
    return at


def opening_of(rules: OfficeConfig, day: date) -> datetime:
    """Return when all desks serve on `day`, at the office."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=rules.zone)
    return first_opening(rules, midnight)
