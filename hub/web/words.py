"""The wording of the pages, Indonesian and English, and how times and amounts are said.

Texts lie in `words.toml` and `words_rooms.toml`: one key a line, `[Indonesian, English]`, and where
a `{count}` of one wants another English text, that as the third.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Literal, cast
from zoneinfo import ZoneInfo

from hub.wire import Estimate, Words

Language = Literal["id", "en"]

_ISO_DATE = re.compile(r"(?<![\w-])\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?![\w-])")
_MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "en": "January February March April May June July August September October November December",
}
_DAYS = {
    "id": "Senin Selasa Rabu Kamis Jumat Sabtu Minggu",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}


@cache
def _rows() -> Mapping[str, list[str]]:
    rows: dict[str, list[str]] = {}
    for name in ("words.toml", "words_rooms.toml"):
        source = resources.files("hub.web").joinpath(name).read_text(encoding="utf-8")
        rows |= cast("dict[str, list[str]]", tomllib.loads(source))
    return rows


@cache
def wording() -> Mapping[str, Words]:
    """Return every text of the pages by its key."""
    return {key: Words(id=row[0], en=row[1]) for key, row in _rows().items()}


def _text(key: str, lang: Language, values: Mapping[str, object]) -> str:
    row = _rows()[key]
    of_one = lang == "en" and len(row) > 2 and values.get("count") in (1, "1")
    return (row[2] if of_one else pick(wording()[key], lang)).format(**values)


def language(asked: str) -> Language:
    """Return the language of a page: Indonesian unless English was asked for."""
    return "en" if asked == "en" else "id"


def other(lang: Language) -> Language:
    """Return the language that stands second and smaller on the page."""
    return "id" if lang == "en" else "en"


def pick(words: Words, lang: Language) -> str:
    """Return the text in one language."""
    return words.en if lang == "en" else words.id


@dataclass(frozen=True, slots=True)
class Speech:
    """Says keys, instants and durations in one language and the office's own time."""

    lang: Language
    zone: ZoneInfo

    def say(self, key: str, **values: object) -> str:
        """Return the text of `key` with its `{values}` filled in. Raises KeyError."""
        return _text(key, self.lang, values)

    def also(self, key: str, **values: object) -> str:
        """Return the text of `key` in the other language."""
        return _text(key, other(self.lang), values)

    def known(self, key: str, otherwise: str = "") -> str:
        """Return the text of `key`, or `otherwise` when there is none."""
        return self.say(key) if key in wording() else otherwise

    def pick(self, words: Words) -> str:
        """Return a pair of texts in the page's language."""
        return pick(words, self.lang)

    def clock(self, at: datetime) -> str:
        """Return the office's wall clock, 09.41."""
        return f"{at.astimezone(self.zone):%H.%M}"

    def when(self, at: datetime, now: datetime) -> str:
        """Return the wall clock of a moment of today, else with its day: 1 Des 2026 07.05."""
        same = at.astimezone(self.zone).date() == now.astimezone(self.zone).date()
        return self.clock(at) if same else self.moment(at)

    def clock_exact(self, at: datetime) -> str:
        """Return the wall clock with seconds, 09.41.02."""
        return f"{at.astimezone(self.zone):%H.%M.%S}"

    def weekday(self, at: datetime) -> str:
        """Return the day's name in the office's time."""
        return _DAYS[self.lang].split()[at.astimezone(self.zone).weekday()]

    def weekday_of(self, day: date) -> str:
        """Return the name of a calendar day of the office."""
        return _DAYS[self.lang].split()[day.weekday()]

    def day(self, at: datetime | date) -> str:
        """Return a date in words, 23 November 2026."""
        local = at.astimezone(self.zone).date() if isinstance(at, datetime) else at
        return f"{local.day} {_MONTHS[self.lang].split()[local.month - 1]} {local.year}"

    def dated(self, value: str) -> str:
        """Return a value with its ISO dates said in words; anything else as it is."""
        return _ISO_DATE.sub(self._named, value)

    def also_dated(self, words: Words) -> str:
        """Return what stands second and smaller, in the other language, its dates in words."""
        second = Speech(other(self.lang), self.zone)
        return second.dated(pick(words, second.lang))

    def _named(self, found: re.Match[str]) -> str:
        with suppress(ValueError):  # 31 February
            return self.day(date.fromisoformat(found[0]))
        return found[0]

    def half(self, message: str) -> str:
        """Return this language's half of a message written `Indonesian / English`."""
        indonesian, cut, english = message.partition(" / ")
        return english if cut and self.lang == "en" else indonesian

    def moment(self, at: datetime) -> str:
        """Return day and clock, 23 Nov 2026 09.41."""
        local = at.astimezone(self.zone)
        month = _MONTHS[self.lang].split()[local.month - 1][:3]
        return f"{local.day} {month} {local.year} {local:%H.%M}"

    def minutes(self, seconds: float) -> str:
        """Return whole minutes, 31 mnt."""
        return self.say("minutes_short", count=int(seconds // 60))

    def span(self, estimate: Estimate) -> str:
        """Return a range of minutes without its unit, 12–20."""
        if estimate.low_min == estimate.high_min:
            return str(estimate.low_min)
        return f"{estimate.low_min}–{estimate.high_min}"

    def decimal(self, value: float) -> str:
        """Return one decimal, 4,2 in Indonesian and 4.2 in English."""
        text = f"{value:.1f}"
        return text if self.lang == "en" else text.replace(".", ",")

    def signed(self, value: float) -> str:
        """Return one decimal with its sign, +0,8."""
        return ("−" if value < 0 else "+") + self.decimal(abs(value))

    def count(self, number: int) -> str:
        """Return a whole number in groups of three, 10.212 in Indonesian and 10,212 in English."""
        text = f"{number:,}"
        return text if self.lang == "en" else text.replace(",", ".")

    def rupiah(self, amount: int) -> str:
        """Return an amount, Rp3.000.000; −Rp3.000.000 of a counter-entry."""
        return ("−Rp" if amount < 0 else "Rp") + f"{abs(amount):,}".replace(",", ".")


def duration(seconds: float | timedelta) -> str:
    """Return a running time, 2:48 or 1:02:48."""
    whole = max(0, int(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds))
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes}:{second:02}"
