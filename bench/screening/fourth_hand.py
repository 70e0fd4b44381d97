"""A check by a fourth hand: pairs of an entry and a query, one person or two, written out in full.

fourth_hand.txt holds them. Its dates stand in calendars, placeholders and years alone; its
strangers are namesakes, siblings and people who sound alike. Nothing here is read when weights are
learned.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.screening.sets import Case
from hub.cekal.birthdates import births_of
from hub.cekal.records import Entry, Query

TABLE = Path(__file__).with_name("fourth_hand.txt")


@dataclass(frozen=True, slots=True)
class Pair:
    """An entry, and a query of the same person or of another."""

    entry: Entry
    query: Query
    culture: str
    same: bool


def pairs() -> list[Pair]:
    """Return all pairs, entries numbered F0, F1, …"""
    found, culture = [], ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            culture = line.strip("[]")
        elif line and not line.startswith("#"):
            found.append(_pair(f"F{len(found)}", culture, line))
    return found


def entries() -> list[Entry]:
    """Return the entry of every pair."""
    return [pair.entry for pair in pairs()]


def positives() -> list[Case]:
    """Return the queries of those who are on the list."""
    return [_case(pair) for pair in pairs() if pair.same]


def negatives() -> list[Case]:
    """Return the queries of those who only look like somebody on it."""
    return [_case(pair) for pair in pairs() if not pair.same]


def _pair(identity: str, culture: str, line: str) -> Pair:
    facts, listed, born, asked, dob = (cell.strip() for cell in line.split("|"))
    sign, sex, nation = facts.split()
    entry = Entry(identity, names=[listed], dob=born, sex=sex, nationality=nation, passports=[])
    query = Query(identity, name=asked, dob=dob or None, sex=sex, nationality=nation, passport=None)
    return Pair(entry, query, culture, sign == "=")


def _case(pair: Pair) -> Case:
    whole = births_of(pair.query.dob) == births_of(pair.entry.dob)
    return Case(pair.query, pair.entry.id * pair.same, "", pair.culture, "", whole)
