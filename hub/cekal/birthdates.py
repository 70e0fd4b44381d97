"""Dates of birth as papers give them: partial, placeholder, or counted in another calendar.

    1975        year only            1975-00-00, 1975-01-01   the day is a placeholder
    2518-03-04  Buddhist year        1354-12-13               Solar Hijri or Hijri
    0064-03-04, 64-03-04             Minguo or a year with two digits
    4 Mei 1975, MAR 04 1975, 04-MAR-1975, XX-03-1975, 19750304, ca. 1975    as lists write them

Calendars: Dershowitz and Reingold, Calendrical Calculations; the tabular Hijri calendar is within
two days of the sighted one; the Persian one follows the 33-year rule, right from 1799 to 2256.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import MINYEAR, date, timedelta
from typing import Literal

Calendar = Literal["", "buddhist", "persian", "hijri", "minguo", "century"]

OLDEST = 1880
NEWEST = 2030
BUDDHIST_AHEAD = 543
MINGUO_BEHIND = 1911
PERSIAN_BEHIND = 621
ZEROS = "tanggal nol; kosongkan bila tidak diketahui / a date of zeros; leave it empty if unknown"
_FORM = re.compile(r"(\d{1,4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_LOCAL = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")
_MOST_MONTHS, _MOST_DAYS = 12, 31
_MONTHS = """
JAN JANUARY JANUARI|FEB FEBRUARY FEBRUARI PEB PEBRUARI|MAR MARCH MARET|APR APRIL|MAY MEI
JUN JUNE JUNI|JUL JULY JULI|AUG AUGUST AGU AGT AGS AGUSTUS|SEP SEPT SEPTEMBER
OCT OCTOBER OKT OKTOBER|NOV NOVEMBER NOP NOPEMBER|DEC DECEMBER DES DESEMBER
"""
_MONTH_OF = {
    word: number
    for number, names in enumerate(re.split(r"[|\n]", _MONTHS.strip()), start=1)
    for word in names.split()
}
_ABOUT = re.compile(r"(?:CIRCA|CA\.?|C\.?|ABOUT|APPROX\.?|APPROXIMATELY|SEKITAR|KIRA-KIRA|±|~)\s*")
_DAY_FIRST = re.compile(r"(?:(\d{1,2})[ .,/-]*)?\b([A-Z]{3,9})\b[ .,/-]*(\d{4})")
_MONTH_FIRST = re.compile(r"([A-Z]{3,9})[ .]+(\d{1,2})(?:,[ ]*|[ ]+)(\d{4})")
_RUN = re.compile(r"(?<=\d)(?=[A-Z])|(?<=[A-Z])(?=\d)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_COMPACT_LOCAL = re.compile(r"(\d{2})(\d{2})(\d{4})")
_PARTLY = re.compile(r"([X?*]{1,2}|\d{1,2})([./-])([X?*]{1,2}|\d{1,2})\2(\d{4})")


@dataclass(frozen=True, slots=True)
class Birth:
    """A date of birth in the Gregorian calendar; 0 where month or day is unknown."""

    year: int
    month: int = 0
    day: int = 0
    calendar: Calendar = ""

    @property
    def placeholder(self) -> bool:
        """Say whether day and month may stand for `unknown`: 1 January, 1 July."""
        return self.day == 1 and self.month in (1, 7)


class NoDate(ValueError):
    """The text is no date; the message names what is wrong with it."""


def check_birth(text: str) -> str:
    """Return `text` if it reads as a date of birth. Raises NoDate with the reason."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        message = "bukan TTTT, TTTT-BB atau TTTT-BB-HH / not YYYY, YYYY-MM or YYYY-MM-DD"
        raise NoDate(message)
    year, month, day = (int(part or 0) for part in found.groups())
    if year == 0:
        raise NoDate(ZEROS)
    if len(found.group(1)) < 4:
        message = "tahun harus empat angka / the year needs four digits"
        raise NoDate(message)
    if not births_of(f"{year:04d}"):
        message = "tahun itu tidak mungkin / a year that nobody alive was born in"
        raise NoDate(message)
    if (
        month > _MOST_MONTHS
        or day > _MOST_DAYS
        or (day and month and not _exists(year, month, day))
    ):
        message = "tanggal itu tidak ada / there is no such day"
        raise NoDate(message)
    return text.strip()


