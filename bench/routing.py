"""Routing: random days beside an independent oracle, and state machines that look for a way out."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

from bench.machine import ROOT
from bench.report import Report

CHECKS = {
    "every call of random mornings is the oracle's": "tests/hub/queue/test_oracle_days.py",
    "no sequence of acts breaks a rule": "tests/hub/queue/test_machine.py",
}
LIMIT_S = 300


def measure(report: Report, folder: Path) -> None:
    """Run the oracle's tests; an exception to the maximum wait or the ratio fails them."""
    report.section("routing, checked call by call")
    for name, tests in CHECKS.items():
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
             f"--basetemp={folder / 'routing'}", tests],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=LIMIT_S,
        )  # fmt: skip
        counted = re.findall(r"\d+ (?:passed|failed|error)[^,\n]*", done.stdout)
        print(f"{tests}: {', '.join(counted)}, {time.monotonic() - began:.0f} s")
        report.holds(name, reached=done.returncode == 0)
