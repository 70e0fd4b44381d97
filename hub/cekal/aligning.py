"""Pair the parts of a name asked for with those of many names on the list, the most alike first.

Two neighbouring parts of the query may together stand for one part on the list (ABDUL RAHMAN for
ABDULRAHMAN): such joined parts take part as readings of their own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np
import numpy.typing as npt

from hub.cekal.folding import FoldedName
from hub.cekal.index import PARTS, Index
from hub.cekal.neighbours import Alike, Neighbours, kinds_of_looks
from hub.cekal.syllables import mandarin_of
from hub.cekal.vocabulary import Floats, Ints

Flags = npt.NDArray[np.bool_]
_JOINED_AT_LEAST, _SAME_AT_LEAST = 0.84, 0.95
_WEIGHED_WHOLE = 4
"""Names of at most so many parts are paired as a whole, longer ones part by part."""
_MOST_READINGS = 2 * PARTS - 1


@dataclass(frozen=True, slots=True)
class Reading:
    """A part of the query, or two joined: the places it covers and its neighbours."""

    text: str
    covers: tuple[int, ...]
    near: Neighbours


@dataclass(frozen=True, slots=True)
class Aligned:
    """For K rows and R readings: the place on the list that a reading is paired with (-1 none),
    how alike the pair is, of what kind, how surprising; and which parts are left over."""

    readings: tuple[Reading, ...]
    place: Ints
    likeness: Floats
    kind: Ints
    surprise: Floats
    query_left: Flags
    list_left: Flags


def readings_of(index: Index, name: FoldedName) -> tuple[Reading, ...]:
    """Return the parts of a name and its joined neighbours with what they may stand for."""
    parts = name.parts[:PARTS]
    single = [
        Reading(
            part, (place,), index.neighbourhood.of(part, cut=name.cut and place == len(parts) - 1)
        )
        for place, part in enumerate(parts)
    ]
    pairs = pairwise(parts)
    # syllables that stand together on the list are read apart there, too: FONG NG is no FANG
    least = _SAME_AT_LEAST if all(map(mandarin_of, parts)) else _JOINED_AT_LEAST
    joined = [
        Reading(one + other, (place, place + 1), _close(index.neighbourhood.of(one + other), least))
        for place, (one, other) in enumerate(pairs)
    ]
    return (*single, *(reading for reading in joined if reading.near.parts.size))


def align(index: Index, readings: tuple[Reading, ...], rows: Ints) -> Aligned:
    """Pair the readings with the parts of `rows`."""
    on_list = index.rows.parts[rows]
    likeness, kind, surprise = _looked_up(index, readings, on_list)
    chosen = np.full((len(rows), len(readings)), -1, np.int32)
    covered = np.zeros((len(readings), len(readings)), np.bool_)
    for one, reading in enumerate(readings):
        covered[one] = [bool(set(reading.covers) & set(other.covers)) for other in readings]
    every = np.arange(len(rows))
    width = on_list.shape[1]
    # a joined pair wins against one of its parts alone; among equals the more surprising wins
    value = likeness + surprise * np.float32(0.002)
    value[likeness == 0] = 0
    for place, reading in enumerate(readings):
        if len(reading.covers) > 1:
            # S SHINN is no SSHINN: what one part says alone needs no other
            alone = likeness[:, list(reading.covers)].max(axis=1)
            value[:, place] *= np.where(likeness[:, place] > alone, np.float32(1.05), 0)
    whole = value.copy()
    for _ in range(min(sum(len(r.covers) == 1 for r in readings), width)):
        best = value.reshape(len(rows), -1).argmax(axis=1)
        reading_at, place_at = best // width, best % width
        good = value[every, reading_at, place_at] > 0
        if not good.any():
            break
        chosen[every[good], reading_at[good]] = place_at[good]
        value[every[good], :, place_at[good]] = 0
        value[covered[reading_at] & good[:, None]] = 0
    _weigh_whole(readings, on_list, whole, chosen)
    return _aligned(readings, chosen, on_list, likeness, kind, surprise)


def _weigh_whole(readings: tuple[Reading, ...], on_list: Ints, value: Floats, chosen: Ints) -> None:
    """Pair short names anew where another pairing of the whole is better than best pairs first.

    XU sounds more like SAU than like HUI; XU XIU is nevertheless HUI SAU. Likeness counts to the
    third power: one certain pair is worth more than two vague ones.
    """
    single = [number for number, reading in enumerate(readings) if len(reading.covers) == 1]
    if not 1 < len(single) <= _WEIGHED_WHOLE:
        return
    joined = [number for number in range(len(readings)) if number not in single]
    short = (on_list >= 0).sum(axis=1) <= _WEIGHED_WHOLE
    rows = np.flatnonzero(short & ~(chosen[:, joined] >= 0).any(axis=1))
    worth = value[rows][:, single, :_WEIGHED_WHOLE] ** 3
    ways = np.array(list(permutations(range(_WEIGHED_WHOLE), len(single))), np.int32)
    totals = worth[:, np.arange(len(single)), ways].sum(axis=2)
    best = totals.argmax(axis=1)
    taken = chosen[rows][:, single]
    at = np.maximum(taken, 0)[:, :, None]
    before = (np.take_along_axis(worth, at, 2)[:, :, 0] * (taken >= 0)).sum(axis=1)
    better = totals[np.arange(rows.size), best] > before + np.float32(1e-4)
    way = ways[best[better]]
    paired = np.take_along_axis(worth[better], way[:, :, None], 2)[:, :, 0] > 0
    chosen[rows[better][:, None], single] = np.where(paired, way, -1)


def _aligned(
    readings: tuple[Reading, ...],
    chosen: Ints,
    on_list: Ints,
    likeness: Floats,
    kind: Ints,
    surprise: Floats,
) -> Aligned:
    taken = chosen >= 0
    at = np.maximum(chosen, 0)[:, :, None]
    parts = 1 + max(place for reading in readings for place in reading.covers)
    query_left = np.ones((len(chosen), parts), np.bool_)
    for number, reading in enumerate(readings):
        for place in reading.covers:
            query_left[taken[:, number], place] = False
    list_left = on_list >= 0
    rows, numbers = np.nonzero(taken)
    list_left[rows, chosen[rows, numbers]] = False
    return Aligned(
        readings,
        chosen,
        np.where(taken, np.take_along_axis(likeness, at, 2)[:, :, 0], 0),
        np.where(taken, np.take_along_axis(kind, at, 2)[:, :, 0], -1),
        np.where(taken, np.take_along_axis(surprise, at, 2)[:, :, 0], 0),
        query_left,
        list_left,
    )


def _looked_up(
    index: Index, readings: tuple[Reading, ...], on_list: Ints
) -> tuple[Floats, Ints, Floats]:
    """Return likeness, kind and surprise of each reading with each part, looked up or measured."""
    parts, places = np.unique(on_list, return_inverse=True)
    places = places.reshape(on_list.shape)
    shape = (len(readings), len(parts))
    likeness, surprise = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    kind = np.full(shape, -1, np.int32)
    for number, reading in enumerate(readings):
        near = reading.near
        known = np.zeros(len(parts), np.bool_)
        if near.parts.size:
            at = np.minimum(np.searchsorted(near.parts, parts), near.parts.size - 1)
            known = near.parts[at] == parts
            likeness[number] = np.where(known, near.likeness[at], 0)
            surprise[number] = np.where(known, near.surprise[at], 0)
            kind[number] = np.where(known, near.kinds[at], -1)
        if len(reading.covers) == 1 and len(reading.text) > 1:
            _measure(
                index,
                reading,
                parts,
                ~known & (parts >= 0),
                likeness[number],
                kind[number],
                surprise[number],
            )
    return (
        likeness[:, places].transpose(1, 0, 2).copy(),
        kind[:, places].transpose(1, 0, 2).copy(),
        surprise[:, places].transpose(1, 0, 2).copy(),
    )


def _measure(
    index: Index,
    reading: Reading,
    parts: Ints,
    unknown: Flags,
    likeness: Floats,
    kind: Ints,
    surprise: Floats,
) -> None:
    """Fill in the parts that the search passed over, as surprising as others as much alike."""
    looks = index.neighbourhood.looks(reading.text, parts[unknown])
    kinds = kinds_of_looks(looks)
    likeness[unknown] = np.where(kinds >= 0, looks, 0)
    kind[unknown] = kinds
    near, rarest = reading.near, math.log(2 * len(index.rows.entry) + 2)
    order = np.argsort(near.likeness)
    at = np.searchsorted(near.likeness[order], looks)
    known = np.append(near.surprise[order], rarest) if near.parts.size else np.array([rarest])
    surprise[unknown] = np.where(kinds >= 0, known[np.minimum(at, len(known) - 1)], 0)


def _close(near: Neighbours, least: float) -> Neighbours:
    kept = (near.likeness >= least) & (near.kinds < Alike.BEGINNING)
    return Neighbours(near.parts[kept], near.likeness[kept], near.kinds[kept], near.surprise[kept])
