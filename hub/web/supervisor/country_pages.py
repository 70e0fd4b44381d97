"""The countries whose passports the office can prove: how many keys, how old, which are missing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from litestar import Response, get
from litestar.di import NamedDependency

from hub.web.desk import Desk
from hub.web.rendering import page
from hub.web.supervisor.showing import must_supervise

if TYPE_CHECKING:
    from devices.emrtd.csca import Status

OLD_DAYS = 60
"""Lists come out once a month or so; after two a country's newest key may be missing."""


@dataclass(frozen=True, slots=True)
class CountriesPage:
    """The store as it stands; `age_days` is None when nothing was imported by the command."""

    status: Status
    age_days: int | None
    folder: str

    @property
    def old(self) -> bool:
        """Return whether a new list is due."""
        return self.age_days is None or self.age_days > OLD_DAYS


@get("/supervisor/countries")
async def show_countries(desk: NamedDependency[Desk]) -> Response[str]:
    """Show the store of country certificates."""
    must_supervise(desk)
    seq, at, _ = await desk.read(lambda _session, _at: None)
    view = await asyncio.to_thread(_read, desk, at)
    frame = desk.frame(
        seq,
        at,
        title=desk.speech.say("countries"),
        section="supervisor",
        here="/supervisor/countries",
        stream="",
        place=desk.speech.say("queue_supervisor"),
    )
    return page("countries.html", frame, view)


def _read(desk: Desk, at: datetime) -> CountriesPage:
    countries = desk.procedure.countries
    status = countries.status(at)
    age = None if status.imported_at is None else max(0, (at - status.imported_at).days)
    return CountriesPage(status, age, countries.place)


routes = [show_countries]
