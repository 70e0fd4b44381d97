"""What happens to a ticket beyond its plain way; bodies hold references only, never a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class _Public:
    __slots__ = ()
    audience: ClassVar[str] = "public"
    v: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class TicketParked(_Public):
    """A ticket was put aside and its counter is free."""

    kind: ClassVar[str] = "ticket.parked"
    number: str
    lane: str
    counter: int


@dataclass(frozen=True, slots=True)
class TicketResumed(_Public):
    """A parked ticket goes on: at `counter`, or waiting in its lane again when there is none."""

    kind: ClassVar[str] = "ticket.resumed"
    number: str
    lane: str
    counter: int | None


@dataclass(frozen=True, slots=True)
class TicketUndone(_Public):
    """The last act on a ticket was taken back; the ticket is `state` again."""

    kind: ClassVar[str] = "ticket.undone"
    number: str
    act: str
    lane: str
    counter: int | None
    state: str


@dataclass(frozen=True, slots=True)
class TicketServed(_Public):
    """Somebody without a ticket is served at once; the number was given at the counter."""

    kind: ClassVar[str] = "ticket.served"
    number: str
    lane: str
    counter: int


@dataclass(frozen=True, slots=True)
class TicketReleased(_Public):
    """A ticket that waited for a counter that closed waits for any counter of its lane."""

    kind: ClassVar[str] = "ticket.released"
    number: str
    lane: str
    counter: int


@dataclass(frozen=True, slots=True)
class TicketEnded(_Public):
    """A ticket ended without service, at closing time."""

    kind: ClassVar[str] = "ticket.ended"
    number: str
    lane: str
    was: str


@dataclass(frozen=True, slots=True)
class TicketGivenBack(_Public):
    """A visitor gave the own number back; it is called no more."""

    kind: ClassVar[str] = "ticket.given_back"
    number: str
    lane: str


@dataclass(frozen=True, slots=True)
class GuideWanted:
    """A person who was called is to be met and guided to the counter; for staff only."""

    kind: ClassVar[str] = "ticket.guide_wanted"
    audience: ClassVar[str] = "staff"
    v: ClassVar[int] = 1
    number: str
    lane: str
    counter: int


@dataclass(frozen=True, slots=True)
class TicketClassed:
    """An officer confirmed a ticket's class (`was` is the same), or changed it."""

    kind: ClassVar[str] = "ticket.classed"
    audience: ClassVar[str] = "staff"
    v: ClassVar[int] = 1
    number: str
    lane: str
    segment: str
    was: str


@dataclass(frozen=True, slots=True)
class DeskTicketIssued:
    """A ticket was issued by staff for somebody else; `paper` is its print job or `written`."""

    kind: ClassVar[str] = "ticket.desk"
    audience: ClassVar[str] = "staff"
    v: ClassVar[int] = 1
    number: str
    counter: int
    paper: str
