"""What docs/drivers.md tells a stranger to do: copy the folder, install it, check it."""

import importlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest

from devices import conformance, registry
from devices.registry import Simulator, open_device, start_simulator

EXAMPLE = Path(__file__).parents[2] / "docs" / "example_driver"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The example as an installed package of somebody else, under a name of its own."""
    shutil.copytree(EXAMPLE / "lamp", tmp_path / "lamp")
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]
    metadata = tmp_path / "loket_lamp-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: loket-lamp\nVersion: 0.1.0\n")
    groups = project["entry-points"].items()
    lines = [
        line
        for group, points in groups
        for line in (f"[{group}]", *(f"{name} = {where}" for name, where in points.items()))
    ]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "lamp"]:
        del sys.modules[name]


@pytest.fixture
def lamp(installed: Path) -> Iterator[Simulator]:
    running = start_simulator("lamp")
    yield running
    running.stop()


def test_it_is_found_beside_our_own_drivers(installed: Path) -> None:
    assert "lamp" in registry.driver_names()
    assert "lamp" in registry.simulator_names()
    assert "r30x" in registry.driver_names()


def test_it_does_what_its_page_says(lamp: Simulator) -> None:
    wire: ModuleType = importlib.import_module("lamp.wire")
    device = open_device(lamp.address)
    cast("ModuleType", device).show(wire.Light.CALLING)

    assert device.identity().serial == "00042"
    assert device.health().detail == "calling"
    device.close()


def test_its_own_tests_run_every_demand_on_it(installed: Path) -> None:
    shutil.copytree(EXAMPLE / "tests", installed / "tests")

    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=installed,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert finished.returncode == 0, finished.stdout
    assert f"{len(conformance.CHECKS) + 2} passed" in finished.stdout
    assert "skipped" not in finished.stdout
