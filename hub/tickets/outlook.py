"""How long one waits in a lane: what it is told from, looked up once for however many ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from hub.database import table_of
from hub.models.queue import CounterRow
from hub.office import OfficeConfig
from hub.statements import Statement
from hub.tickets.estimate import estimate_wait
from hub.tickets.rest_of_day import RestOfDay, rest_of_day, told_today
from hub.tickets.waiting_times import Places, at_place, prepared_places
from hub.wire import Estimate

# statements are built once: building one costs more than running it
_COUNTERS = table_of(CounterRow).c
_OPEN_LANES = Statement(
    select(_COUNTERS.lanes).where(
        _COUNTERS.office == bindparam("of_office"), _COUNTERS.state == "open"
    )
)


@dataclass(frozen=True, slots=True)
class Outlook:
    """A lane's prepared places, while there are none its open counters; the rest of its day."""

    office: OfficeConfig
    lane: str
    places: Places
    open_counters: int
    rest: RestOfDay

    def expected(self, ahead: int) -> Estimate:
        """Return the range to wait behind `ahead` people, as far as the lane's day holds it."""
        told = at_place(self.places, ahead) or self._usual(ahead)
        return told_today(told, self.rest.left_s)

    def _usual(self, ahead: int) -> Estimate:
        return estimate_wait(
            self.office,
            self.lane,
            ahead=ahead,
            open_counters=self.open_counters,
            breaks=self.rest.breaks,
        )


def outlook_of(
    connection: Connection, office_no: int, office: OfficeConfig, lane: str, *, at: datetime
) -> Outlook:
    """Return from what the waits of `lane` are told at `at`."""
    places = prepared_places(connection, office_no, lane, at=at)
    open_now = 0 if places else open_counters(connection, office_no).get(lane, 0)
    return Outlook(office, lane, places, open_now, rest_of_day(office, (lane,), at))


def expected_wait(
    connection: Connection,
    office_no: int,
    office: OfficeConfig,
    lane: str,
    *,
    ahead: int,
    at: datetime,
) -> Estimate:
    """Return the range to wait in `lane` behind `ahead` people."""
    return outlook_of(connection, office_no, office, lane, at=at).expected(ahead)


def open_counters(connection: Connection, office: int) -> dict[str, int]:
    """Return, by lane, how many counters are open for it."""
    counted: dict[str, int] = {}
    for (lanes,) in _OPEN_LANES.rows(connection, {"of_office": office}):
        for lane in lanes.split():
            counted[lane] = counted.get(lane, 0) + 1
    return counted
