"""A check by a third hand: people whom the press of several countries writes in several ways.

third_hand.txt holds them. Half of them stand on the list in one writing and are asked for in every
other one; the other half are strangers. Nothing here is read when weights are learned.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bench.screening import changes
from bench.screening.sets import Case
from hub.cekal.records import Entry, Query

TABLE = Path(__file__).with_name("third_hand.txt")
PARTIAL = 0.2
"""Share of the entries that know the year of birth only."""


@dataclass(frozen=True, slots=True)
class Written:
    """Somebody in several writings, with a date of birth that the seed gives."""

    culture: str
    sex: str
    nation: str
    names: tuple[str, ...]
    birth: date


class ThirdHand:
    """People, list entries and cases from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        every = people(self.random, TABLE)
        self.random.shuffle(every)
        half = len(every) // 2
        self._known = {f"T{number}": person for number, person in enumerate(every[:half])}
        self._strangers = every[half:]
        self._listed = {one: self.random.randrange(len(p.names)) for one, p in self._known.items()}
        self._partial = {one for one in self._known if self.random.random() < PARTIAL}

    def entries(self) -> list[Entry]:
        """Return half of the people, each in one writing."""
        return [
            Entry(
                id=one,
                names=[person.names[self._listed[one]]],
                dob=self._born(one),
                sex=person.sex,
                nationality=person.nation,
            )
            for one, person in self._known.items()
        ]

    def positives(self) -> list[Case]:
        """Return a query for every other writing of those on the list."""
        return [
            self._case(one, person, name)
            for one, person in self._known.items()
            for number, name in enumerate(person.names)
            if number != self._listed[one]
        ]

    def negatives(self) -> list[Case]:
        """Return a query for every writing of those who are not on the list."""
        asked = [(person, name) for person in self._strangers for name in person.names]
        return [
            Case(self._query(one, name, one.birth.isoformat()), "", "", one.culture, "right")
            for one, name in asked
        ]

    def _case(self, one: str, person: Written, name: str) -> Case:
        dob, birth = changes.birth_text(self.random, person.birth, person.nation)
        complete = dob == self._born(one) == person.birth.isoformat()
        return Case(self._query(person, name, dob), one, "", person.culture, birth, complete)

    def _born(self, one: str) -> str:
        born = self._known[one].birth
        return str(born.year) if one in self._partial else born.isoformat()

    def _query(self, person: Written, name: str, dob: str | None) -> Query:
        draw = self.random
        return Query(
            id=name, name=name.upper() if draw.random() < 0.6 else name, dob=dob, sex=person.sex,
            nationality=person.nation, passport=f"Y{draw.randrange(10**7):07d}",
        )  # fmt: skip


def people(draw: random.Random, table: Path) -> list[Written]:
    """Return the people of a table, in its order, with dates of birth from `draw`."""
    return [_written(draw, culture, line) for culture, line in _lines(table)]


def _lines(table: Path) -> list[tuple[str, str]]:
    found, culture = [], ""
    for line in table.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            culture = line.strip("[]")
        elif line and not line.startswith("#"):
            found.append((culture, line))
    return found


def _written(draw: random.Random, culture: str, line: str) -> Written:
    facts, _, names = line.partition(": ")
    sex, nation = facts.split()
    birth = date(1999, 12, 31) - timedelta(days=draw.randrange(18_000))
    return Written(culture, sex, nation, tuple(name.strip() for name in names.split(";")), birth)
