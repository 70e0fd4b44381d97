"""An empty hub folder for simulated days."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.house import create_house
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


@pytest.fixture
def virtual_clock() -> type[VirtualClock]:
    return VirtualClock


@pytest.fixture(scope="session")
def empty_hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A freshly created hub folder, to be copied; its master key lies beside it."""
    folder = tmp_path_factory.mktemp("simulation") / "hub"
    create_house(settings_for(folder), VirtualClock())
    return folder
