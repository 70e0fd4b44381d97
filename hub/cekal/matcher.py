"""Find the people on a list whom a query may be: ranked, with a score that queries share.

matcher = Matcher(index_of(entries), load_weights())
hits = matcher.screen(Query("1", "Mochamad Sjafii", "1975-03-04"))
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from hub.cekal.aligning import Aligned, align, readings_of
from hub.cekal.assimilating import assimilated
from hub.cekal.birthdates import births_of
from hub.cekal.candidates import candidates
from hub.cekal.folding import FoldedName, without_father
from hub.cekal.index import EASTERN, Index, forms_of
from hub.cekal.records import Answer, Query, country_of, custom_of, passport_of, sex_of
from hub.cekal.splitting import split_form
from hub.cekal.terms import TERMS, Asked, terms_of
from hub.cekal.vocabulary import Floats, Ints
from hub.cekal.weights import Weights, score_of
from hub.cekal.zone import unfilled

TOP = 30
LEAST_SCORE = 1e-4
_MOST_FORMS = 4
_SEX = {"": 0, "M": 1, "F": 2}


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry found: its score from 0 to 1, and the terms of the reading that fits it best."""

    entry: str
    score: float
    row: int
    form: FoldedName
    terms: Floats


@dataclass(frozen=True, slots=True)
class Compared:
    """The rows looked at for a query, in all its readings, with their terms."""

    rows: Ints
    forms: Ints
    terms: Floats


class Matcher:
    """Screens queries against one list; safe to share between threads that only read.

    `base` is the sum that is score 0.5 on a list of this size.
    """

    def __init__(self, index: Index, weights: Weights) -> None:
        self.index = index
        self.weights = weights
        self.base = weights.base(len(index))
        self._values = np.array([weights.terms[term] for term in TERMS], np.float32)

    def screen(self, query: Query, top: int = TOP, least: float = LEAST_SCORE) -> list[Hit]:
        """Return at most `top` entries, best first; none that scores below `least`.

        `least` 0 gives the nearest ones however far they are, for a person who looks at them.
        """
        asked = self.asked(query)
        compared = self.compare(asked)
        if compared is None:
            return []
        logits = compared.terms @ self._values
        order = np.argsort(-logits, kind="stable")
        entries = self.index.rows.entry[compared.rows[order]]
        _, firsts = np.unique(entries, return_index=True)
        hits = [self._hit(asked, compared, int(order[first]), float(logits[order[first]]))
                for first in np.sort(firsts)[:top]]  # fmt: skip
        return [hit for hit in hits if hit.score >= least]

    def pair(self, query: Query, entry: str) -> Hit | None:
        """Return how one entry fits a query; None if its names are not legible."""
        asked = self.asked(query)
        compared = self.compare(asked, self.index.numbers[entry])
        if compared is None:
            return None
        logits = compared.terms @ self._values
        best = int(logits.argmax())
        return self._hit(asked, compared, best, float(logits[best]))

    def answer(self, query: Query, top: int = TOP) -> Answer:
        """Return the answer line of a query with the milliseconds it took."""
        began = time.perf_counter()
        hits = [(hit.entry, round(hit.score, 6)) for hit in self.screen(query, top)]
        return Answer(query.id, hits, round((time.perf_counter() - began) * 1000, 2))

    def asked(self, query: Query) -> Asked:
        """Return a query in the form in which it is compared."""
        custom = custom_of(country_of(query.nationality))
        line = unfilled(self.index, query.name)
        forms = forms_of(line or query.name, eastern=custom in EASTERN)
        if custom == "korean":
            spoken = (other for form in forms for other in assimilated(form.parts))
            forms += [FoldedName(parts) for parts in dict.fromkeys(spoken)]
        forms += [split for form in forms if (split := split_form(self.index, form)) is not None]
        return Asked(
            (*forms[:_MOST_FORMS], *without_father(line or query.name)),
            births_of(query.dob),
            _SEX[sex_of(query.sex)],
            country_of(query.nationality),
            passport_of(query.passport),
        )

    def compare(self, asked: Asked, entry: int | None = None) -> Compared | None:
        """Return the terms of everything worth a look, or of one entry only; None if nothing is."""
        chosen = np.array([entry], np.int32) if entry is not None else self._by_document(asked)
        every: list[tuple[Ints, Ints, Floats]] = []
        for number, form in enumerate(asked.names):
            found = candidates(self.index, form, asked.births, chosen)
            rows, crowd = found.rows, found.crowd
            if entry is not None:
                mine = self.index.rows.entry[rows] == entry
                rows, crowd = rows[mine], crowd[mine]
            if form.short:
                # only beside entries that name no father either
                alone = (self.index.rows.parts[rows] >= 0).sum(axis=1) <= len(form.parts)
                rows, crowd = rows[alone], crowd[alone]
            if rows.size == 0:
                continue
            aligned = self.aligned(form, rows)
            terms = terms_of(self.index, asked, form, aligned, rows, crowd)
            every.append((rows, np.full(len(rows), number, np.int32), terms))
        if not every:
            return None
        return Compared(
            np.concatenate([rows for rows, _, _ in every]),
            np.concatenate([forms for _, forms, _ in every]),
            np.concatenate([terms for _, _, terms in every]),
        )

    def aligned(self, form: FoldedName, rows: Ints) -> Aligned:
        """Pair the parts of one reading of the query with those of rows on the list."""
        return align(self.index, readings_of(self.index, form), rows)

    def _by_document(self, asked: Asked) -> Ints:
        if not asked.passport:
            return np.zeros(0, np.int32)
        return self.index.with_passport(asked.passport)

    def _hit(self, asked: Asked, compared: Compared, at: int, logit: float) -> Hit:
        row = int(compared.rows[at])
        return Hit(
            self.index.people.ids[int(self.index.rows.entry[row])],
            score_of(logit - self.base),
            row,
            asked.names[int(compared.forms[at])],
            compared.terms[at],
        )
