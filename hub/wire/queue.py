"""Requests of the queue beyond the plain way of a ticket; every field with its bounds."""

from __future__ import annotations

from typing import Annotated

import msgspec

from hub.wire.answers import Answer, Ticket
from hub.wire.bounds import Code, CounterNumber, Id, Language, Reason
from hub.wire.requests import Segment, Wire


class ParkTicket(Wire, frozen=True, kw_only=True):
    """Put a ticket aside and free its counter."""

    reason: Reason = ""


class ResumeTicket(Wire, frozen=True, kw_only=True):
    """Go on with a parked ticket: at a free `counter` at once, else it waits at its old arrival."""

    counter: CounterNumber | None = None
    reason: Reason = ""


class UndoAct(Wire, frozen=True, kw_only=True):
    """Take back the last call, absence, finish or transfer of a ticket, within a minute."""


class ClassTicket(Wire, frozen=True, kw_only=True):
    """Confirm the class that a person declared, or put the ticket into another.

    A limited class (priority) names the vulnerable `group`; every other one a `reason`.
    """

    segment: Code
    reason: Reason = ""
    group: Code | None = None


class ServeDirectly(Wire, frozen=True, kw_only=True):
    """Serve somebody without a ticket at once; the reason is kept and shown to the supervisor."""

    service: Code
    reason: Reason
    segment: Segment = "general"
    needs: Annotated[list[Code], msgspec.Meta(max_length=8)] = msgspec.field(default_factory=list)
    language: Language = "id"
    visit: Id | None = None


class DeskTicket(Wire, frozen=True, kw_only=True):
    """Issue a ticket at the desk for somebody else; printed there, or written down by hand.

    A limited class (priority) names the vulnerable `group`; it is kept and in no event.
    """

    service: Code
    segment: Segment = "general"
    needs: Annotated[list[Code], msgspec.Meta(max_length=8)] = msgspec.field(default_factory=list)
    language: Language = "id"
    visit: Id | None = None
    group: Code | None = None
    print: bool = True


class DeskTicketGiven(Answer, frozen=True, kw_only=True):
    """The ticket, and its print job; without one the number is to be written down."""

    ticket: Ticket
    job: str | None = None
    write_down: bool = False
