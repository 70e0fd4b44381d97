"""Run pytest and fail on every skipped test that tests/allowed_skips.toml does not name.

With several workers a file is one piece of work. They are handed out in the order of collection,
which begins with the files that tests/conftest.py calls long: none of these begins when everything
else is done. What the longest took is said at the end.

The tests' folders are in memory where there is room: a hub waits for the disk at each of its
commits. No test cuts the power; those that fill a disk mount one of their own.

Usage: .venv/bin/python scripts/run_tests.py [pytest arguments]
"""

from __future__ import annotations

import os
import signal
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ALLOWED = Path(__file__).parent.parent / "tests" / "allowed_skips.toml"
IN_ORDER = "--no-loadscope-reorder"
"""Else xdist begins with the files of most tests, and the long ones of one test come last."""
LONGEST = 12
NO_COLUMNS = "PYTHONNODEBUGRANGES"
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes that must be free; a passed test's folder goes at once: 0.1 GiB lay there late in a run."""


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


def begin_anew() -> None:
    """Start anew without columns in tracebacks, and with bytecode kept; return in the new process.

    Python 3.11 finds the columns by `ast.parse`. An error in a finalizer has its traceback
    formatted on the spot. When the garbage collector ran in the middle of another `ast.parse`, that
    one fails with "SystemError: AST constructor recursion depth mismatch" (python/cpython#106905,
    mended in 3.12.2 only).

    Without bytecode each of the hundreds of programs that tests start compiles all of its modules.
    """
    if NO_COLUMNS in os.environ:
        return
    kept = {name: value for name, value in os.environ.items() if name != NO_BYTECODE}
    os.execve(sys.executable, [sys.executable, *sys.argv], kept | {NO_COLUMNS: "1"})


@contextmanager
def folders_in_memory() -> Iterator[list[str]]:
    """Yield pytest's options for folders in memory; none where it has no room or no programs."""
    if not has_room(MEMORY):
        yield []
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # they go with us
    # a short name: a socket's address holds 107 bytes
    with TemporaryDirectory(prefix="loket-", dir=MEMORY, ignore_cleanup_errors=True) as place:
        yield [f"--basetemp={place}/t", "--override-ini=tmp_path_retention_policy=failed"]


def has_room(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    disk = os.statvfs(folder)
    meminfo = Path("/proc/meminfo").read_text("utf-8").splitlines()
    [available] = [line.split()[1] for line in meminfo if line.startswith("MemAvailable:")]
    free = min(disk.f_bavail * disk.f_frsize, int(available) * 1024)
    return free >= ROOM and not disk.f_flag & os.ST_NOEXEC


def main() -> int:
    allowed = tomllib.loads(ALLOWED.read_text())["skip"]
    skips, times = Skips(), Times()
    with folders_in_memory() as options:  # before the caller's, whose word is the last
        code = int(pytest.main([IN_ORDER, *options, *sys.argv[1:]], plugins=[skips, times]))
    times.tell()
    refused = {name: why for name, why in skips.seen.items() if name not in allowed}
    for name, why in refused.items():
        print(f"SKIPPED WITHOUT LEAVE {name}: {why}")
    return code or int(bool(refused))


if __name__ == "__main__":
    begin_anew()
    sys.exit(main())
