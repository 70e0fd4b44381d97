"""An office of its own for each test, its opening's commands as one call each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.house import House
from hub.office import OfficeConfig
from hub.writer import Actor, Tx, Writer

sys.path.insert(0, str(Path(__file__).parent))

SUPERVISOR = Actor("officer", "f" * 32, "Contoh Supervisor", frozenset({"supervisor"}))


@pytest.fixture
def office(house: House) -> OfficeConfig:
    return house.procedure.office


@pytest.fixture
def act(house: House) -> Callable[..., object]:
    """Return `act(command, actor=…)`: run one command in a transaction of its own."""
    writer = Writer(house.database, house.office_no, house.clock)

    def run(command: Callable[[Tx], object], *, actor: Actor = SUPERVISOR) -> object:
        return writer.run_alone(command, actor=actor)

    return run
