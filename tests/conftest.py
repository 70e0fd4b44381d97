"""What tests of every folder may ask for, a PostgreSQL of the run's own, and which begin first."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.cluster import Cluster

# the same examples each time, however slow the machine is: what failed fails again
# (`--hypothesis-profile=default` tries new ones)
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")

HERE = Path(__file__).parent
LONG = (
    "kiosk/living/test_program.py",
    "journeys/test_demo.py",
    "hub/web/test_axe_on_every_page.py",
    "hub/web/test_branches_in_the_browser.py",
    "hub/web/test_screening_in_the_browser.py",
    "hub/web/test_money_and_endings.py",
    "devices/camera/test_opencv_camera.py",
    "devices/camera/test_portrait.py",
    "devices/camera/test_conformance.py",
    "counter_agent/test_work.py",
    "counter_agent/test_crash.py",
    "devices/r30x/test_conformance.py",
    "devices/r30x/test_capture.py",
)
"""Files of half a minute and more, the longest first: none is begun when the rest is done."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; pytest itself takes a folder's files by their names."""
    place = {HERE / name: at for at, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL on a socket of its own, started when a test first asks for it."""
    with Cluster() as running:
        yield running
