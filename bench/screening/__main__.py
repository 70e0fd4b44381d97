"""Measure screening on fresh people; exit code 1 if a figure is short of its goal.

    python -m bench.screening [--sizes 10000 100000] [--queries 1500] [--seed N]

Three ways in the same run: ours, exact search, rapidfuzz's token sort over every name with the
weights of the same facts. `unseen` are families of spelling that no weight was learned from.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import machine
from bench.report import Report
from bench.screening import rivals
from bench.screening.measured import Scored, by, recall, score, threshold
from bench.screening.sets import Case, Sets
from hub.cekal.calibrating import threshold_for
from hub.cekal.index import index_of
from hub.cekal.matcher import Matcher
from hub.cekal.records import Entry
from hub.cekal.weights import load_weights

LARGE = 500_000
GOALS = {  # small lists, 1,000,000
    "recall 1 %": (0.90, 0.78), "recall 5 %": (0.94, 0.87),
    "unseen 1 %": (0.80, 0.0), "unseen 5 %": (0.90, 0.0), "complete birth 1 %": (0.97, 0.95),
}  # fmt: skip
P95_MS, MEMORY_GIB, INDEX_S = (50, 150), (1, 2), (10, 60)


@dataclass(frozen=True, slots=True)
class Round:
    """The cases of one list, and our scores."""

    seen: Scored
    unseen: Scored
    negatives: Scored
    unseen_negatives: Scored


def main() -> int:
    """Run and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--queries", type=int, default=1500, help="Of each kind.")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9)
    parser.add_argument("--alone", action="store_true", help="Without the other ways.")
    asked = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        print(machine.describe(Path(folder)))
    print(f"seed      {asked.seed}")
    for size in asked.sizes:
        measure(report, size, asked.queries, asked.seed + size, alone=asked.alone)
    print(f"\n{len(report.failed)} figures short of their goal")
    for failure in report.failed:
        print(f"SHORT  {failure}")
    return int(bool(report.failed))


def measure(report: Report, size: int, queries: int, seed: int, *, alone: bool) -> None:
    """Measure everything on one list."""
    report.section(f"{size:,} entries")
    sets = Sets(seed)
    entries, people = sets.entries(size)
    before = _resident_gib()
    began = time.perf_counter()
    matcher = Matcher(index_of(entries), load_weights())
    built_s = time.perf_counter() - began
    gc.collect()
    large = int(size > LARGE)
    report.at_most("index from the list, s", built_s, INDEX_S[large])
    report.at_most("memory of the index, GiB", _resident_gib() - before, MEMORY_GIB[large])
    cases = (
        sets.positives(people, queries, unseen=False), sets.positives(people, queries, unseen=True),
        sets.negatives(people, 2 * queries), sets.negatives(people, 2 * queries, unseen=True),
    )  # fmt: skip
    mine = Round(*(score(some, lambda case: _ask(matcher, case)) for some in cases))
    _figures(report, size, mine)
    _fixed_beforehand(report, matcher, entries, mine, seed)
    _tables(mine)
    if not alone:
        rivals.compare(size, entries, matcher.index, cases)


def _figures(report: Report, size: int, mine: Round) -> None:
    large = int(size > LARGE)
    one, five = (threshold(mine.negatives, share) for share in (0.01, 0.05))
    figures = {
        "recall 1 %": recall(mine.seen, one),
        "recall 5 %": recall(mine.seen, five),
        "unseen 1 %": recall(mine.unseen, one),
        "unseen 5 %": recall(mine.unseen, five),
        "complete birth 1 %": recall(mine.seen, one, lambda case: case.complete),
    }
    for name, value in figures.items():
        report.at_least(name, value, GOALS[name][large])
    among = {
        kind: float(np.mean(scored.rank < 30))
        for kind, scored in (("seen", mine.seen), ("unseen", mine.unseen))
    }
    print(
        f"  right entry among the first 30: {among['seen']:.3f} seen, {among['unseen']:.3f} unseen"
    )
    parts = (mine.seen, mine.unseen, mine.negatives)
    every = np.concatenate([part.ms for part in parts])
    busy = np.concatenate([part.processor_ms for part in parts])
    print(
        f"  processor time of a query: mean {busy.mean():.1f}, p95 {np.percentile(busy, 95):.1f} ms"
    )
    report.at_most("p95 of a query, ms", float(np.percentile(every, 95)), P95_MS[large])


def _fixed_beforehand(
    report: Report, matcher: Matcher, entries: list[Entry], mine: Round, seed: int
) -> None:
    learned = matcher.weights.threshold(0.01, len(matcher.index))
    own = threshold_for(matcher, entries, 0.01, seed=seed)
    for name, least in (("learned", learned), ("set on this list", own)):
        share = float(np.mean(mine.unseen_negatives.best > least))
        found = recall(mine.seen, least), recall(mine.unseen, least)
        print(f"  threshold {name} {least:.4f}: recall {found[0]:.3f} seen, {found[1]:.3f} unseen")
        report.at_most(f"false alarms at the threshold {name}, %", 100 * share, 2)
        report.at_least(f"false alarms at the threshold {name}, %", 100 * share, 0.5)


def _tables(mine: Round) -> None:
    least = threshold(mine.negatives, 0.01)
    for title, scored, values, field in (
        ("recall at 1 % by culture, seen", mine.seen, mine.seen.right, "culture"),
        ("recall at 1 % by culture, unseen", mine.unseen, mine.unseen.right, "culture"),
        ("recall at 1 % by family, seen", mine.seen, mine.seen.right, "family"),
        ("recall at 1 % by family, unseen", mine.unseen, mine.unseen.right, "family"),
        ("recall at 1 % by birth date, seen", mine.seen, mine.seen.right, "birth"),
        ("alarms by kind of negative", mine.negatives, mine.negatives.best, "family"),
    ):
        shares = by(scored, values, least, field)
        print(
            f"  {title}: "
            + ", ".join(f"{name} {share:.3f} ({n})" for name, (share, n) in shares.items())
        )


def _ask(matcher: Matcher, case: Case) -> tuple[float, float, int]:
    hits = matcher.screen(case.query)
    place = next((n for n, hit in enumerate(hits) if hit.entry == case.entry), None)
    best = hits[0].score if hits else 0.0
    return best, hits[place].score if place is not None else -1.0, 1_000 if place is None else place


def _resident_gib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**30


if __name__ == "__main__":
    sys.exit(main())
