"""What the supervisor sees of the whole office, as values without behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from hub.errors import Refused
from hub.opening.roster import Shift
from hub.tickets.estimate_error import EstimateError
from hub.web.officer.views import DeviceLamp, Notice
from hub.wire import NoticeState, Today


@dataclass(frozen=True, slots=True)
class LaneLine:
    """A lane: how many wait, the longest wait against its limit, the estimate and its day."""

    prefix: str
    name: str
    also: str
    waiting: int
    longest_s: int
    limit_s: int
    span: str
    high_min: int | None
    counters: int
    today: Today = "yes"

    @property
    def over(self) -> bool:
        """Return whether somebody waits longer than the lane's limit."""
        return self.waiting > 0 and self.longest_s > self.limit_s

    @property
    def near(self) -> bool:
        """Return whether the longest wait has passed two thirds of the limit."""
        return self.waiting > 0 and self.longest_s * 3 > self.limit_s * 2

    @property
    def will_pass(self) -> bool:
        """Return whether somebody who comes now is expected to wait longer than the limit."""
        return self.high_min is not None and self.high_min * 60 > self.limit_s


@dataclass(frozen=True, slots=True)
class CounterLine:
    """A counter: who is there, its ticket against the standard, its devices."""

    number: int
    state: str
    reason: str
    officer: str
    lanes: str
    ticket: str
    ticket_state: str
    since: datetime | None
    standard_s: int
    over: bool
    devices: tuple[DeviceLamp, ...]
    agent: bool


@dataclass(frozen=True, slots=True)
class StationLine:
    """A station: admitted here, heard on the network, or both."""

    name: str
    kind: str
    counter: int | None
    address: str
    version: str
    known: bool
    present: bool
    seen_at: datetime | None
    devices: tuple[DeviceLamp, ...]


@dataclass(frozen=True, slots=True)
class Exceptional:
    """A call out of order, or a class that was confirmed or changed (no counter), with reason."""

    ticket: str
    number: str
    counter: int | None
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SupervisorView:
    """The supervisor's page."""

    lanes: tuple[LaneLine, ...]
    counters: tuple[CounterLine, ...]
    stations: tuple[StationLine, ...]
    alarms: tuple[Notice, ...]
    exceptional: tuple[Exceptional, ...]
    waiting: int
    longest_s: int
    longest_lane: str
    served: int
    absent: int
    open_counters: int
    key: str
    day: date
    day_closed: bool
    stop: NoticeState | None
    messages: tuple[NoticeState, ...]
    estimates: EstimateError
    planned: tuple[Shift, ...]
    may_act: bool
    voided: str = ""
    """The number that the officer has just voided, said once."""
    refused: Refused | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
