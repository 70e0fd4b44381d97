"""Score many cases once, and read recall and false alarms off the scores."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.screening.sets import Case

Scores = npt.NDArray[np.float64]
Find = Callable[[Case], tuple[float, float, int]]


@dataclass(frozen=True, slots=True)
class Scored:
    """For each case: the best score of all, of the right entry (-1: not found), its rank, ms."""

    cases: Sequence[Case]
    best: Scores
    right: Scores
    rank: Scores
    ms: Scores
    processor_ms: Scores


def score(cases: Sequence[Case], find: Find) -> Scored:
    """Ask for every case; `find` returns best score, the right entry's score and its rank."""
    found, took, computed = [], [], []
    for case in cases:
        began, busy = time.perf_counter(), time.process_time()
        found.append(find(case))
        took.append((time.perf_counter() - began) * 1000)
        computed.append((time.process_time() - busy) * 1000)
    columns = np.array(found, np.float64).reshape(-1, 3)
    return Scored(
        cases, columns[:, 0], columns[:, 1], columns[:, 2], np.array(took), np.array(computed)
    )


def threshold(negatives: Scored, share: float) -> float:
    """Return the score that just this share of the negatives reaches."""
    ordered = np.sort(negatives.best)[::-1]
    return float(ordered[int(share * len(ordered))])


def recall(
    positives: Scored, least: float, chosen: Callable[[Case], bool] = lambda _: True
) -> float:
    """Return the share of right entries above a score, of the chosen cases."""
    wanted = np.array([chosen(case) for case in positives.cases])
    return float(np.mean(positives.right[wanted] > least)) if wanted.any() else float("nan")


def by(scored: Scored, values: Scores, least: float, name: str) -> dict[str, tuple[float, int]]:
    """Return share above a score and count, for each value of a field of the cases."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for case, value in zip(scored.cases, values, strict=True):
        groups[getattr(case, name)].append(bool(value > least))
    return {group: (float(np.mean(hits)), len(hits)) for group, hits in sorted(groups.items())}
