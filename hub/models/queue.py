"""Tables of the queue: visits, tickets, calls, counters, number series, events, commands."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.schema import Base, InOffice, WithId, partial_index


class EventRow(InOffice, Base):
    """One sealed event; never updated, never deleted (triggers refuse it)."""

    __tablename__ = "events"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(40))
    v: Mapped[int]
    audience: Mapped[str] = mapped_column(String(20))
    station: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(40))
    body: Mapped[str]
    seal: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_events_subject", "office", "subject", "seq"),)


class CommandRow(InOffice, Base):
    """A command that changed something, by its idempotency key; references only."""

    __tablename__ = "commands"

    actor: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str]
    seq: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]

    __table_args__ = (Index("ix_commands_at", "office", "at"),)


class Visit(WithId, Base):
    """A person's day in the office: one number, several lanes."""

    __tablename__ = "visits"

    day: Mapped[date]
    opened_at: Mapped[datetime]


class TicketRow(WithId, Base):
    """A person waiting for a lane."""

    __tablename__ = "tickets"

    visit: Mapped[str] = mapped_column(String(32))
    day: Mapped[date]
    prefix: Mapped[str] = mapped_column(String(4))
    serial: Mapped[int]
    service: Mapped[str] = mapped_column(String(40))
    lane: Mapped[str] = mapped_column(String(40))
    segment: Mapped[str] = mapped_column(String(20))
    needs: Mapped[str]
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12))
    issued_at: Mapped[datetime]
    arrived_at: Mapped[datetime]
    # where the ticket stood before it returned behind others; None: it never did
    original_at: Mapped[datetime | None]
    appointment_at: Mapped[datetime | None]
    # what a counter must have for this ticket; with lane, segment and language its group
    needed: Mapped[str] = mapped_column(String(80), default="", server_default="")
    # the counter it waits for, 0 for any
    held_for: Mapped[int] = mapped_column(default=0, server_default="0")
    counter: Mapped[int | None]
    calls: Mapped[int] = mapped_column(default=0)
    called_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    absent_at: Mapped[datetime | None]
    returns: Mapped[int] = mapped_column(default=0, server_default="0")
    parked_at: Mapped[datetime | None]
    parked_counter: Mapped[int | None]
    # seconds served before the present service, at earlier counters or before it was parked
    served_s: Mapped[int] = mapped_column(default=0, server_default="0")
    # what takes the last act back, and who may; empty: nothing to undo
    undo: Mapped[str] = mapped_column(default="", server_default="")
    outcome: Mapped[str] = mapped_column(String(12), default="")
    application: Mapped[str | None] = mapped_column(String(32))
    printed: Mapped[str] = mapped_column(String(12), default="")
    copies: Mapped[int] = mapped_column(default=0)
    # what was promised when it was issued; beside the first call: what happened
    low_min: Mapped[int | None]
    high_min: Mapped[int | None]

    __table_args__ = (
        ForeignKeyConstraint(["office", "visit"], ["visits.office", "visits.id"]),
        UniqueConstraint("office", "day", "prefix", "serial"),
        # the hot path: the first waiting ticket of each group
        partial_index(
            "ix_tickets_waiting",
            "office",
            "lane",
            "segment",
            "language",
            "needed",
            "held_for",
            "arrived_at",
            "id",
            where="state = 'waiting'",
        ),
        Index("ix_tickets_day", "office", "day", "lane", "state"),
        # one counter serves one ticket at a time
        partial_index(
            "uq_tickets_at_counter",
            "office",
            "counter",
            unique=True,
            where="state IN ('called', 'serving')",
        ),
        Index("ix_tickets_application", "office", "application"),
        # what an officer put aside, and what closing time ends
        partial_index(
            "ix_tickets_parked",
            "office",
            "parked_counter",
            where="state = 'parked'",
        ),
    )

    @property
    def number(self) -> str:
        """Return the printed number, e.g. A-042."""
        return f"{self.prefix}-{self.serial:03d}"


class CallRow(WithId, Base):
    """One call with the heads of all candidate groups at that instant (why-next)."""

    __tablename__ = "calls"

    ticket: Mapped[str] = mapped_column(String(32))
    counter: Mapped[int]
    actor: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    times: Mapped[int]
    out_of_order: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    heads: Mapped[str]
    undone: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = (
        ForeignKeyConstraint(["office", "ticket"], ["tickets.office", "tickets.id"]),
        Index("ix_calls_at", "office", "at"),
        Index("ix_calls_ticket", "office", "ticket", "at"),
    )


class CounterRow(InOffice, Base):
    """How a counter stands: open lanes, pause, and how many priority calls came in a row."""

    __tablename__ = "counters"

    counter: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(8))
    lanes: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    actor: Mapped[str] = mapped_column(String(80), default="")
    since: Mapped[datetime]
    priority_streak: Mapped[int] = mapped_column(default=0)
    profile: Mapped[str] = mapped_column(String(40), default="", server_default="")
    # the languages spoken there today, empty: all of the office
    languages: Mapped[str] = mapped_column(default="", server_default="")


class LaneCount(InOffice, Base):
    """Maintained number of waiting tickets of a group: only its first one can be next."""

    __tablename__ = "lane_counts"

    lane: Mapped[str] = mapped_column(String(40), primary_key=True)
    segment: Mapped[str] = mapped_column(String(20), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    needed: Mapped[str] = mapped_column(String(80), primary_key=True, default="")
    held_for: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=0)
    waiting: Mapped[int] = mapped_column(default=0)


class TicketNote(WithId, Base):
    """What an officer wrote when acting on a ticket; free text stays here, never in an event."""

    __tablename__ = "ticket_notes"

    ticket: Mapped[str] = mapped_column(String(32))
    act: Mapped[str] = mapped_column(String(12))
    actor: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    text: Mapped[str]

    __table_args__ = (
        ForeignKeyConstraint(["office", "ticket"], ["tickets.office", "tickets.id"]),
        Index("ix_ticket_notes_ticket", "office", "ticket", "at"),
    )


class NumberSeries(InOffice, Base):
    """The last serial given of a prefix on a day; serials are never given twice."""

    __tablename__ = "number_series"

    day: Mapped[date] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(String(4), primary_key=True)
    last: Mapped[int]
    # the kiosk that gives these numbers without the hub; empty: the hub's own series
    station: Mapped[str] = mapped_column(String(32), default="", server_default="")
