"""A country's national days from the `holidays` library, asked for in a process of its own.

The library takes 20 MB, which the serving process does not spend; what it says of a dozen years
is kept. Run as a program, this module prints `[[date, public, Indonesian, English], …]`.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from functools import cache

import msgspec

from hub.errors import Fault
from hub.wire import Words

YEARS_AT_ONCE = 12
_LIMIT_S = 60
_LANGUAGES = ("id", "en_US")


class _Day(msgspec.Struct, frozen=True, array_like=True):
    """A day as the library knows it; `public` is false for days of joint leave only."""

    date: date
    public: bool
    id: str
    en: str


def national_day(country: str, day: date, *, joint_leave: bool) -> Words | None:
    """Return the name of the national day that `day` is, None if it is none."""
    known = _years(country, day.year - day.year % YEARS_AT_ONCE).get(day)
    if known is None or not (known.public or joint_leave):
        return None
    return Words(id=known.id, en=known.en)


@cache
def _years(country: str, first: int) -> dict[date, _Day]:
    command = [sys.executable, "-m", "hub.office.national_days", country, str(first)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=_LIMIT_S)
    if done.returncode:
        message = f"the calendar of {country} cannot be read: {done.stderr.decode()[-200:]}"
        raise Fault(message)
    return {day.date: day for day in msgspec.json.decode(done.stdout, type=list[_Day])}


def _read(country: str, first: int) -> list[_Day]:
    from holidays import GOVERNMENT, PUBLIC, country_holidays

    years = range(first, first + YEARS_AT_ONCE)
    named = [
        country_holidays(country, years=years, categories=(PUBLIC, GOVERNMENT), language=language)
        for language in _LANGUAGES
    ]
    public = country_holidays(country, years=years)
    return [_Day(day, day in public, named[0][day], named[1][day]) for day in sorted(named[0])]


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(_read(sys.argv[1], int(sys.argv[2]))))
