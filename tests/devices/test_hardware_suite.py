"""The suite for metal, run on a simulator in a process of its own, as a technician runs it."""

import os
import subprocess
import sys
from pathlib import Path

from devices.r30x import simulator

ROOT = Path(__file__).parents[2]


def hardware(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/hardware",
         *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip


def test_it_runs_on_the_address_that_it_is_given() -> None:
    sensor = simulator.start({"pace": "0"})
    try:
        finished = hardware("--address", sensor.address)
    finally:
        sensor.stop()

    assert finished.returncode == 0, finished.stdout
    assert "3 passed, 10 skipped" in finished.stdout


def test_without_an_address_it_collects_nothing() -> None:
    assert "no tests ran" in hardware().stdout
