"""The list in memory: numbers in arrays, no names but the vocabulary of their parts.

A row is one way to read one name of an entry; an entry has a row for each of its names, and one
more where a Chinese or Korean name is written together.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from hub.cekal.birthdates import Birth, births_of
from hub.cekal.folding import FoldedName, fold
from hub.cekal.neighbours import Neighbourhood
from hub.cekal.records import Entry, country_of, custom_of, passport_of, sex_of
from hub.cekal.syllables import native, spread_out, syllabic, vietnamese_apart
from hub.cekal.vocabulary import Ints, Vocabulary, hashed

EASTERN = ("sinitic", "korean")
"""Customs whose names are made of syllables, whatever the surname is."""
PARTS = 7
"""Parts of a name that are compared; the 3 in 1,000 names with more lose their last ones."""
READINGS = 2
Kind = TypeVar("Kind", bound=np.generic)
_SEX = {"": 0, "M": 1, "F": 2}


@dataclass(frozen=True, slots=True)
class Rows:
    """One line for each name: its entry, its parts (-1 fills), whether it may be cut."""

    entry: Ints
    parts: Ints
    cut: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class People:
    """One line for each entry: identity, birth in two readings as year, month, day; 0 unknown."""

    ids: list[str]
    births: npt.NDArray[np.int16]
    sex: npt.NDArray[np.int8]
    country: Ints
    countries: list[str]
    passport_keys: npt.NDArray[np.uint64]
    passport_entries: Ints
    passports: list[str]


class Collector:
    """Takes entries one by one and gives the index."""

    def __init__(self) -> None:
        self._vocabulary = Vocabulary()
        self._row_entry, self._row_cut = array("i"), array("b")
        self._parts = array("i")
        self._births, self._sex, self._country = array("h"), array("b"), array("i")
        self._countries: dict[str, int] = {"": 0}
        self._ids: list[str] = []
        self._passports: list[str] = []

    def add(self, entry: Entry) -> None:
        """Take an entry; one without a legible name is found by its documents only."""
        number = len(self._ids)
        self._ids.append(entry.id)
        country = country_of(entry.nationality)
        for name in forms_of_all(entry.names, eastern=custom_of(country) in EASTERN):
            self._add_row(number, name)
        readings = births_of(entry.dob)[:READINGS]
        for reading in (*readings, *[_UNKNOWN] * (READINGS - len(readings))):
            self._births.extend((reading.year, reading.month, reading.day))
        self._sex.append(_SEX[sex_of(entry.sex)])
        self._country.append(self._countries.setdefault(country, len(self._countries)))
        self._passports.append(" ".join(filter(None, map(passport_of, entry.passports))))

    def index(self) -> Index:
        """Return the index of everything taken."""
        self._vocabulary.close()
        rows = Rows(
            _array(self._row_entry, np.int32),
            _array(self._parts, np.int32).reshape(-1, PARTS),
            _array(self._row_cut, np.int8).astype(np.bool_),
        )
        return Index(self._vocabulary, rows, self._people())

    def _add_row(self, number: int, name: FoldedName) -> None:
        parts = [self._vocabulary.number(part) for part in name.parts[:PARTS]]
        self._parts.extend(parts + [-1] * (PARTS - len(parts)))
        self._row_entry.append(number)
        self._row_cut.append(name.cut)

    def _people(self) -> People:
        pairs = [
            (hashed(passport), number)
            for number, passports in enumerate(self._passports)
            for passport in passports.split()
        ]
        pairs.sort()
        return People(
            self._ids,
            _array(self._births, np.int16).reshape(-1, READINGS, 3),
            _array(self._sex, np.int8),
            _array(self._country, np.int32),
            list(self._countries),
            np.array([key for key, _ in pairs], np.uint64),
            np.array([number for _, number in pairs], np.int32),
            self._passports,
        )


class Index:
    """Everything that a search needs of a list."""

    def __init__(self, vocabulary: Vocabulary, rows: Rows, people: People) -> None:
        self.vocabulary, self.rows, self.people = vocabulary, rows, people
        self._post()
        held = np.diff(self._ends).astype(np.int32)
        self.held = held
        self.neighbourhood = Neighbourhood(vocabulary, held, len(rows.entry))
        self.per_country = np.bincount(people.country, minlength=len(people.countries))
        order = np.argsort(rows.entry, kind="stable").astype(np.int32)
        self._entry_rows = order
        self._entry_ends = np.searchsorted(rows.entry[order], np.arange(len(people.ids) + 1))
        self._birth_codes, self._birth_entries = _birth_order(people.births)
        self.numbers = {identity: number for number, identity in enumerate(people.ids)}

    def __len__(self) -> int:
        return len(self.people.ids)

    def rows_holding(self, parts: Ints, most: int) -> tuple[Ints, Ints]:
        """Return the rows that hold any of `parts`, and for each the place of its part in `parts`.

        Parts at the end are left out once `most` rows are together.
        """
        counts = self.held[parts]
        kept = int(np.searchsorted(np.cumsum(counts), most, "right")) + 1
        parts, counts = parts[:kept], counts[:kept]
        total = int(counts.sum())
        places = np.repeat(np.arange(len(parts), dtype=np.int32), counts)
        starts = np.repeat(self._ends[parts] - np.cumsum(counts) + counts, counts)
        return self._posted[starts + np.arange(total)], places

    def rows_of(self, entries: Ints) -> Ints:
        """Return the rows of entries."""
        found = [
            self._entry_rows[self._entry_ends[entry] : self._entry_ends[entry + 1]]
            for entry in entries.tolist()
        ]
        return np.concatenate(found) if found else np.zeros(0, np.int32)

    def born(self, birth: Birth) -> Ints:
        """Return the entries with this complete date of birth in one of their readings."""
        code = _code(birth.year, birth.month, birth.day)
        begin = np.searchsorted(self._birth_codes, code, "left")
        end = np.searchsorted(self._birth_codes, code, "right")
        return self._birth_entries[begin:end]

    def with_passport(self, passport: str) -> Ints:
        """Return the entries with this document number as compared."""
        key = np.uint64(hashed(passport))
        begin = np.searchsorted(self.people.passport_keys, key, "left")
        end = np.searchsorted(self.people.passport_keys, key, "right")
        return self.people.passport_entries[begin:end]

    def _post(self) -> None:
        flat = self.rows.parts.ravel()
        order = np.argsort(flat, kind="stable")
        first = int(np.searchsorted(flat[order], 0))
        self._posted: Ints = (order[first:] // PARTS).astype(np.int32)
        self._ends = np.searchsorted(flat[order][first:], np.arange(len(self.vocabulary) + 1))


def index_of(entries: Iterable[Entry]) -> Index:
    """Return the index of a list."""
    collector = Collector()
    for entry in entries:
        collector.add(entry)
    return collector.index()


def forms_of(text: str, *, eastern: bool = False) -> list[FoldedName]:
    """Return the ways to read a name: as written, its aliases, East Asian ones by syllables.

    `eastern`: a Chinese or Korean passport says so; otherwise the surname has to.
    """
    return forms_of_all([text], eastern=eastern)


def forms_of_all(names: list[str], *, eastern: bool = False) -> list[FoldedName]:
    """Return the ways to read each name, each way once."""
    forms: dict[tuple[str, ...], FoldedName] = {}
    for name in (name for text in names for name in fold(text)):
        forms.setdefault(name.parts, name)
        alone = spread_out(name.parts[0]) if eastern and len(name.parts) == 1 else ()
        own = native(name.parts, certain=eastern)
        for spread in alone or (
            *_by_syllables(name.parts, eastern=eastern),
            *((_by_syllables(own, eastern=eastern) or (own,)) if own else ()),
        ):
            forms.setdefault(spread, FoldedName(spread, name.cut))
    return list(forms.values())


def _by_syllables(parts: tuple[str, ...], *, eastern: bool) -> tuple[tuple[str, ...], ...]:
    """Return the ways to read a name by Vietnamese, Chinese or Korean syllables."""
    if apart := vietnamese_apart(parts):
        return (apart,)
    return syllabic(parts, certain=eastern)


def _birth_order(births: npt.NDArray[np.int16]) -> tuple[Ints, Ints]:
    codes = _code_array(births.astype(np.int32)).ravel()
    order = np.argsort(codes, kind="stable").astype(np.int32)
    return codes[order], order // READINGS


def _code_array(births: Ints) -> Ints:
    codes: Ints = births[..., 0] * 10_000 + births[..., 1] * 100 + births[..., 2]
    return codes


def _code(year: int, month: int, day: int) -> int:
    return year * 10_000 + month * 100 + day


def _array(values: array[int], kind: type[Kind]) -> npt.NDArray[Kind]:
    return np.array(values, dtype=kind)


_UNKNOWN = Birth(0)
