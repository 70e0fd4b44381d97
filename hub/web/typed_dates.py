"""Dates as people write them on forms here, day first; a browser's own date field follows the PC.

A native date field shows 04/15/2032 on a PC set to American English: a date that reads two ways.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time

_DAY_FIRST = re.compile(r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4})|(\d{2})(\d{2})(\d{4})", re.ASCII)
_MONTH_FIRST = re.compile(r"(\d{1,2})[-./ ](\d{4})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})[.: ](\d{2})|(\d{2})(\d{2})", re.ASCII)
_ISO = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)


def iso_date(typed: str) -> str:
    """Return a typed date as YYYY-MM-DD, a month as YYYY-MM; what is none comes back as it is.

    15-04-2032, 15/4/2032, 15.04.2032, 15 4 2032, 15042032 and 2032-04-15 are the same day.
    """
    if found := _DAY_FIRST.fullmatch(typed):
        day, month, year = (part for part in found.groups() if part is not None)
        return _day(int(year), int(month), int(day)) or typed
    if found := _MONTH_FIRST.fullmatch(typed):
        month, year = found.groups()
        return f"{year}-{int(month):02d}"
    return typed


def typed_moment(day: str, clock: str) -> datetime | None:
    """Return a typed day and time of day (14.30, 14:30, 1430), without a zone; None: both empty.

    Raises ValueError if one of them is missing or is none.
    """
    if not day and not clock:
        return None
    found = _CLOCK.fullmatch(clock)
    if found is None:
        message = "no time of day"
        raise ValueError(message)
    hour, minute = (int(part) for part in found.groups() if part is not None)
    return datetime.combine(date.fromisoformat(iso_date(day)), time(hour, minute))


def day_first(value: str) -> str:
    """Return an ISO date, or the year and month of one, as it is typed: 15-04-2032, 04-2032."""
    return "-".join(reversed(value.split("-"))) if _ISO.fullmatch(value) else value


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:  # 31 February
        return None
