"""Learn the weights of the terms, and write hub/cekal/weights.json with the levels.

    python -m bench.screening.learn [--large]
    python -m bench.screening.learn --levels-only [--large]     # keep the weights

Logistic regression over pairs of a query and an entry (Newton's method with a ridge), in rounds:
each looks at the entries that the weights of the round before put on top. The people come from
three hands, for weights of one hand fit its typist best: invented ones on lists of 10,000 and
100,000; the second hand's spellings among 100,000 invented ones; the read half of the sixth hand
in a list mixed of the hands' words. The other hands, the unread half and the families of changes
kept out only judge. Then the sums that 1 % and 5 % of fresh strangers reach, invented ones and
mixed ones by halves, are measured on lists of several sizes.
The same seed gives the same terms and levels; `learned` is the day.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from bench.screening.second_hand import SecondHand
from bench.screening.sets import Case, Sets
from bench.screening.sixth_hand import SixthHand
from hub.cekal.index import Index, index_of
from hub.cekal.learned import SHIPPED
from hub.cekal.matcher import Matcher
from hub.cekal.records import Entry
from hub.cekal.terms import TERMS
from hub.cekal.weights import Weights, load_weights
from hub.clock import SystemClock

Matrix = npt.NDArray[np.float32]
Terms = dict[str, float]
Sizes = Sequence[tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Plan:
    """The lists that weights are learned from."""

    invented: Sizes
    """Of each list its size, how many of those on it are asked for, and how many strangers."""
    spelt: Sizes
    """The same, of lists with the second hand's people among invented ones."""
    mixed: Sequence[tuple[int, int]]
    """Of each list of the sixth hand its size, and how many strangers are asked for."""


