"""Tables of the treasurer: billing codes, bank statements, lost proofs, corrections, closed days.

Codes and NTPNs are sealed; equality is asked of keyed blind indexes. Nothing is ever deleted.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.application import of_application
from hub.models.schema import Base, InOffice, WithId, partial_index

_IN_FORCE = "replaced_at IS NULL"


class Billing(WithId, Base):
    """A billing code of SIMPONI as it was entered; a re-issue keeps the old one, replaced."""

    __tablename__ = "billings"

    application: Mapped[str] = mapped_column(String(32))
    tariff: Mapped[str] = mapped_column(String(24))
    amount: Mapped[int]
    code_index: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    issued_on: Mapped[date]
    expires_on: Mapped[date]
    by: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]

    __table_args__ = (
        of_application(),
        UniqueConstraint("office", "code_index"),
        partial_index(
            "uq_billings_in_force",
            "office",
            "application",
            unique=True,
            where=_IN_FORCE,
        ),
    )


class BankStatement(WithId, Base):
    """An imported statement of what reached the treasury; the same file is taken once."""

    __tablename__ = "bank_statements"

    sha256: Mapped[str] = mapped_column(String(64))
    lines: Mapped[int]
    matched: Mapped[int]
    first_on: Mapped[date]
    last_on: Mapped[date]
    by: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("office", "sha256"),)


class StatementLine(WithId, Base):
    """A line of a statement; `payment` is the one it vouches for, if the office recorded it."""

    __tablename__ = "bank_statement_lines"

    statement: Mapped[str] = mapped_column(String(32))
    line: Mapped[int]
    ntpn_index: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    amount: Mapped[int]
    paid_on: Mapped[date]
    payment: Mapped[str | None] = mapped_column(String(32))

    __table_args__ = (
        ForeignKeyConstraint(
            ["office", "statement"], ["bank_statements.office", "bank_statements.id"]
        ),
        UniqueConstraint("office", "ntpn_index"),
        Index("ix_bank_statement_lines_payment", "office", "payment"),
    )


class LostProof(WithId, Base):
    """A proof reported lost: one officer asks, another replaces it; the old code dies."""

    __tablename__ = "lost_proofs"

    application: Mapped[str] = mapped_column(String(32))
    payment: Mapped[str] = mapped_column(String(32))
    old_number: Mapped[str] = mapped_column(String(48))
    new_number: Mapped[str] = mapped_column(String(48), default="")
    statement: Mapped[str] = mapped_column(String(32))
    sealed_identity: Mapped[bytes] = mapped_column(LargeBinary)
    asked_by: Mapped[str] = mapped_column(String(32))
    asked_by_name: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime]
    granted_by: Mapped[str] = mapped_column(String(32), default="")
    granted_by_name: Mapped[str] = mapped_column(default="")
    granted_at: Mapped[datetime | None]

    __table_args__ = (
        of_application(),
        partial_index(
            "uq_lost_proofs_open",
            "office",
            "payment",
            unique=True,
            where="granted_at IS NULL",
        ),
    )


class CounterEntry(WithId, Base):
    """A correction of the books: an amount with the opposite sign and the reason; no erasure."""

    __tablename__ = "counter_entries"

    application: Mapped[str] = mapped_column(String(32))
    payment: Mapped[str] = mapped_column(String(32))
    tariff: Mapped[str] = mapped_column(String(24))
    day: Mapped[date]
    amount: Mapped[int]
    reason: Mapped[str]
    by: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]

    __table_args__ = (
        of_application(),
        UniqueConstraint("office", "payment"),
        Index("ix_counter_entries_day", "office", "day"),
    )


class TreasuryDay(InOffice, Base):
    """A closed day of the treasurer: its figures are fixed, what comes later is another day's."""

    __tablename__ = "treasury_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]
    closed_by: Mapped[str] = mapped_column(String(32))
    closed_by_name: Mapped[str] = mapped_column(default="")
    report: Mapped[str]
    blob: Mapped[str | None] = mapped_column(String(32))
