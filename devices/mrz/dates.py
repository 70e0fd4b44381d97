"""Dates of a machine-readable zone: two-digit years, unknown days and months (ICAO 9303-3 §4.8)."""

from __future__ import annotations

import re
from datetime import date

from devices.mrz.errors import fault

_KNOWN = re.compile(r"\d{2}(?:\d{2}(?:\d{2})?)?")
_SIX = re.compile(r"\d{6}")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")


def unfilled(text: str) -> str:
    """Return `text` without fillers at its end; inner fillers become single spaces."""
    return " ".join(part for part in text.split("<") if part)


def full_date(yymmdd: str, *, on: date, past: bool) -> str:
    """Return ISO `1974-08-12`, `1974-08`, `1974` or "" as far as the date is known.

    `past` (birth): the latest year that does not lie after `on`. Else (expiry): the year
    nearest to `on`.
    """
    known = yymmdd.rstrip("<")
    if not _KNOWN.fullmatch(known):
        return ""
    parts = [known[place : place + 2] for place in range(0, len(known), 2)]
    year = _year(int(parts[0]), parts[1:], on) if past else _nearest(int(parts[0]), on)
    return "-".join([f"{year:04d}", *parts[1:]])


def typed_date(text: str, field: str, *, on: date, past: bool) -> date:
    """Return the date a person typed: YYMMDD, YYYY-MM-DD or DD-MM-YYYY. Raises MrzError."""
    written = text.strip()
    try:
        if match := _ISO.fullmatch(written):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _DAY_FIRST.fullmatch(written):
            return date(int(match[3]), int(match[2]), int(match[1]))
        if _SIX.fullmatch(written):
            return date.fromisoformat(full_date(written, on=on, past=past))
    except ValueError as error:
        raise fault("date_calendar", field) from error
    raise fault("date_form", field)


def _year(two_digits: int, month_day: list[str], on: date) -> int:
    year = on.year - on.year % 100 + two_digits
    written = "-".join([f"{year:04d}", *month_day])
    return year - 100 if written > on.isoformat()[: len(written)] else year


def _nearest(two_digits: int, on: date) -> int:
    year = on.year - on.year % 100 + two_digits
    if year - on.year > 50:
        return year - 100
    return year + 100 if on.year - year > 49 else year
