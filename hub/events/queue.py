"""What happens to a ticket beyond its plain way; bodies hold references only, never a reason."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class _Public(msgspec.Struct, frozen=True):
    audience: ClassVar[str] = "public"
    v: ClassVar[int] = 1


class TicketParked(_Public, frozen=True):
    """A ticket was put aside and its counter is free."""

    kind: ClassVar[str] = "ticket.parked"
    number: str
    lane: str
    counter: int


class TicketResumed(_Public, frozen=True):
    """A parked ticket goes on: at `counter`, or waiting in its lane again when there is none."""

    kind: ClassVar[str] = "ticket.resumed"
    number: str
    lane: str
    counter: int | None


class TicketUndone(_Public, frozen=True):
    """The last act on a ticket was taken back; the ticket is `state` again."""

    kind: ClassVar[str] = "ticket.undone"
    number: str
    act: str
    lane: str
    counter: int | None
    state: str


class TicketServed(_Public, frozen=True):
    """Somebody without a ticket is served at once; the number was given at the counter."""

    kind: ClassVar[str] = "ticket.served"
    number: str
    lane: str
    counter: int


class TicketReleased(_Public, frozen=True):
    """A ticket that waited for a counter that closed waits for any counter of its lane."""

    kind: ClassVar[str] = "ticket.released"
    number: str
    lane: str
    counter: int


class TicketEnded(_Public, frozen=True):
    """A ticket ended without service, at closing time."""

    kind: ClassVar[str] = "ticket.ended"
    number: str
    lane: str
    was: str


class TicketGivenBack(_Public, frozen=True):
    """A visitor gave the own number back; it is called no more."""

    kind: ClassVar[str] = "ticket.given_back"
    number: str
    lane: str


class GuideWanted(msgspec.Struct, frozen=True):
    """A person who was called is to be met and guided to the counter; for staff only."""

    kind: ClassVar[str] = "ticket.guide_wanted"
    audience: ClassVar[str] = "staff"
    v: ClassVar[int] = 1
    number: str
    lane: str
    counter: int


class TicketClassed(msgspec.Struct, frozen=True):
    """An officer confirmed a ticket's class (`was` is the same), or changed it."""

    kind: ClassVar[str] = "ticket.classed"
    audience: ClassVar[str] = "staff"
    v: ClassVar[int] = 1
    number: str
    lane: str
    segment: str
    was: str


class DeskTicketIssued(msgspec.Struct, frozen=True):
    """A ticket was issued by staff for somebody else; `paper` is its print job or `written`."""

    kind: ClassVar[str] = "ticket.desk"
    audience: ClassVar[str] = "staff"
    v: ClassVar[int] = 1
    number: str
    counter: int
    paper: str
