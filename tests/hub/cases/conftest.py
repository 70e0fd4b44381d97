"""An office with its staff and a chip passport, for the tests of cases."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from devices.emrtd.personalize import Passport, personalize
from hub.clock import Clock
from hub.house import House

sys.path.insert(0, str(Path(__file__).parent))

from case_desk import Desk


@pytest.fixture(scope="session")
def passport() -> Passport:
    return personalize()


@pytest.fixture
def desk(house: House, clock: Clock, passport: Passport) -> Desk:
    return Desk(house, clock, passport)
