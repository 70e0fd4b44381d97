"""Invent people: names built as each culture builds them, birth, sex, nationality, passport.

A word of a name may hold its forms in several romanisations, `wang/wong/ong/wang`; the families of
changes choose among them.
"""

# ruff: noqa: ARG001 — every builder and family has one signature
from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SHARES = {
    "arabic": 15, "persian": 9, "urdu": 8, "hindi": 7, "tamil": 5, "bengali": 5, "indonesian": 10,
    "chinese": 14, "korean": 6, "burmese": 3, "vietnamese": 3, "thai": 3, "russian": 7,
    "european": 11, "turkish": 4, "african": 4,
}  # fmt: skip
CHINESE_NATIONS = ("CHN", "CHN", "CHN", "HKG", "SGP", "MYS", "IDN", "TWN")
RARE = 0.4
"""Share of rare names: grown from a frequent one and an ending, as most rare family names are."""
ENDINGS = {
    "arabic": ("awi", "ani", "iyah", "udi", "ari", "iti", "un"),
    "persian": ("pour", "zadeh", "nejad", "nia", "khah", "fard", "i", "yan", "doust"),
    "urdu": ("zai", "wala", "i", "khel", "vi", "ani"),
    "urdu men": ("ullah", "uddin", "urrehman"),
    "bengali men": ("uddin", "ul", "ullah"),
    "russian": ("енко", "ский", "ов", "ин", "ович", "чук"),
    "turkish": ("oğlu", "lar", "türk", "er", "can", "soy", "demir"),
    "hindi": ("kar", "wala", "pal", "nath", "dev", "raj", "wal"),
    "tamil men": ("nathan", "kumar", "rajah", "samy", "lingam", "endran"),
    "indonesian": ("wati", "no", "wan", "to", "jaya", "ningrat", "tama"),
    "european": ("son", "man", "berg", "ini", "ez", "ski", "feld", "stein", "s", "sen", "escu"),
    "african": ("ye", "wa", "ba", "nga", "mi", "ola"),
    "thai": ("sri", "kul", "wong", "porn", "chai"),
}
FORM_OF = {"CHN": 0, "HKG": 1, "SGP": 2, "MYS": 2, "IDN": 2, "TWN": 3}


@dataclass(frozen=True, slots=True)
class Part:
    """A word of a name and what it is: given, father, family, place, middle."""

    role: str
    word: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody invented."""

    culture: str
    sex: str
    parts: tuple[Part, ...]
    birth: date
    nation: str
    passport: str


class Population:
    """Draws people; the same seed gives the same people."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._cultures = list(SHARES)
        self._shares = list(SHARES.values())

    def person(self, culture: str = "") -> Person:
        """Return somebody of a culture, or of any."""
        draw = self.random
        culture = culture or draw.choices(self._cultures, self._shares)[0]
        sex = draw.choices("MF", (68, 32))[0]
        nation = draw.choice(CHINESE_NATIONS if culture == "chinese" else nations(culture))
        parts = BUILDERS.get(culture, _plain)(draw, culture, sex, nation)
        return Person(culture, sex, parts, self.birth(), nation, self.passport())

    def birth(self) -> date:
        """Return a date of birth of an adult."""
        years = min(max(self.random.gauss(42, 14), 17), 88)
        return date(2026, 1, 1) - timedelta(days=int(years * 365.25) + self.random.randrange(365))

    def passport(self) -> str:
        """Return a document number."""
        letters = "".join(
            self.random.choices("ABCDEGHJKLMNPRSTUVWXYZ", k=self.random.choice((0, 1, 2)))
        )
        return letters + "".join(self.random.choices("0123456789", k=9 - len(letters)))

    def sibling(self, person: Person) -> Person:
        """Return a brother or sister: family and father shared, another given name."""
        other = self.person(person.culture)
        given = iter(part for part in other.parts if part.role == "given")
        parts = tuple(next(given, part) if part.role == "given" else part for part in person.parts)
        apart = self.random.choice((-1, 1)) * self.random.randint(300, 4500)
        return replace(other, parts=parts, birth=_moved(person.birth, apart), nation=person.nation)

    def child(self, person: Person) -> Person:
        """Return a son or daughter with the same name, or their parent."""
        apart = self.random.choice((-1, 1)) * self.random.randint(6700, 13_500)
        return replace(person, birth=_moved(person.birth, apart), passport=self.passport())

    def namesake(self, person: Person) -> Person:
        """Return somebody else of the same name."""
        return replace(person, birth=self.birth(), passport=self.passport())

    def twin_of_chance(self, person: Person) -> Person:
        """Return a stranger born on the same day whose name shares one part and its sound."""
        other = self.person(person.culture)
        kept = self.random.randrange(len(person.parts)) if len(person.parts) > 1 else -1
        parts = tuple(
            part if place == kept else other.parts[min(place, len(other.parts) - 1)]
            for place, part in enumerate(person.parts)
        )
        return replace(other, parts=parts, birth=person.birth, sex=person.sex, nation=person.nation)


