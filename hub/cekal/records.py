"""Who is on the list and who is asked for: the lines that files and programs exchange."""

from __future__ import annotations

from datetime import date
from functools import cache

import msgspec

from hub.cekal.tables import groups, pairs


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person on the list, as a line of a list file gives them."""

    id: str
    names: list[str]
    dob: str | None = None
    sex: str | None = None
    nationality: str | None = None
    passports: list[str] = []
    kind: str = ""
    valid_from: str | None = None
    valid_to: str | None = None
    decree: str = ""
    agency: str = ""
    basis: str = ""


class Query(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person asked for."""

    id: str
    name: str
    dob: str | None = None
    sex: str | None = None
    nationality: str | None = None
    passport: str | None = None


class Answer(msgspec.Struct, frozen=True):
    """The entries found for a query, best first, each with its score; `ms` it took."""

    id: str
    hits: list[tuple[str, float]]
    ms: float


def holds(entry: Entry, on: date) -> bool:
    """Say whether the entry's ban is in force on that day."""
    day = on.isoformat()
    begun = not entry.valid_from or entry.valid_from[:10] <= day
    return begun and not (entry.valid_to and entry.valid_to[:10] < day)


def sex_of(text: str | None) -> str:
    """Return M, F or nothing from what papers write (L, P, MALE, WANITA…)."""
    first = (text or "").strip().upper()
    if first in ("M", "L", "MALE", "PRIA", "LAKI-LAKI", "LAKI LAKI", "1"):
        return "M"
    return "F" if first in ("F", "P", "FEMALE", "WANITA", "PEREMPUAN", "2") else ""


def country_of(text: str | None) -> str:
    """Return the ISO alpha-3 code of a code or usual name; other words come back as they are."""
    plain = "".join(sign for sign in (text or "").upper() if sign.isalpha())
    return _codes().get(plain, plain)


def passport_of(text: str | None) -> str:
    """Return a document number as compared: capitals and digits, O as 0, I as 1."""
    plain = "".join(sign for sign in (text or "").upper() if sign.isalnum())
    return plain.replace("O", "0").replace("I", "1")


@cache
def _codes() -> dict[str, str]:
    from babel import Locale  # only where lists are read: a serving hub does without it

    codes = pairs("codes", "places.toml")
    known = {
        "".join(sign for sign in name.upper() if sign.isalpha()): codes[short]
        for language in ("en", "id")
        for short, name in Locale(language).territories.items()
        if short in codes
    }
    return known | codes | pairs("same", "places.toml")


@cache
def related(one: str, other: str) -> bool:
    """Say whether people are known to hold passports of both countries, or to be mixed up."""
    return any({one, other} <= group for group in groups("related", "places.toml").values())


@cache
def custom_of(country: str) -> str:
    """Return the naming custom of a country, or nothing if none is listed."""
    customs = groups("customs", "places.toml").items()
    return next((custom for custom, countries in customs if country in countries), "")
