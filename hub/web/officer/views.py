"""What the officer's page at a counter shows, as values without behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from hub.cases.equipment import EquipmentLine
from hub.errors import Refused
from hub.wire import Candidate, Ticket


@dataclass(frozen=True, slots=True)
class CardDoor:
    """Where an officer may confirm by card: the counters with a reader; only one's own if there."""

    counters: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DeviceLamp:
    """A device with its state as icon, word and colour."""

    role: str
    icon: str
    name: str
    also: str
    kind: str
    symbol: str
    word: str


@dataclass(frozen=True, slots=True)
class LaneChoice:
    """A lane that the counter may serve, or that a ticket may be sent to."""

    code: str
    name: str
    chosen: bool
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that needs a person: what happened, and what to do."""

    kind: str
    symbol: str
    what: str
    todo: str
    job: str = ""
    at: datetime | None = None
    role: str = ""
    """The device that waits for acceptance in place of another one."""
    station: str = ""
    to: str = ""
    """The page on which it is settled."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several things that a form offers."""

    code: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Undoable:
    """An act of this officer that can be taken back until then."""

    ticket: str
    said: str
    until: datetime


@dataclass(frozen=True, slots=True)
class ParkedTicket:
    """A ticket that this counter put aside."""

    ticket: str
    number: str
    since: datetime
    note: str


@dataclass(frozen=True, slots=True)
class CurrentTicket:
    """The ticket at this counter and how its service stands against the standard."""

    ticket: Ticket
    service: str
    segment: str
    needs: tuple[str, ...]
    visit_note: str
    booked_at: datetime | None
    """The time of the appointment with which the person came."""
    waited_s: int
    elapsed_s: int
    standard_s: int

    @property
    def serving(self) -> bool:
        """Return whether the person has arrived."""
        return self.ticket.state == "serving"

    @property
    def overrun(self) -> bool:
        """Return whether the service took longer than its standard."""
        return self.standard_s > 0 and self.elapsed_s > self.standard_s


@dataclass(frozen=True, slots=True)
class NeededRow:
    """One piece of evidence of the next step: there or missing."""

    name: str
    there: bool
    note: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A value of the person as it is compared with the original at the counter."""

    field: str
    name: str
    also: str
    value: str
    """As it is kept; `said` is how it is read."""
    said: str
    source: str

    @property
    def to_compare(self) -> bool:
        """Say whether the applicant typed it and nobody has compared it yet."""
        return self.source == "typed"


@dataclass(frozen=True, slots=True)
class CaseBrief:
    """The application of the current ticket: who, and its next step with what it requires."""

    id: str
    code: str
    person: str
    state: str
    step: int | None
    step_name: str
    step_also: str
    performer: str
    minutes: int
    mine: bool
    rows: tuple[NeededRow, ...]
    facts: tuple[Fact, ...] = ()
    may_agree: bool = False
    """This officer may say that a value agrees with the original."""

    @property
    def there(self) -> int:
        """Return how many of the required things are there."""
        return sum(row.there for row in self.rows)

    @property
    def compared(self) -> int:
        """Return how many of the facts agree with the original."""
        return sum(not fact.to_compare for fact in self.facts)


@dataclass(frozen=True, slots=True)
class DoneToday:
    """A ticket this counter ended today."""

    number: str
    outcome: str
    kind: str
    symbol: str
    took: str
    ticket: str
    comes_back_by: str
    """The act that lets the person wait again: `return`, `back`, or empty."""


@dataclass(frozen=True, slots=True)
class Today:
    """This counter's day in three figures and its last tickets."""

    served: int
    mean_s: int
    absent: int
    rows: tuple[DoneToday, ...]


@dataclass(frozen=True, slots=True)
class CounterView:
    """The officer's page at one counter."""

    number: int
    state: str
    reason: str
    lanes: tuple[LaneChoice, ...]
    current: CurrentTicket | None
    case: CaseBrief | None
    upcoming: tuple[Candidate, ...]
    waiting: int
    devices: tuple[DeviceLamp, ...]
    agent_seen: datetime | None
    notices: tuple[Notice, ...]
    today: Today
    elsewhere: tuple[LaneChoice, ...]
    issued: str
    """What the office's procedure issues, as it is called for short."""
    counters: tuple[int, ...]
    key: str
    undoable: tuple[Undoable, ...] = ()
    parked: tuple[ParkedTicket, ...] = ()
    profiles: tuple[Choice, ...] = ()
    languages: tuple[Choice, ...] = ()
    services: tuple[Choice, ...] = ()
    needs: tuple[Choice, ...] = ()
    classes: tuple[Choice, ...] = ()
    given: str = ""
    """The number that was just issued here for somebody else."""
    write_down: bool = False
    equipment: tuple[EquipmentLine, ...] = ()
    """The sheet's equipment as it was found here today."""
    seated: bool = True
    """Whether the officer who reads it works here; a live part, drawn for all, does not say it."""
    refused: Refused | None = None
    typed: dict[str, str] = field(default_factory=dict)
