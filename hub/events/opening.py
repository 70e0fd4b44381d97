"""What happens to the office's opening: stops, messages, days, numbers, bookings, the roster.

Bodies hold references only; texts that somebody wrote are read with the reference.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec


class _Public(msgspec.Struct, frozen=True):
    audience: ClassVar[str] = "public"
    v: ClassVar[int] = 1


class _Staff(msgspec.Struct, frozen=True):
    audience: ClassVar[str] = "staff"
    v: ClassVar[int] = 1


class OfficeStopped(_Public, frozen=True):
    """The queue stands still: `scope` is numbers or everything; the text is notice's."""

    kind: ClassVar[str] = "office.stopped"
    notice: str
    scope: str


class OfficeResumed(_Public, frozen=True):
    """The queue goes on."""

    kind: ClassVar[str] = "office.resumed"
    notice: str


class NoticeShown(_Public, frozen=True):
    """A message appeared on every screen, or is gone again."""

    kind: ClassVar[str] = "office.notice"
    notice: str
    shown: bool


class DayClosed(_Staff, frozen=True):
    """A day is closed: every number of it is accounted for."""

    kind: ClassVar[str] = "day.closed"
    day: str


class NumbersVoided(_Staff, frozen=True):
    """Numbers of a series are no tickets: void, or returned from a reservation."""

    kind: ClassVar[str] = "numbers.voided"
    day: str
    prefix: str
    first: int
    last: int
    what: str


class OfficeRestored(_Staff, frozen=True):
    """A copy was brought back; `following` are the next numbers of the series that were moved."""

    kind: ClassVar[str] = "office.restored"
    gap: int
    following: list[str]


class AppointmentBooked(_Staff, frozen=True):
    """A time was booked."""

    kind: ClassVar[str] = "appointment.booked"
    appointment: str
    service: str


class AppointmentsImported(_Staff, frozen=True):
    """Times were booked from a list."""

    kind: ClassVar[str] = "appointment.imported"
    count: int


class AppointmentArrived(_Staff, frozen=True):
    """Somebody with a booked time has a number now."""

    kind: ClassVar[str] = "appointment.arrived"
    appointment: str
    number: str


class AppointmentCancelled(_Staff, frozen=True):
    """A booked time is free again."""

    kind: ClassVar[str] = "appointment.cancelled"
    appointment: str


class CaseAppointment(_Staff, frozen=True):
    """The time at which a case's person comes again was booked, given back, or they came.

    `why` is the reason of a time given back: `hub.wire.opening.WHY`.
    """

    kind: ClassVar[str] = "case.appointment"
    application: str
    appointment: str
    act: str
    why: str = ""


class RosterChanged(_Staff, frozen=True):
    """Who works where was planned anew for a day."""

    kind: ClassVar[str] = "roster.changed"
    day: str


class ServedByHand(_Staff, frozen=True):
    """A supervisor noted after an outage who was served by hand; each has its own event."""

    kind: ClassVar[str] = "tickets.by_hand"
    record: str
    count: int
