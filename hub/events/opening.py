"""What happens to the office's opening: stops, messages, days, numbers, bookings, the roster.

Bodies hold references only; texts that somebody wrote are read with the reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class _Public:
    __slots__ = ()
    audience: ClassVar[str] = "public"
    v: ClassVar[int] = 1


class _Staff:
    __slots__ = ()
    audience: ClassVar[str] = "staff"
    v: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class OfficeStopped(_Public):
    """The queue stands still: `scope` is numbers or everything; the text is notice's."""

    kind: ClassVar[str] = "office.stopped"
    notice: str
    scope: str


@dataclass(frozen=True, slots=True)
class OfficeResumed(_Public):
    """The queue goes on."""

    kind: ClassVar[str] = "office.resumed"
    notice: str


@dataclass(frozen=True, slots=True)
class NoticeShown(_Public):
    """A message appeared on every screen, or is gone again."""

    kind: ClassVar[str] = "office.notice"
    notice: str
    shown: bool


@dataclass(frozen=True, slots=True)
class DayClosed(_Staff):
    """A day is closed: every number of it is accounted for."""

    kind: ClassVar[str] = "day.closed"
    day: str


@dataclass(frozen=True, slots=True)
class NumbersVoided(_Staff):
    """Numbers of a series are no tickets: void, or returned from a reservation."""

    kind: ClassVar[str] = "numbers.voided"
    day: str
    prefix: str
    first: int
    last: int
    what: str


@dataclass(frozen=True, slots=True)
class OfficeRestored(_Staff):
    """A copy was brought back; `following` are the next numbers of the series that were moved."""

    kind: ClassVar[str] = "office.restored"
    gap: int
    following: list[str]


@dataclass(frozen=True, slots=True)
class AppointmentBooked(_Staff):
    """A time was booked."""

    kind: ClassVar[str] = "appointment.booked"
    appointment: str
    service: str


@dataclass(frozen=True, slots=True)
class AppointmentsImported(_Staff):
    """Times were booked from a list."""

    kind: ClassVar[str] = "appointment.imported"
    count: int


@dataclass(frozen=True, slots=True)
class AppointmentArrived(_Staff):
    """Somebody with a booked time has a number now."""

    kind: ClassVar[str] = "appointment.arrived"
    appointment: str
    number: str


@dataclass(frozen=True, slots=True)
class AppointmentCancelled(_Staff):
    """A booked time is free again."""

    kind: ClassVar[str] = "appointment.cancelled"
    appointment: str


@dataclass(frozen=True, slots=True)
class CaseAppointment(_Staff):
    """The time at which a case's person comes again was booked, given back, or they came.

    `why` is the reason of a time given back: `hub.wire.opening.WHY`.
    """

    kind: ClassVar[str] = "case.appointment"
    application: str
    appointment: str
    act: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class RosterChanged(_Staff):
    """Who works where was planned anew for a day."""

    kind: ClassVar[str] = "roster.changed"
    day: str


@dataclass(frozen=True, slots=True)
class ServedByHand(_Staff):
    """A supervisor noted after an outage who was served by hand; each has its own event."""

    kind: ClassVar[str] = "tickets.by_hand"
    record: str
    count: int
