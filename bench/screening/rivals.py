"""What others would do, in the same run: exact search, and rapidfuzz's token sort over everything.

Token sort gets the same facts (birth, sex, nationality, document) with weights learned on the same
pairs as ours, so that the difference is the matching of names alone.
"""

from __future__ import annotations

import numpy as np
from anyascii import anyascii
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from bench.screening.learn import fit
from bench.screening.measured import recall, score, threshold
from bench.screening.sets import Case, Sets
from hub.cekal.birthdates import births_of
from hub.cekal.index import Index, index_of
from hub.cekal.records import Entry, Query, country_of, passport_of
from hub.cekal.terms import FACTS, QUALITIES, Asked, fact_terms
from hub.cekal.vocabulary import Floats, Ints

LOOKED_AT = 200
KEPT = 16
PLAIN = tuple(term for term in FACTS if "_and_" not in term)
POWERS = (
    lambda alike: alike,
    lambda alike: np.maximum(alike - 0.7, 0),
    lambda alike: np.maximum(alike - 0.85, 0),
    lambda alike: alike >= 0.999,
)


def name_form(name: str) -> str:
    """Return a name as compared exactly: Latin capitals, words in alphabetical order."""
    words = anyascii(name).upper().replace("-", " ").replace(",", " ").split()
    return " ".join(sorted("".join(c for c in word if c.isalnum()) for word in words))


class ExactSearch:
    """Finds the same name (words sorted, Latin capitals) or the same document number."""

    def __init__(self, entries: list[Entry]) -> None:
        self._names: dict[str, set[str]] = {}
        self._documents: dict[str, set[str]] = {}
        for entry in entries:
            for name in entry.names:
                self._names.setdefault(name_form(name), set()).add(entry.id)
            for passport in entry.passports:
                self._documents.setdefault(passport_of(passport), set()).add(entry.id)

    def find(self, query: Query) -> set[str]:
        """Return the entries that agree exactly."""
        document = passport_of(query.passport)
        return self._names.get(name_form(query.name), set()) | self._documents.get(document, set())


class TokenSort:
    """rapidfuzz's token sort against every name of the list."""

    def __init__(self, entries: list[Entry], index: Index) -> None:
        pairs = [(name_form(name), index.numbers[e.id]) for e in entries for name in e.names]
        self._names = [name for name, _ in pairs]
        self._entries: Ints = np.array([number for _, number in pairs], np.int32)
        self._index = index

    def terms(self, query: Query) -> tuple[Ints, Floats]:
        """Return the entries of the most similar names; facts and likeness of each."""
        name = name_form(query.name)
        likeness = cdist([name], self._names, scorer=fuzz.ratio, dtype=np.float32)[0] / 100
        best = np.argpartition(likeness, -LOOKED_AT)[-LOOKED_AT:]
        entries, alike = self._entries[best], likeness[best]
        asked = Asked(
            (), births_of(query.dob), {"M": 1, "F": 2}.get(query.sex or "", 0),
            country_of(query.nationality), passport_of(query.passport),
        )  # fmt: skip
        facts = fact_terms(
            self._index,
            asked,
            entries,
            dict.fromkeys(QUALITIES, np.zeros(len(entries), np.float32)),
        )
        columns = [facts[term] for term in PLAIN] + [power(alike) for power in POWERS]
        return entries, np.stack(columns, axis=1).astype(np.float32)


class Weighed:
    """Token sort with the facts weighed: learned on a list of its own, from a seed of its own."""

    def __init__(self, seed: int, size: int = 10_000, queries: int = 1000) -> None:
        sets = Sets(seed)
        entries, people = sets.entries(size)
        index = index_of(entries)
        search = TokenSort(entries, index)
        cases = sets.positives(people, queries, unseen=False) + sets.negatives(people, queries)
        terms, same = [], []
        for case in cases:
            found, rows = search.terms(case.query)
            kept = np.argsort(-rows[:, -len(POWERS)])[:KEPT]
            right = np.flatnonzero(found == index.numbers.get(case.entry, -1))
            kept = np.union1d(kept, right)
            terms.append(rows[kept])
            same.append(found[kept] == index.numbers.get(case.entry, -1))
        names = (*PLAIN, *(f"likeness, {number}" for number in range(len(POWERS))))
        towards = dict.fromkeys(names, 0.0)
        learned = fit(np.concatenate(terms), np.concatenate(same), names, towards)
        self.weights = learned.astype(np.float32)


def compare(size: int, entries: list[Entry], index: Index, cases: tuple[list[Case], ...]) -> None:
    """Print recall of the other ways on the same cases."""
    exact = ExactSearch(entries)
    found = [np.mean([case.entry in exact.find(case.query) for case in some]) for some in cases[:2]]
    alarms = np.mean([bool(exact.find(case.query)) for case in cases[2]])
    print(
        f"  exact search: recall {found[0]:.3f} seen, {found[1]:.3f} unseen, "
        f"false alarms {alarms:.3f}"
    )
    few = [some[: max(200, 20_000_000 // size)] for some in cases[:3]]
    search, weights = TokenSort(entries, index), Weighed(seed=4711).weights
    seen, unseen, negatives = (
        score(some, lambda c: _ask(search, index, weights, c)) for some in few
    )
    one, five = threshold(negatives, 0.01), threshold(negatives, 0.05)
    print(
        f"  token sort with facts: recall {recall(seen, one):.3f} / {recall(seen, five):.3f} seen, "
        f"{recall(unseen, one):.3f} / {recall(unseen, five):.3f} unseen at 1 % / 5 %, "
        f"p95 {np.percentile(seen.ms, 95):.1f} ms"
    )


def _ask(search: TokenSort, index: Index, weights: Floats, case: Case) -> tuple[float, float, int]:
    entries, rows = search.terms(case.query)
    scores = rows @ weights
    right = scores[entries == index.numbers.get(case.entry, -1)]
    best = float(right.max()) if right.size else -99.0
    return float(scores.max()), best, int((scores > best).sum())
