"""Measure screening on fresh people; exit code 1 if a figure is short of its goal.

    python -m bench.screening [--sizes 10000 100000] [--queries 1500] [--seed N] [--quick | --times]

Three ways in the same run: ours, exact search, rapidfuzz's token sort over every name with the
weights of the same facts. `unseen` are families of spelling that no weight was learned from;
`second hand` are spellings typed from real papers, `third hand` names as the press writes them. A
quick run takes half a minute. On a quiet machine: --times --sizes 10000 100000 1000000.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench import machine
from bench.report import Report
from bench.screening import figures


def main() -> int:
    """Run and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--queries", type=int, default=1500, help="Of each kind.")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9)
    parser.add_argument("--alone", action="store_true", help="Without the other ways.")
    parser.add_argument("--quick", action="store_true", help="10,000 entries, 400 queries.")
    parser.add_argument("--times", action="store_true", help="Wall clock, index, memory only.")
    asked = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        print(machine.describe(Path(folder)))
    print(f"seed      {asked.seed}")
    if asked.quick:
        figures.quick(report, seed=asked.seed)
    elif asked.times:
        for size in asked.sizes:
            figures.times(report, size, asked.queries, asked.seed + size)
    else:
        for size in asked.sizes:
            figures.measure(report, size, asked.queries, asked.seed + size, alone=asked.alone)
    print(f"\n{len(report.failed)} figures short of their goal")
    for failure in report.failed:
        print(f"SHORT  {failure}")
    return int(bool(report.failed))


if __name__ == "__main__":
    sys.exit(main())
