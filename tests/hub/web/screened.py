"""Cases and lists laid into a practising office before its hub serves it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "cases"))

from case_desk import FIELDS, Desk
from listed import ANNA, OTHERS, Office

from devices.emrtd.personalize import personalize
from hub.clock import SystemClock
from hub.house import open_house
from hub.settings import settings_for

__all__ = ["ANNA", "FIELDS", "OTHERS", "Desk", "Office", "prepared"]


@contextmanager
def prepared(folder: Path) -> Iterator[tuple[Desk, Office]]:
    """Open the folder of a hub that does not run, to take cases through their steps by hand."""
    house = open_house(settings_for(folder), SystemClock())
    try:
        desk = Desk(house, house.clock, personalize())
        yield desk, Office(desk)
    finally:
        house.database.close()
