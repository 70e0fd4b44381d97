"""Learn the weights of the terms from invented lists, and write hub/cekal/weights.json.

    python -m bench.screening.learn --out hub/cekal/weights.json

Logistic regression over pairs of a query and an entry (Newton's method with a small ridge), in
rounds: each looks at the entries that the weights of the round before put on top. Thresholds for
1 % and 5 % false alarms are measured on lists of several sizes with fresh seeds.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from bench.screening.sets import Case, Sets
from hub.cekal.index import Index, index_of
from hub.cekal.learned import SHIPPED
from hub.cekal.matcher import Matcher
from hub.cekal.terms import TERMS
from hub.cekal.weights import Weights, load_weights
from hub.clock import SystemClock

Matrix = npt.NDArray[np.float32]
PLANS = ((10_000, 3500, 3500), (100_000, 3500, 3500))
STRANGERS = ((1_000, 4000), (10_000, 4000), (100_000, 4000))
LARGE = ((1_000_000, 2000),)
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
    """Learn, measure thresholds, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=20261)
    parser.add_argument("--out", type=Path, default=Path("hub/cekal") / SHIPPED)
    parser.add_argument("--share", type=float, default=1.0, help="Share of the queries.")
    parser.add_argument("--levels-only", action="store_true", help="Keep the weights of --out.")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=TERMS,
        default=[],
        metavar="TERM",
        help="Keep the weights of --out but for these terms; keep its levels.",
    )
    parser.add_argument("--large", action="store_true", help="A level for 1,000,000 too.")
    asked = parser.parse_args()
    if asked.only:
        add(asked.out, asked.only, asked.seed, asked.share)
        return
    weights = load_weights(asked.out) if asked.levels_only else learn(asked.seed, asked.share)
    sizes = STRANGERS + (LARGE if asked.large else ())
    measured = levels(weights, sizes, asked.seed + 7000, asked.share)
    whole = msgspec.structs.replace(weights, levels=measured)
    asked.out.write_text(json.dumps(msgspec.to_builtins(whole), indent=1) + "\n")
    print(f"{asked.out}: {measured}")


def add(out: Path, only: Sequence[str], seed: int, share: float) -> None:
    """Learn the weights of `only` beside those that `out` holds, and write them into it."""
    known = msgspec.json.decode(out.read_bytes(), type=Weights)
    fixed = {term: known.terms[term] for term in TERMS if term not in only}
    found = learn(seed, share, fixed)
    print({term: found.terms[term] for term in only})
    whole = msgspec.structs.replace(found, levels=known.levels)
    out.write_text(json.dumps(msgspec.to_builtins(whole), indent=1) + "\n")


def learn(seed: int, share: float, fixed: Mapping[str, float] = FIXED) -> Weights:
    """Return weights learned on lists of the planned sizes, those of `fixed` as given."""
    queries: list[Pairs] = []
    for place, (size, positives, negatives) in enumerate(PLANS):
        sets = Sets(seed + 100 * place)
        entries, people = sets.entries(size)
        cases = sets.positives(people, int(positives * share), unseen=False)
        cases += dateless(sets.negatives(people, int(negatives * share)), DATELESS, seed)
        queries += gather(index_of(entries), cases)
        print(f"{size} entries, {len(cases)} queries", flush=True)
    values = learned(queries, fixed)
    shown = {term: round(float(value), 4) for term, value in zip(TERMS, values, strict=True)}
    return Weights(f"{SystemClock().now():%Y-%m-%d}", seed, shown)


def dateless(cases: list[Case], share: float, seed: int) -> list[Case]:
    """Return the cases, a share of them without their date of birth."""
    draw = random.Random(seed)
    return [
        replace(case, query=msgspec.structs.replace(case.query, dob=None))
        if draw.random() < share
        else case
        for case in cases
    ]


def gather(index: Index, cases: list[Case]) -> list[Pairs]:
    """Return for each query the pairs that rough weights put on top, and the right ones."""
    matcher = Matcher(index, Weights("", 0, dict.fromkeys(TERMS, 0.0) | FIRST))
    values = np.array([FIRST.get(term, 0.0) for term in TERMS], np.float32)
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


def learned(queries: list[Pairs], fixed: Mapping[str, float] = FIXED) -> npt.NDArray[np.float64]:
    """Return the weights after each round has looked at what the round before put on top."""
    values = np.array([FIRST.get(term, 0.0) for term in TERMS])
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
        values = fit(np.concatenate(terms).astype(np.float32), np.concatenate(same), TERMS, fixed)
    return values


def levels(
    weights: Weights, sizes: Sequence[tuple[int, int]], seed: int, share: float
) -> dict[str, dict[str, float]]:
    """Return the sum that 1 % and 5 % of fresh strangers reach, by size of the list."""
    found: dict[str, dict[str, float]] = {f"{share:g}": {} for share in ALARMS}
    bare = msgspec.structs.replace(weights, levels={})
    for size, count in sizes:
        sets = Sets(seed + size)
        entries, people = sets.entries(size)
        matcher = Matcher(index_of(entries), bare)
        cases = sets.negatives(people, int(count * share))
        best = [hits[0].score if (hits := matcher.screen(case.query, 1)) else 0.0 for case in cases]
        for alarms in ALARMS:
            reached = min(max(float(np.quantile(best, 1 - alarms)), 1e-9), 1 - 1e-9)
            found[f"{alarms:g}"][str(size)] = round(math.log(reached / (1 - reached)), 3)
    return found


def fit(
    terms: Matrix,
    same: npt.NDArray[np.bool_],
    names: Sequence[str] = (),
    fixed: Mapping[str, float] = FIXED,
) -> npt.NDArray[np.float64]:
    """Return the weights of a logistic regression; terms named in `fixed` keep theirs."""
    x, y = terms.astype(np.float64), same.astype(np.float64)
    names = names or [""] * x.shape[1]
    held = np.array([fixed.get(term, 0.0) for term in names])
    given, x = x @ held, x * np.array([term not in fixed for term in names])
    weights = np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], RIDGE)
    if "bias" in names:
        ridge[names.index("bias")] = 1e-3
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(x @ weights + given, -40, 40)))
        slope = x.T @ (chance - y) + ridge * weights
        curve = (x * (chance * (1 - chance))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-5:
            break
    return weights + held


if __name__ == "__main__":
    main()
