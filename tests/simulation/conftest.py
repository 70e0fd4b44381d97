"""An empty hub folder for simulated days."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.cluster import Cluster
from hub.house import create_house
from hub.office import load_office
from hub.settings import settings_for

sys.path.insert(0, str(Path(__file__).parent))

# a Monday, 08.00 at the sample office (WIB)
MONDAY_EIGHT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class VirtualClock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.at = MONDAY_EIGHT

    def now(self) -> datetime:
        return self.at

    def pass_(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture(scope="session")
def virtual_clock() -> type[VirtualClock]:
    return VirtualClock


@pytest.fixture(scope="session")
def empty_hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A freshly created hub folder, to be copied; its master key lies beside it."""
    folder = tmp_path_factory.mktemp("simulation") / "hub"
    create_house(settings_for(folder), VirtualClock())
    return folder


@pytest.fixture(scope="session")
def empty_hub_on_postgresql(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with its database in PostgreSQL."""
    folder = tmp_path_factory.mktemp("simulation") / "hub"
    url = cluster.create("empty_simulation")
    create_house(settings_for(folder, database_url=url), VirtualClock())
    office = load_office(folder / "office.toml")
    office.holiday(office.today(MONDAY_EIGHT))  # as a hub does before it serves
    return folder
