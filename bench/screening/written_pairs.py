"""Checks by the fourth, fifth and sixth hand: pairs of an entry and a query, written out in full.

fourth_hand.txt, fifth_hand.txt and sixth_hand.txt hold them. Their dates stand in calendars,
placeholders and years alone; their strangers are namesakes, siblings and people who sound alike.
Nothing here is read when weights are learned.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench.screening.sets import Case
from hub.cekal.birthdates import births_of
from hub.cekal.records import Entry, Query


@dataclass(frozen=True, slots=True)
class Pair:
    """An entry, and a query of the same person or of another."""

    entry: Entry
    query: Query
    culture: str
    same: bool


class WrittenPairs:
    """The pairs of one hand; its entries are numbered F0, F1, … after `letter`."""

    def __init__(self, name: str, letter: str) -> None:
        self.name, self._letter = name, letter

    @cached_property
    def pairs(self) -> list[Pair]:
        """Return all pairs."""
        found: list[Pair] = []
        culture = ""
        table = Path(__file__).with_name(f"{self.name}_hand.txt")
        for line in table.read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                culture = line.strip("[]")
            elif line and not line.startswith("#"):
                found.append(_pair(f"{self._letter}{len(found)}", culture, line))
        return found

    def entries(self) -> list[Entry]:
        """Return the entry of every pair."""
        return [pair.entry for pair in self.pairs]

    def positives(self) -> list[Case]:
        """Return the queries of those who are on the list."""
        return [_case(pair) for pair in self.pairs if pair.same]

    def negatives(self) -> list[Case]:
        """Return the queries of those who only look like somebody on it."""
        return [_case(pair) for pair in self.pairs if not pair.same]


FOURTH, FIFTH = WrittenPairs("fourth", "F"), WrittenPairs("fifth", "V")
SIXTH = WrittenPairs("sixth", "Z")


def _pair(identity: str, culture: str, line: str) -> Pair:
    facts, listed, born, asked, dob = (cell.strip() for cell in line.split("|"))
    sign, sex, nation = facts.split()
    entry = Entry(identity, names=[listed], dob=born, sex=sex, nationality=nation, passports=[])
    query = Query(identity, name=asked, dob=dob or None, sex=sex, nationality=nation, passport=None)
    return Pair(entry, query, culture, sign == "=")


def _case(pair: Pair) -> Case:
    whole = births_of(pair.query.dob) == births_of(pair.entry.dob)
    return Case(pair.query, pair.entry.id * pair.same, "", pair.culture, "", whole)