PLAN = Plan(
    invented=((10_000, 5000, 5000), (100_000, 7000, 7000)),
    spelt=((100_000, 4000, 4000),),
    mixed=((40_000, 2000),) * 4,
)
SPELT_EACH = 200
STRANGERS: Sizes = ((1_000, 2, 1000), (10_000, 2, 1000), (100_000, 2, 1000))
LARGE: Sizes = ((1_000_000, 1, 2000),)
"""Size, how many lists of it of either kind, and how many strangers for each."""
ALARMS = (0.01, 0.05)
FIXED = {"passport_same": 9.0, "passport_near": 1.5, "nation_related": -1.2}
"""Not learned: invented people who share a document number share a name too, real ones may not;
and they change to a neighbour's passport less often than real ones."""
DATELESS = 0.05
"""Share of the strangers who are asked for without a date of birth while weights are learned, as a
twentieth of those on the list are: or to have no date would itself speak for being on it."""
GATHERED = 24
KEPT = (16, 4, 4)
RIDGE = 2.0
ROUNDS = 25
LONGEST_STEP = 4.0
FIRST = {
    "surprise": 6.0, "both_left": -2.0, "query_left": -1.0, "list_left": -1.0, "crowd": -0.6,
    "whole": 3.0, "born_same_day": 6.0, "born_converted_day": 6.0, "born_swapped": 5.0,
    "born_one_digit": 4.0, "born_two_of_three": 3.0, "born_same_month": 4.0, "born_near_year": 4.0,
    "born_other_year": 3.0,
    "born_only_year": 3.0, "born_placeholder": 3.0, "born_same_year": 1.0, "born_far": -3.0,
    "passport_same": 6.0, "bias": -12.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pairs:
    """The terms of one query's pairs, and which of them are the right entry."""

    terms: npt.NDArray[np.float16]
    same: npt.NDArray[np.bool_]


def main() -> None:
    """Learn, measure levels, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=31415)
    parser.add_argument("--out", type=Path, default=Path("hub/cekal") / SHIPPED)
    parser.add_argument("--levels-only", action="store_true", help="Keep the weights of --out.")
    parser.add_argument("--large", action="store_true", help="A level for 1,000,000 too.")
    asked = parser.parse_args()
    if asked.levels_only:
        weights = load_weights(asked.out)
    else:
        terms = {term: round(value, 4) for term, value in learn(asked.seed).items()}
        weights = Weights(f"{SystemClock().now():%Y-%m-%d}", asked.seed, terms)
        _write(asked.out, weights)
    sizes = (*STRANGERS, *(LARGE if asked.large else ()))
    measured = levels(weights, sizes, asked.seed + 7000)
    _write(asked.out, msgspec.structs.replace(weights, levels=measured))


def _write(file: Path, weights: Weights) -> None:
    file.write_text(json.dumps(msgspec.to_builtins(weights), indent=1) + "\n")
    print(f"{file}: {weights.levels}", flush=True)


def learn(seed: int, plan: Plan = PLAN) -> Terms:
    """Return the weights of all terms, learned from zero."""
    rough = dict.fromkeys(TERMS, 0.0) | FIRST
    return learned(gather(seed, plan, rough), rough, dict.fromkeys(TERMS, 0.0) | FIXED)


def dateless(cases: list[Case], share: float, seed: int) -> list[Case]:
    """Return the cases, a share of them without their date of birth."""
    draw = random.Random(seed)
    return [
        replace(case, query=msgspec.structs.replace(case.query, dob=None))
        if draw.random() < share
        else case
        for case in cases
    ]


def gather(seed: int, plan: Plan, rough: Mapping[str, float]) -> list[Pairs]:
    """Return for each query of the planned lists the pairs that rough weights put on top."""
    queries: list[Pairs] = []
    for entries, cases in _lists(seed, plan):
        queries += _of_list(index_of(entries), cases, rough)
        print(f"{len(entries)} entries, {len(cases)} queries", flush=True)
    return queries


def _lists(seed: int, plan: Plan) -> Iterator[tuple[list[Entry], list[Case]]]:
    for place, (size, positives, negatives) in enumerate(plan.invented):
        sets = Sets(seed + 100 * place)
        entries, people = sets.entries(size)
        cases = sets.positives(people, positives, unseen=False)
        yield entries, cases + dateless(sets.negatives(people, negatives), DATELESS, seed)
    for place, (size, positives, negatives) in enumerate(plan.spelt):
        hand = SecondHand(seed + place)
        known = hand.entries(min(SPELT_EACH, size // 100))
        entries, _ = Sets(seed + 1000 + place).entries(size - len(known))
        cases = hand.positives(positives) + dateless(hand.negatives(negatives), DATELESS, seed)
        yield entries + known, cases
    for place, (size, negatives) in enumerate(plan.mixed):
        mixed = SixthHand(seed + place)
        entries = mixed.entries(size)
        read = [case for case in mixed.positives() if case.entry not in mixed.unread]
        yield entries, read + dateless(_some(mixed, negatives, seed), DATELESS, seed)


def _some(mixed: SixthHand, count: int, seed: int) -> list[Case]:
    return random.Random(seed).sample(mixed.negatives(), count)


def _of_list(index: Index, cases: list[Case], rough: Mapping[str, float]) -> list[Pairs]:
    matcher = Matcher(index, Weights("", 0, dict(rough)))
    values = np.array([rough[term] for term in TERMS], np.float32)
    found = []
    for case in cases:
        compared = matcher.compare(matcher.asked(case.query))
        if compared is None:
            continue
        right = index.rows.entry[compared.rows] == index.numbers.get(case.entry, -1)
        order = np.argsort(-(compared.terms @ values), kind="stable")[:GATHERED]
        kept = np.union1d(order, np.flatnonzero(right))
        found.append(Pairs(compared.terms[kept].astype(np.float16), right[kept]))
    return found


def learned(
    queries: list[Pairs], rough: Mapping[str, float], towards: Mapping[str, float]
) -> Terms:
    """Return the weights after each round has looked at what the round before put on top."""
    values = np.array([rough[term] for term in TERMS])
    for kept in KEPT:
        terms, same = [], []
        for pairs in queries:
            logits = pairs.terms @ values
            top = np.argsort(-logits)[:kept]
            right = np.flatnonzero(pairs.same)
            # one reading of the right entry is enough: the best one
            chosen = [place for place in top if not pairs.same[place]]
            chosen += [int(right[np.argmax(logits[right])])] if right.size else []
            terms.append(pairs.terms[chosen])
            same.append(pairs.same[chosen])
        whole = np.concatenate(terms).astype(np.float32)
        values = fit(whole, np.concatenate(same), TERMS, towards, FIXED)
    return dict(zip(TERMS, values.tolist(), strict=True))


def levels(weights: Weights, sizes: Sizes, seed: int) -> dict[str, dict[str, float]]:
    """Return the sum that 1 % and 5 % of fresh strangers reach, by size of the list."""
    found: dict[str, dict[str, float]] = {f"{share:g}": {} for share in ALARMS}
    bare = msgspec.structs.replace(weights, levels={})
    for size, lists, count in sizes:
        best: list[float] = []
        for place in range(lists):
            for entries, strangers in _strangers(size, count, seed + size + place):
                matcher = Matcher(index_of(entries), bare)
                hits = (matcher.screen(case.query, 1) for case in strangers)
                best += [one[0].score if one else 0.0 for one in hits]
        for alarms in ALARMS:
            reached = min(max(float(np.quantile(best, 1 - alarms)), 1e-9), 1 - 1e-9)
            found[f"{alarms:g}"][str(size)] = round(math.log(reached / (1 - reached)), 3)
    return found


def _strangers(size: int, count: int, seed: int) -> Iterator[tuple[list[Entry], list[Case]]]:
    sets = Sets(seed)
    entries, people = sets.entries(size)
    yield entries, sets.negatives(people, count)
    mixed = SixthHand(seed)
    yield mixed.entries(size), _some(mixed, count, seed)


def fit(
    terms: Matrix,
    same: npt.NDArray[np.bool_],
    names: Sequence[str],
    towards: Mapping[str, float],
    held: Collection[str] = (),
) -> npt.NDArray[np.float64]:
    """Return the weights of a logistic regression pulled `towards` given ones; `held` ones stay."""
    prior = np.array([towards[term] for term in names])
    free = [place for place, term in enumerate(names) if term not in held]
    ridge = np.array([1e-3 if names[place] == "bias" else RIDGE for place in free])
    x, y = terms.astype(np.float64), same.astype(np.float64)
    given, x = x @ prior, x[:, free]
    moved = np.zeros(len(free))
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(x @ moved + given, -40, 40)))
        slope = x.T @ (chance - y) + ridge * moved
        curve = (x * (chance * (1 - chance))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        # from far away the curve is flat and a whole step would go far beyond
        step *= min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), 1e-12))
        moved -= step
        if np.abs(step).max() < 1e-5:
            break
    prior[free] += moved
    return prior


if __name__ == "__main__":
    main()
