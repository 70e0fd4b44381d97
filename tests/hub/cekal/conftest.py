"""A stored list of its own for each test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hub.cekal.listing import StoredList
from hub.keys import Keyring

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def store(tmp_path: Path) -> StoredList:
    return StoredList(tmp_path / "hub", Keyring.create(tmp_path / "hub.key"))
