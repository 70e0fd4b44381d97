"""Tables of the opening: what holds now, days, voided numbers, estimates, roster, bookings."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.schema import Base, InOffice, WithId, partial_index


class OfficeNow(InOffice, Base):
    """What every issue and call must know: one row, so that it costs one look."""

    __tablename__ = "office_now"

    # "", "numbers" (none are given) or "everything" (nobody is called either)
    stopped: Mapped[str] = mapped_column(String(12), default="", server_default="")
    notice: Mapped[str | None] = mapped_column(String(32))
    closed_day: Mapped[date | None]


class NoticeRow(WithId, Base):
    """A message on every screen: an emergency stop's, or another's."""

    __tablename__ = "notices"

    kind: Mapped[str] = mapped_column(String(12))
    text_id: Mapped[str]
    text_en: Mapped[str]
    shown_at: Mapped[datetime]
    shown_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(80), default="", server_default="")

    __table_args__ = (Index("ix_notices_ended", "office", "ended_at"),)


class DayRow(InOffice, Base):
    """A closed day: every number accounted for, and its report."""

    __tablename__ = "days"

    day: Mapped[date] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]
    closed_by: Mapped[str] = mapped_column(String(80))
    report: Mapped[str]


class NumberVoid(InOffice, Base):
    """A number that is no ticket: void, or returned from a kiosk's reservation."""

    __tablename__ = "number_voids"

    day: Mapped[date] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(String(4), primary_key=True)
    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str]
    actor: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class WaitTable(InOffice, Base):
    """The prepared waiting times of a lane: JSON `[[low, high], …]` in minutes, by place."""

    __tablename__ = "wait_tables"

    lane: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
    places: Mapped[str]


class RosterLine(WithId, Base):
    """Who is planned at a counter, from when to when (minutes after midnight at the office).

    `reason` says why an officer who lacks a qualification of the SOP is planned all the same.
    """

    __tablename__ = "roster"

    day: Mapped[date]
    counter: Mapped[int]
    starts: Mapped[int]
    ends: Mapped[int]
    lanes: Mapped[str]
    officer: Mapped[str] = mapped_column(String(80), default="", server_default="")
    reason: Mapped[str] = mapped_column(String(300), default="", server_default="")

    __table_args__ = (UniqueConstraint("office", "day", "counter", "starts"),)


class Appointment(WithId, Base):
    """A booked time; `code` is what the person shows at the kiosk. No name is kept.

    `application` is the case for which its person comes again, `place` where that case stood then,
    `why` for which reason the time was given back.
    """

    __tablename__ = "appointments"

    code: Mapped[str] = mapped_column(String(12))
    day: Mapped[date]
    at: Mapped[datetime]
    service: Mapped[str] = mapped_column(String(40))
    segment: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(8))
    needs: Mapped[str]
    reference: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10))
    ticket: Mapped[str | None] = mapped_column(String(32))
    booked_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    application: Mapped[str | None] = mapped_column(String(32))
    place: Mapped[str] = mapped_column(String(24), default="", server_default="")
    why: Mapped[str] = mapped_column(String(12), default="", server_default="")

    __table_args__ = (
        UniqueConstraint("office", "code"),
        Index("ix_appointments_day", "office", "day", "at"),
        Index("ix_appointments_reference", "office", "reference"),
        Index("ix_appointments_application", "office", "application", "at"),
        # a case waits for its person at one time only
        partial_index(
            "uq_appointments_of_case",
            "office",
            "application",
            unique=True,
            where="state = 'booked' AND application IS NOT NULL",
        ),
    )


class HandServed(WithId, Base):
    """One action of a supervisor after an outage: these were served by hand."""

    __tablename__ = "served_by_hand"

    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    served_from: Mapped[datetime]
    served_to: Mapped[datetime]
    numbers: Mapped[str]
    reason: Mapped[str]