@cache
def table(name: str) -> dict[str, Any]:  # the tables' shapes differ by culture
    """Return a table of names."""
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def nations(culture: str) -> list[str]:
    """Return the nationalities of a culture, repeated by share."""
    fixed = {"korean": "KOR", "burmese": "MMR", "vietnamese": "VNM", "thai": "THA"}
    return [fixed[culture]] if culture in fixed else _words("names.toml", culture, "nations")


@cache
def _words(file: str, culture: str, key: str) -> list[str]:
    return str(table(file)[culture][key]).split()


def _given(draw: random.Random, culture: str, sex: str) -> str:
    name = draw.choice(_words("names.toml", culture, "men" if sex == "M" else "women"))
    endings = ENDINGS.get(f"{culture} men", ()) if sex == "M" else ()
    if endings and draw.random() < RARE:
        return name.rstrip("aiu") + draw.choice(endings)
    return name


def _family(draw: random.Random, culture: str) -> str:
    families = _words("names.toml", culture, "families")
    endings = ENDINGS.get(culture, ())
    if endings and draw.random() < RARE:
        stem = draw.choice([*_words("names.toml", culture, "men"), *families]).lower()
        return stem.rstrip("aeiouаоеи_") + draw.choice(endings)
    return draw.choice(families)


def _plain(draw: random.Random, culture: str, sex: str, nation: str) -> tuple[Part, ...]:
    given = [Part("given", _given(draw, culture, sex))]
    if draw.random() < 0.25:
        given.append(Part("middle", _given(draw, culture, sex)))
    return (*given, *(Part("family", word) for word in _family(draw, culture).split("_")))


def _arabic(draw: random.Random, culture: str, sex: str, nation: str) -> tuple[Part, ...]:
    parts = [Part("given", _given(draw, culture, sex)), Part("father", _given(draw, culture, "M"))]
    if draw.random() < 0.45:
        parts.append(Part("grandfather", _given(draw, culture, "M")))
    parts.append(Part("place", "al-" + _family(draw, culture)) if draw.random() < 0.75
                 else Part("family", _family(draw, culture)))  # fmt: skip
    return tuple(parts)


def _tamil(draw: random.Random, culture: str, sex: str, nation: str) -> tuple[Part, ...]:
    return Part("given", _given(draw, culture, sex)), Part("father", _given(draw, culture, "M"))


def _indonesian(draw: random.Random, culture: str, sex: str, nation: str) -> tuple[Part, ...]:
    first = Part("given", _given(draw, culture, sex))
    kind = draw.random()
    if kind < 0.12:
        return (first,)
    more = [Part("middle", _given(draw, culture, sex))] if kind > 0.6 else []
    last = _family(draw, culture) if draw.random() < 0.5 else _given(draw, culture, "M")
    return (first, *more, Part("family", last))


def _chinese(draw: random.Random, culture: str, sex: str, nation: str) -> tuple[Part, ...]:
    surname = draw.choice(_words("eastern.toml", "chinese", "surnames"))
    given = draw.sample(_words("eastern.toml", "chinese", "given"), 1 if draw.random() < 0.2 else 2)
    return (Part("family", surname), *(Part("given", word) for word in given))


def _korean(draw: random.Random, culture: str, sex: str, nation: str) -> tuple[Part, ...]:
    surname = draw.choice(_words("eastern.toml", "korean", "surnames"))
    given = draw.sample(_words("eastern.toml", "korean", "given"), 2)
    return (Part("family", surname), *(Part("given", word) for word in given))


def _burmese(draw: random.Random, culture: str, sex: str, nation: str) -> tuple[Part, ...]:
    words = draw.sample(_words("eastern.toml", "burmese", "words"), draw.choice((2, 3, 3, 4)))
    return tuple(Part("given", word) for word in words)


def _vietnamese(draw: random.Random, culture: str, sex: str, nation: str) -> tuple[Part, ...]:
    surname = draw.choice(_words("eastern.toml", culture, "surnames")).split("/")[0]
    middle = "thị" if sex == "F" else draw.choice(_words("eastern.toml", culture, "middle"))
    given = draw.choice(_words("eastern.toml", culture, "given"))
    return Part("family", surname), Part("middle", middle), Part("given", given)


def _thai(draw: random.Random, culture: str, sex: str, nation: str) -> tuple[Part, ...]:
    given = draw.choice(_words("eastern.toml", culture, "given"))
    return Part("given", given), Part(
        "family", draw.choice(_words("eastern.toml", culture, "surnames"))
    )


BUILDERS = {
    "arabic": _arabic, "tamil": _tamil, "indonesian": _indonesian, "chinese": _chinese,
    "korean": _korean, "burmese": _burmese, "vietnamese": _vietnamese, "thai": _thai,
}  # fmt: skip


def _moved(day: date, days: int) -> date:
    moved = day + timedelta(days=days)
    return moved if moved < date(2024, 1, 1) else day - timedelta(days=abs(days))
