"""The terms that a score adds up: what agrees and what differs between a query and an entry.

Every term is a number for each row looked at; a weights file holds one weight for each name here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from hub.cekal.aligning import Aligned
from hub.cekal.birth_terms import Born, born_alike
from hub.cekal.birthdates import Birth
from hub.cekal.folding import FoldedName
from hub.cekal.index import Index
from hub.cekal.neighbours import Alike
from hub.cekal.records import custom_of, related
from hub.cekal.sounds import sound_of
from hub.cekal.syllables import mandarin_of
from hub.cekal.vocabulary import Floats, Ints

CUSTOMS = (
    "malay",
    "arabic",
    "persian",
    "hindustani",
    "sinitic",
    "korean",
    "indochinese",
    "european",
)
GROUPS: Mapping[str, tuple[Born, ...]] = {
    "day": (Born.SAME_DAY, Born.CONVERTED_DAY, Born.SWAPPED),
    "part": (Born.ONE_DIGIT, Born.TWO_OF_THREE, Born.SAME_MONTH, Born.NEAR_YEAR, Born.OTHER_YEAR),
    "year": (Born.ONLY_YEAR, Born.PLACEHOLDER, Born.CONVERTED_YEAR, Born.SAME_YEAR),
    "unknown": (Born.UNKNOWN, Born.NEXT_YEAR_PARTIAL),
    "far": (Born.NEXT_YEAR, Born.FEW_YEARS, Born.FAR),
}
"""What a name is worth depends on what the dates of birth say: these go together."""
QUALITIES = ("surprise_enough", "whole", "both_left", "covered", "crowd", "heard")
SYLLABIC = ("whole", "heard", "both_left", "pairs")
"""What a Chinese or Korean name says: its letters less, its syllables more than elsewhere."""
NAME = (
    *(f"pairs_{kind.name.lower()}" for kind in Alike),
    *(f"surprise_{kind.name.lower()}" for kind in Alike),
    "no_pair", "one_of_several", "both_single",
    "query_left", "list_left", "both_left", "query_left_rare", "list_left_rare", "both_left_rare",
    "all_of_query", "all_of_both",
    "covered", "covered_of_query", "covered_of_list", "covered_little",
    "whole", "whole_high", "whole_low", "whole_same", "order_broken", "first_to_first",
    "surprise", "surprise_enough", "surprise_beyond", "crowd", "crowd_none",
    "heard", "heard_surprise", "likeness_least", "likeness_mean",
    *(f"{quality}_of_syllables" for quality in SYLLABIC),
    "cut",
    *(f"left_{custom}" for custom in CUSTOMS),
    *(f"both_left_{custom}" for custom in CUSTOMS),
)  # fmt: skip
FACTS = (
    *(f"born_{born.name.lower()}" for born in Born),
    "sex_same", "sex_differs",
    "nation_same", "nation_same_rare", "nation_related", "nation_differs",
    "passport_same", "passport_near", "passport_differs",
    "size", "bias",
    *(f"{quality}_and_{group}" for group in GROUPS for quality in QUALITIES),
)  # fmt: skip
TERMS = (*NAME, *FACTS)
"""The names of all terms, in the order of their numbers."""

Columns = dict[str, npt.NDArray[np.generic]]
_NEAR_PASSPORT = 0.86
_HIGH, _LOW = 0.8, 0.6


@dataclass(frozen=True, slots=True)
class Asked:
    """A query in the form in which it is compared."""

    names: tuple[FoldedName, ...]
    births: tuple[Birth, ...]
    sex: int
    country: str
    passport: str


def terms_of(
    index: Index, asked: Asked, name: FoldedName, aligned: Aligned, rows: Ints, crowd: Floats
) -> Floats:
    """Return the terms (rows × TERMS) of one reading of a query against rows of the list."""
    named = _name_terms(index, name, aligned, rows, crowd, asked.country)
    facts = fact_terms(index, asked, index.rows.entry[rows], named)
    columns = named | facts
    return np.stack([columns[term] for term in TERMS], axis=1).astype(np.float32)


def _name_terms(
    index: Index, name: FoldedName, aligned: Aligned, rows: Ints, crowd: Floats, country: str
) -> Columns:
    names = math.log(len(index.rows.entry) + 1)
    found: Columns = {}
    for kind in Alike:
        of_kind = aligned.kind == int(kind)
        found[f"pairs_{kind.name.lower()}"] = of_kind.sum(axis=1)
        found[f"surprise_{kind.name.lower()}"] = (aligned.surprise * of_kind).sum(axis=1) / 10
    pairs = (aligned.place >= 0).sum(axis=1)
    found |= _left_terms(index, name, aligned, rows, pairs)
    found |= _covered_terms(index, aligned, rows)
    found |= _whole_terms(index, name, rows)
    found |= _order_terms(aligned)
    found |= _heard_terms(name, aligned, found, pairs)
    total = aligned.surprise.sum(axis=1)
    found["surprise"] = total / 10
    found["surprise_enough"] = np.minimum(total, names) / 10
    found["surprise_beyond"] = np.maximum(total - 1.5 * names, 0) / 10
    found["crowd"] = crowd
    found["crowd_none"] = crowd <= math.log(3)
    found["cut"] = index.rows.cut[rows] | name.cut
    found |= _custom_terms(index, rows, found, country)
    return found


def _left_terms(
    index: Index, name: FoldedName, aligned: Aligned, rows: Ints, pairs: Ints
) -> Columns:
    on_list = index.rows.parts[rows]
    names = len(index.rows.entry) + 1
    rare = np.log(names / (index.held[np.maximum(on_list, 0)] + 0.5)) / 10
    numbers = [index.vocabulary.find(part) for part in name.parts[: aligned.query_left.shape[1]]]
    mine = np.array(
        [math.log(names / ((index.held[n] if n >= 0 else 0) + 0.5)) / 10 for n in numbers]
    )
    query_left, list_left = aligned.query_left.sum(axis=1), aligned.list_left.sum(axis=1)
    query_rare = (aligned.query_left * mine).sum(axis=1)
    list_rare = (aligned.list_left * rare).sum(axis=1)
    parts_on_list = (on_list >= 0).sum(axis=1)
    single = (parts_on_list == 1) & (len(mine) == 1)
    return {
        "no_pair": pairs == 0,
        "one_of_several": (pairs == 1) & (parts_on_list > 1) & (len(mine) > 1),
        "both_single": single,
        "query_left": query_left,
        "list_left": list_left,
        "both_left": np.minimum(query_left, list_left),
        "query_left_rare": query_rare,
        "list_left_rare": list_rare,
        "both_left_rare": np.minimum(query_rare, list_rare),
        "all_of_query": (query_left == 0) & (list_left > 0),
        "all_of_both": (query_left == 0) & (list_left == 0),
    }


def _covered_terms(index: Index, aligned: Aligned, rows: Ints) -> Columns:
    """Return which share of the letters of both names stands in pairs, by how alike these are."""
    single = [reading for reading in aligned.readings if len(reading.covers) == 1]
    mine = np.array([len(reading.text) for reading in aligned.readings], np.float32)
    letters = sum(len(reading.text) for reading in single)
    of_query = (aligned.likeness * mine).sum(axis=1) / letters
    on_list = index.rows.parts[rows]
    lengths = np.where(on_list >= 0, index.vocabulary.letters[on_list], 0)
    every = np.maximum(lengths.sum(axis=1), 1)
    at, taken = np.maximum(aligned.place, 0), aligned.place >= 0
    theirs = np.take_along_axis(lengths, at, axis=1) * taken
    of_list = (aligned.likeness * theirs).sum(axis=1) / every
    covered = np.minimum(of_query, of_list)
    return {
        "covered": covered,
        "covered_of_query": of_query,
        "covered_of_list": of_list,
        "covered_little": np.maximum(0.5 - covered, 0) * 2,
    }


def _whole_terms(index: Index, name: FoldedName, rows: Ints) -> Columns:
    vocabulary = index.vocabulary
    parts = [[number for number in line if number >= 0] for line in index.rows.parts[rows].tolist()]
    fines = ["".join([vocabulary.fine[n] for n in line]) for line in parts]
    written = ["".join(sorted([vocabulary.parts[n] for n in line])) for line in parts]
    mine = "".join(sound_of(part).fine[0] for part in name.parts)
    spoken = cdist([mine], fines, scorer=Indel.normalized_similarity, dtype=np.float32)[0]
    sorted_ = cdist(
        ["".join(sorted(name.parts))], written, scorer=Indel.normalized_similarity, dtype=np.float32
    )[0]
    whole = np.maximum(spoken, sorted_)
    return {
        "whole": whole,
        "whole_high": np.maximum(whole - _HIGH, 0) * 5,
        "whole_low": np.maximum(_LOW - whole, 0) * 5,
        "whole_same": whole > 0.995,
    }


def _heard_terms(name: FoldedName, aligned: Aligned, found: Columns, pairs: Ints) -> Columns:
    """Return whether every part of both names has a partner of the same sound, and how sure."""
    paired = aligned.place >= 0
    unlike = (paired & (aligned.kind > int(Alike.BARE))).any(axis=1)
    heard = (pairs > 1) & ~unlike & np.asarray(found["all_of_both"], np.bool_)
    least = np.where(paired, aligned.likeness, 1).min(axis=1)
    mean = aligned.likeness.sum(axis=1) / np.maximum(pairs, 1)
    mine: Columns = {
        "heard": heard,
        "heard_surprise": heard * aligned.surprise.sum(axis=1) / 10,
        "likeness_least": np.where(pairs > 0, least, 0),
        "likeness_mean": mean,
    }
    syllabic = len(name.parts) > 1 and all(map(mandarin_of, name.parts))
    values = {**found, **mine, "pairs": pairs}
    return mine | {f"{quality}_of_syllables": values[quality] * syllabic for quality in SYLLABIC}


def _order_terms(aligned: Aligned) -> Columns:
    readings = [
        number for number, reading in enumerate(aligned.readings) if len(reading.covers) == 1
    ]
    places = aligned.place[:, readings]
    broken = np.zeros(len(places), np.bool_)
    highest = np.full(len(places), -1, np.int32)
    for column in places.T:
        broken |= (column >= 0) & (column < highest)
        highest = np.maximum(highest, column)
    return {"order_broken": broken, "first_to_first": places[:, 0] == 0}


def _custom_terms(index: Index, rows: Ints, found: Columns, country: str) -> Columns:
    people = index.people
    mine = custom_of(country)
    theirs = np.array([custom_of(code) or mine for code in people.countries])
    customs = theirs[people.country[index.rows.entry[rows]]]
    left = np.maximum(found["query_left"], found["list_left"]) - found["both_left"]
    return {
        term: value * (customs == custom)
        for custom in CUSTOMS
        for term, value in ((f"left_{custom}", left), (f"both_left_{custom}", found["both_left"]))
    }


def fact_terms(index: Index, asked: Asked, entries: Ints, named: Columns) -> Columns:
    """Return the terms of everything but the name; `named` gives the qualities of the name."""
    people = index.people
    born = born_alike(asked.births, people.births[entries])
    found: Columns = {f"born_{b.name.lower()}": born == int(b) for b in Born}
    sex = people.sex[entries]
    known = (sex > 0) & (asked.sex > 0)
    found["sex_same"], found["sex_differs"] = known & (sex == asked.sex), known & (sex != asked.sex)
    found |= _nation_terms(index, asked.country, entries)
    found |= _passport_terms(index, asked.passport, entries)
    found["size"] = np.full(len(entries), math.log(len(index) + 1) / 10)
    found["bias"] = np.ones(len(entries))
    for group, members in GROUPS.items():
        belongs = np.isin(born, [int(member) for member in members])
        found |= {f"{quality}_and_{group}": belongs * named[quality] for quality in QUALITIES}
    return found


def _nation_terms(index: Index, country: str, entries: Ints) -> Columns:
    people = index.people
    theirs = people.country[entries]
    codes = np.array([index.people.countries.index(country) if country in people.countries else -1])
    known = (theirs > 0) & (country != "")
    same = known & (theirs == codes[0])
    kin = np.array([related(country, code) for code in people.countries]) if country else None
    relation = known & ~same & (kin[theirs] if kin is not None else False)
    rare = np.log((len(index) + 1) / (index.per_country[theirs] + 0.5)) / 10
    return {
        "nation_same": same,
        "nation_same_rare": same * rare,
        "nation_related": relation,
        "nation_differs": known & ~same & ~relation,
    }


def _passport_terms(index: Index, passport: str, entries: Ints) -> Columns:
    theirs = [index.people.passports[entry] for entry in entries.tolist()]
    likeness = np.array([_likest(passport, documents) for documents in theirs], np.float32)
    known = likeness >= 0
    return {
        "passport_same": likeness == 1,
        "passport_near": known & (likeness >= _NEAR_PASSPORT) & (likeness < 1),
        "passport_differs": known & (likeness < _NEAR_PASSPORT),
    }


def _likest(passport: str, documents: str) -> float:
    if not passport or not documents:
        return -1
    return max(Indel.normalized_similarity(passport, document) for document in documents.split())
