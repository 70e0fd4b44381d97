"""How papers write dates, hours, money and lengths of stay, in Indonesian and English."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.wire import Words

# fmt: off
_WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_ENGLISH_WEEKDAYS = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
_DIGITS = ("", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_SCALES = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (10**3, "ribu"))
_SMALL = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
# fmt: on
_ENGLISH_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))
DAYS_A_MONTH = 30  # how days of separate stays are added up; a month counts from the calendar


def indonesian_date(day: date) -> str:
    """Return "23 November 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def english_date(day: date) -> str:
    """Return a date as in `23 November 2026`, the month in English."""
    return f"{day.day} {_ENGLISH_MONTHS[day.month - 1]} {day.year}"


def in_words(day: date | None) -> Words:
    """Return a date in both languages; a dash for none."""
    if day is None:
        return Words(id="–", en="–")
    return Words(id=indonesian_date(day), en=english_date(day))


def dated_weekday(day: date) -> Words:
    """Return a date with its weekday, `Senin, 23 November 2026`."""
    words, n = in_words(day), day.weekday()
    return Words(id=f"{_WEEKDAYS[n]}, {words.id}", en=f"{_ENGLISH_WEEKDAYS[n]}, {words.en}")


def short_date(day: date) -> str:
    """Return "23-11-2026", for tables."""
    return f"{day:%d-%m-%Y}"


def clock_time(at: datetime, zone: str) -> str:
    """Return "10.42 WIB" as the office's clock shows it."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%H.%M} {local:%Z}"


def local_day(at: datetime, zone: str) -> date:
    """Return the office's calendar day of an instant."""
    return at.astimezone(ZoneInfo(zone)).date()


def staff_number(nip: str) -> str:
    """Return a NIP as offices write it: "19750101 200001 1 001"."""
    if len(nip) != 18 or not nip.isdecimal():
        return nip
    return f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}"


def rupiah(amount: int) -> str:
    """Return "Rp 3.000.000"."""
    return "Rp " + f"{amount:,}".replace(",", ".")


def rupiah_in_words(amount: int) -> Words:
    """Return the amount in words, "tiga juta rupiah" and "three million rupiah"."""
    return Words(id=f"{_indonesian(amount)} rupiah", en=f"{_english(amount)} rupiah")


def _indonesian(number: int) -> str:
    if number == 0:
        return "nol"
    parts = []
    for scale, name in _SCALES:
        count, number = divmod(number, scale)
        if count == 1 and name == "ribu":
            parts.append("seribu")
        elif count:
            parts.append(f"{_indonesian(count)} {name}")
    hundreds, rest = divmod(number, 100)
    if hundreds:
        parts.append("seratus" if hundreds == 1 else f"{_DIGITS[hundreds]} ratus")
    return " ".join([*parts, *_indonesian_below_100(rest)])


def _indonesian_below_100(number: int) -> list[str]:
    if number in (10, 11):
        return ["sepuluh" if number == 10 else "sebelas"]
    if 12 <= number <= 19:
        return [f"{_DIGITS[number - 10]} belas"]
    tens, ones = divmod(number, 10)
    return [*([f"{_DIGITS[tens]} puluh"] if tens else []), *([_DIGITS[ones]] if ones else [])]


def _english(number: int) -> str:
    if number < 20:
        return _SMALL[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f"-{_SMALL[ones]}" if ones else "")
    for scale, name in (*_ENGLISH_SCALES, (100, "hundred")):
        count, rest = divmod(number, scale)
        if count:
            return f"{_english(count)} {name}" + (f" {_english(rest)}" if rest else "")
    raise AssertionError(number)  # pragma: no cover


@dataclass(frozen=True, slots=True, order=True)
class Stay:
    """A length of stay in whole calendar months and the days over."""

    months: int
    days: int = 0

    @property
    def short(self) -> str:
        """Return "2 th 5 bl"; days only while there is not a whole month."""
        years, months = divmod(self.months, 12)
        return f"{years} th {months} bl" if self.months else f"{self.days} hr"


def stay(start: date, end: date) -> Stay:
    """Return how long `start` to `end` is, both days counted; leap years and short months hold."""
    after = end + timedelta(days=1)
    months = (after.year - start.year) * 12 + after.month - start.month
    if months and _months_later(start, months) > after:
        months -= 1
    return Stay(months, (after - _months_later(start, months)).days)


def total_stay(stays: Iterable[Stay]) -> Stay:
    """Return separate stays added up, thirty left-over days to a month."""
    months = days = 0
    for one in stays:
        months, days = months + one.months, days + one.days
    return Stay(months + days // DAYS_A_MONTH, days % DAYS_A_MONTH)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
