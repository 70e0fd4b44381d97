"""What tests of every folder may ask for: a PostgreSQL of the run's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.cluster import Cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL on a socket of its own, started when a test first asks for it."""
    with Cluster() as running:
        yield running
