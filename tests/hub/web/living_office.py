"""A served practice office with cases at every step, prepared by the staff's own commands."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from playwright.sync_api import FilePayload
from screened import Desk, Office
from web_office import PASSWORD, Screen, WebOffice, end, name_public_url, serve

from devices.emrtd.personalize import personalize
from hub.admin import AddOfficer, CheckRecords, FillOffice, MoveClock, perform
from hub.clock import SystemClock
from hub.errors import Busy
from hub.house import open_house
from hub.settings import settings_for

OPENED = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""When the empty house was made: a hub's records never go back in time."""
SERVED = "2026-11-23T09:40:00"
"""The same Monday at the sample office, forty minutes after the staff began."""


@dataclass
class Clock:
    """The staff's clock while the cases are prepared."""

    at: datetime = OPENED

    def now(self) -> datetime:
        return self.at


@dataclass
class LivingOffice(WebOffice):
    """A served office and its prepared cases by name."""

    cases: dict[str, str]

    def check(self) -> list[str]:
        """Return what `loket hub check` finds in the records while the hub serves."""
        return perform(settings_for(self.folder), SystemClock(), CheckRecords())

    def employ(self, login: str, name: str, *roles: str) -> None:
        """Enter another officer."""
        command = AddOfficer(login, name, list(roles), PASSWORD)
        perform(settings_for(self.folder), SystemClock(), command)

    def move_clock(self, to: datetime) -> None:
        """Let the practice clock go on at a later instant, unless it is past it already."""
        with suppress(Busy):
            perform(settings_for(self.folder), SystemClock(), MoveClock(to))


Lay = Callable[[Desk, Office], dict[str, str]]


@contextmanager
def living_office(
    empty_house: Path, place: Path, lay: Lay, *more: str, public_url: str = ""
) -> Iterator[LivingOffice]:
    """Serve an office with the cases that `lay` prepares; its records are sound at the end."""
    folder, clock = place / "hub", Clock()
    shutil.copytree(empty_house, folder)
    shutil.copy(empty_house.with_name("hub.key"), place / "hub.key")
    name_public_url(folder, public_url)
    perform(settings_for(folder), clock, FillOffice(PASSWORD))
    house = open_house(settings_for(folder), clock)
    desk = Desk(house, clock, personalize())
    cases = lay(desk, Office(desk))
    house.database.close()
    url, process = serve(folder, 0, "--practice-clock", SERVED, *more)
    client = httpx.Client(base_url=url, timeout=30)
    office = LivingOffice(url, folder, process, client, cases)
    client.headers["Authorization"] = f"Bearer {office.station('kiosk')}"
    yield office
    client.close()
    end(process)
    assert perform(settings_for(folder), clock, CheckRecords()) == []


def paper(screen: Screen) -> FilePayload:
    """Return a picture that stands for a scanned paper."""
    return {
        "name": "pindaian.png",
        "mimeType": "image/png",
        "buffer": screen.page.screenshot(type="png"),
    }


def tabbed_to(screen: Screen, name: str, limit: int = 200) -> bool:
    """Go on by Tab until the act called `name` has the focus and shows it; False if none does."""
    for _ in range(limit):
        screen.page.keyboard.press("Tab")
        if screen.page.evaluate(FOCUSED, name):
            return True
    return False


FOCUSED = """(name) => {
  const act = document.activeElement;
  if (!act.innerText?.includes(name)) return false;
  const ring = getComputedStyle(act);
  const shown = ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2;
  return act.matches(":focus-visible") && shown;
}"""
