"""Which rows of the list deserve a close look for a query: the first few hundred, roughly ranked.

Rows gain by every part that has a neighbour in the name asked for, weighted by surprise, and by
the date of birth; rows with the same document number or date of birth are always looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hub.cekal.aligning import Reading, readings_of
from hub.cekal.birthdates import Birth
from hub.cekal.folding import FoldedName
from hub.cekal.index import Index
from hub.cekal.vocabulary import Floats, Ints

LOOKED_AT = 160
WEIGHED = 20_000
ROWS_PER_PART = 400_000
_LEAST_ALIKE = 0.6
_SAME_DAY, _SAME_YEAR, _NEAR_YEAR, _SWAPPED = 8.0, 3.0, 1.0, 7.0


@dataclass(frozen=True, slots=True)
class Found:
    """Rows to look at, and for each how many rows of the list agree in name at least as well."""

    rows: Ints
    crowd: Floats


def candidates(index: Index, name: FoldedName, births: tuple[Birth, ...], entries: Ints) -> Found:
    """Return the rows to look at; `entries` are looked at in any case."""
    gained = _gained(index, name)
    weighed = _best(gained, WEIGHED)
    total = gained[weighed] + _birth_gain(index, index.rows.entry[weighed], births)
    best = weighed[_best(total, LOOKED_AT)]
    same_day = [index.born(day) for birth in births for day in _days(birth)]
    certain = index.rows_of(np.unique(np.concatenate([entries, *same_day]))[:LOOKED_AT])
    rows = np.unique(np.concatenate([best, certain])).astype(np.int32)
    return Found(rows, _crowd(gained, weighed, rows))


def _gained(index: Index, name: FoldedName) -> Floats:
    gained = np.zeros(len(index.rows.entry), np.float32)
    alone: list[Floats] = []
    for reading in readings_of(index, name):
        gain = _gain(index, reading)
        if len(reading.covers) == 1:
            alone.append(gain)
            gained += gain
        else:
            # one part on the list for two of the query: RAJINI KANTH, RAJNIKANT
            apart = np.add(*(alone[place] for place in reading.covers))
            gained += np.maximum(gain - apart, 0)
    return gained


def _gain(index: Index, reading: Reading) -> Floats:
    """Return for each row what its likest part gains."""
    best = np.zeros(len(index.rows.entry), np.float32)
    near = reading.near
    if len(reading.text) == 1 or near.parts.size == 0:
        return best
    kept = np.flatnonzero(near.likeness >= _LEAST_ALIKE)
    kept = kept[np.argsort(-near.likeness[kept], kind="stable")]
    value = near.surprise[kept] * near.likeness[kept] ** 2
    rows, places = index.rows_holding(near.parts[kept], ROWS_PER_PART)
    # written from the least to the most alike: the last one stays
    best[rows[::-1]] = value[places[::-1]]
    return best


def _best(values: Floats, most: int) -> Ints:
    positive = np.flatnonzero(values > 0)
    if positive.size <= most:
        return positive.astype(np.int32)
    return positive[np.argpartition(values[positive], -most)[-most:]].astype(np.int32)


def _birth_gain(index: Index, entries: Ints, births: tuple[Birth, ...]) -> Floats:
    gain = np.zeros(len(entries), np.float32)
    on_list = index.people.births[entries]
    for birth in births:
        year, month, day = (on_list[..., place] for place in range(3))
        apart = np.abs(year - birth.year)
        reading = np.where(apart == 0, _SAME_YEAR, np.where(apart <= 2, _NEAR_YEAR, 0))
        if birth.day:
            same = (month == birth.month) & (day == birth.day)
            swapped = (month == birth.day) & (day == birth.month)
            reading = reading + np.where(same, _SAME_DAY - _SAME_YEAR, 0)
            reading = np.where(swapped & (apart == 0), np.maximum(reading, _SWAPPED), reading)
        gain = np.maximum(gain, np.where(year > 0, reading, 0).max(axis=1))
    return gain


def _days(birth: Birth) -> list[Birth]:
    if not birth.day or birth.placeholder:
        return []
    swapped = Birth(birth.year, birth.day, birth.month)
    return [birth, swapped] if birth.day <= 12 else [birth]


def _crowd(gained: Floats, weighed: Ints, rows: Ints) -> Floats:
    ordered = np.sort(gained[weighed])
    at_least = ordered.size - np.searchsorted(ordered, gained[rows] * np.float32(0.97))
    crowd: Floats = np.log1p(at_least).astype(np.float32)
    return crowd
