"""Run pytest and fail on every skipped test that tests/allowed_skips.toml does not name.

With several workers a file is one piece of work. They are handed out in the order of collection,
which begins with the files that tests/conftest.py calls long: none of these begins when everything
else is done. What the longest took is said at the end.

Usage: .venv/bin/python scripts/run_tests.py [pytest arguments]
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ALLOWED = Path(__file__).parent.parent / "tests" / "allowed_skips.toml"
IN_ORDER = "--no-loadscope-reorder"
"""Else xdist begins with the files of most tests, and the long ones of one test come last."""
LONGEST = 12
NO_COLUMNS = "PYTHONNODEBUGRANGES"


class Skips:
    """Collects the names of skipped tests, also from xdist's workers."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            self.seen[report.nodeid] = str(report.longrepr)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.seen[report.nodeid] = str(report.longrepr)


class Times:
    """Adds up what each file took, also at xdist's workers."""

    def __init__(self) -> None:
        self.of: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.of[report.nodeid.partition("::")[0]] += report.duration

    def tell(self) -> None:
        for file, seconds in self.of.most_common(LONGEST):
            print(f"{seconds:6.0f} s {file}")


def without_columns() -> None:
    """Start anew without columns in tracebacks, which Python 3.11 finds by `ast.parse`.

    An error in a finalizer has its traceback formatted on the spot. When the garbage collector ran
    in the middle of another `ast.parse`, that one fails with "SystemError: AST constructor
    recursion depth mismatch" (python/cpython#106905, mended in 3.12.2 only).
    """
    if NO_COLUMNS not in os.environ:
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {NO_COLUMNS: "1"})


def main() -> int:
    allowed = tomllib.loads(ALLOWED.read_text())["skip"]
    skips, times = Skips(), Times()
    code = int(pytest.main([IN_ORDER, *sys.argv[1:]], plugins=[skips, times]))
    times.tell()
    refused = {name: why for name, why in skips.seen.items() if name not in allowed}
    for name, why in refused.items():
        print(f"SKIPPED WITHOUT LEAVE {name}: {why}")
    return code or int(bool(refused))


if __name__ == "__main__":
    without_columns()
    sys.exit(main())