def in_figures(text: str) -> str:
    """Return a date with its month in words, of eight figures, with signs for what is unknown, or
    only about right, as YYYY, YYYY-MM or YYYY-MM-DD; any other text as it is."""
    plain = text.strip()
    if plain[:4].isdigit() and not plain.isdigit():
        return plain
    upper = plain.upper()
    about = _ABOUT.match(upper)
    if about and (year := upper[about.end() :]).isdigit() and len(year) == len("1975"):
        return year
    if found := _PARTLY.fullmatch(upper):
        day, _, month, year = (re.sub(r"[X?*]+", "0", part) for part in found.groups())
        return f"{year}-{int(month):02d}-{int(day):02d}"
    if plain.isdigit():
        return _from_eight(plain)
    spaced = _RUN.sub(" ", upper)
    if (found := _DAY_FIRST.fullmatch(spaced)) and (number := _MONTH_OF.get(found.group(2))):
        day = found.group(1)
        return f"{found.group(3)}-{number:02d}" + (f"-{int(day):02d}" if day else "")
    if (found := _MONTH_FIRST.fullmatch(spaced)) and (number := _MONTH_OF.get(found.group(1))):
        return f"{found.group(3)}-{number:02d}-{int(found.group(2)):02d}"
    return plain


def _from_eight(figures: str) -> str:
    for form, order in ((_COMPACT, (0, 1, 2)), (_COMPACT_LOCAL, (2, 1, 0))):
        if found := form.fullmatch(figures):
            year, month, day = (found.groups()[place] for place in order)
            if OLDEST <= int(year) <= NEWEST and 0 < int(month) <= _MOST_MONTHS:
                return f"{year}-{month}-{day}"
    return figures


def births_of(text: str | None) -> tuple[Birth, ...]:
    """Return every reading of `text`, the likeliest first; nothing legible gives ()."""
    plain = in_figures(text or "").replace("/", "-").replace(".", "-")
    if local := _LOCAL.fullmatch(plain):
        plain = "-".join(reversed(local.groups()))
    found = _FORM.fullmatch(plain)
    if found is None:
        return ()
    year, month, day = (int(part or 0) for part in found.groups())
    month, day = _plausible(month, day)
    if OLDEST <= year <= NEWEST:
        return (Birth(year, month, day),)
    readings = (_reading(year, month, day, calendar) for calendar in _calendars(year))
    return tuple(birth for birth in readings if birth and OLDEST <= birth.year <= NEWEST)


def _plausible(month: int, day: int) -> tuple[int, int]:
    if month > _MOST_MONTHS >= day > 0:
        month, day = day, month
    return (0, 0) if month > _MOST_MONTHS else (month, day if day <= _MOST_DAYS else 0)


def _calendars(year: int) -> tuple[Calendar, ...]:
    if 2400 <= year <= NEWEST + BUDDHIST_AHEAD:
        return ("buddhist",)
    if 1200 <= year <= 1500:
        return ("persian", "hijri") if year <= NEWEST - PERSIAN_BEHIND else ("hijri",)
    return ("century", "minguo") if 0 < year <= NEWEST - MINGUO_BEHIND else ()


def _reading(year: int, month: int, day: int, calendar: Calendar) -> Birth | None:
    if calendar == "buddhist":
        return Birth(year - BUDDHIST_AHEAD, month, day, calendar)
    if calendar == "minguo":
        return Birth(year + MINGUO_BEHIND, month, day, calendar)
    if calendar == "century":
        return Birth(1900 + year, month, day, calendar) if year < 100 else None
    if not (month and day):
        middle = year + PERSIAN_BEHIND if calendar == "persian" else _hijri(year, 7, 1).year
        return Birth(middle, 0, 0, calendar)
    converted = _persian(year, month, day) if calendar == "persian" else _hijri(year, month, day)
    return Birth(converted.year, converted.month, converted.day, calendar)


def _persian(year: int, month: int, day: int) -> date:
    # Calendrical Calculations §15.3: 33-year cycle; 1 Farvardin 1 = 22 March 622 (Gregorian)
    leaps = (8 * year + 21) // 33
    days = 365 * (year - 1) + leaps + min(month - 1, 6) * 31 + max(month - 7, 0) * 30 + day - 1
    return date(622, 3, 21) + timedelta(days=days)


def _hijri(year: int, month: int, day: int) -> date:
    # tabular, civil epoch: 1 Muharram 1 = 19 July 622 (Gregorian)
    days = 354 * (year - 1) + (11 * year + 3) // 30 + (59 * (month - 1) + 1) // 2 + day - 1
    return date(622, 7, 19) + timedelta(days=days)


def _exists(year: int, month: int, day: int) -> bool:
    if not OLDEST <= year <= NEWEST:
        return True
    try:
        date(max(year, MINYEAR), month, day)
    except ValueError:
        return False
    return True
