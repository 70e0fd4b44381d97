"""Tables of Tata Usaha: letters in and out, contacts with applicants, who signed what."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.application import of_application
from hub.models.schema import Base, WithId, partial_index

_VALID = "voided_at IS NULL"


class LetterRow(WithId, Base):
    """A line of the agenda: a letter that went out or came in, numbered in its year."""

    __tablename__ = "letters"

    direction: Mapped[str] = mapped_column(String(4))
    year: Mapped[int]
    agenda: Mapped[int]
    kind: Mapped[str] = mapped_column(String(24))
    number: Mapped[str] = mapped_column(String(80))
    dated: Mapped[date]
    party: Mapped[str]
    application: Mapped[str | None] = mapped_column(String(32))
    answers: Mapped[str | None] = mapped_column(String(32))
    due_on: Mapped[date | None]
    blob: Mapped[str | None] = mapped_column(String(32))
    by: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]

    __table_args__ = (
        of_application(),
        UniqueConstraint("office", "direction", "year", "agenda"),
        Index("ix_letters_application", "office", "application"),
        Index("ix_letters_number", "office", "number"),
    )


class Contact(WithId, Base):
    """A try to tell an applicant that the case needs them: how, and what came of it."""

    __tablename__ = "contacts"

    application: Mapped[str] = mapped_column(String(32))
    stage: Mapped[str] = mapped_column(String(24))
    channel: Mapped[str] = mapped_column(String(12))
    outcome: Mapped[str] = mapped_column(String(12))
    comes_on: Mapped[date | None]
    sealed_note: Mapped[bytes | None] = mapped_column(LargeBinary)
    by: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]

    __table_args__ = (
        of_application(),
        Index("ix_contacts_application", "office", "application", "at"),
    )


class Legalisation(WithId, Base):
    """Who legalised a case, in which capacity, and how it was recorded (own, wet, electronic)."""

    __tablename__ = "legalisations"

    application: Mapped[str] = mapped_column(String(32))
    number: Mapped[str] = mapped_column(String(80))
    mode: Mapped[str] = mapped_column(String(12))
    signer_name: Mapped[str]
    signer_nip: Mapped[str] = mapped_column(String(18))
    capacity: Mapped[str] = mapped_column(String(12))
    letter: Mapped[str] = mapped_column(default="")
    blob: Mapped[str | None] = mapped_column(String(32))
    by: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        of_application(),
        partial_index(
            "uq_legalisations_valid",
            "office",
            "application",
            unique=True,
            where=_VALID,
        ),
    )


class ArchiveMove(WithId, Base):
    """What happened to an archived file: checked, labelled, shelved, lent, back, inactive, …"""

    __tablename__ = "archive_moves"

    package: Mapped[str] = mapped_column(String(32))
    act: Mapped[str] = mapped_column(String(16))
    place: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    by: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str] = mapped_column(default="")
    second: Mapped[str] = mapped_column(String(32), default="")
    second_name: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(
            ["office", "package"], ["archive_packages.office", "archive_packages.id"]
        ),
        Index("ix_archive_moves_package", "office", "package", "at"),
    )


class TransferList(WithId, Base):
    """Files handed over together: signed by the giver, then by the receiver, two persons.

    Nobody receives what they gave themselves: one that its giver signed twice was taken back.
    """

    __tablename__ = "transfer_lists"

    number: Mapped[str] = mapped_column(String(48))
    files: Mapped[str]
    given_by: Mapped[str] = mapped_column(String(32))
    given_by_name: Mapped[str] = mapped_column(default="")
    given_at: Mapped[datetime]
    received_by: Mapped[str] = mapped_column(String(32), default="")
    received_by_name: Mapped[str] = mapped_column(default="")
    received_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("office", "number"),)

    @property
    def taken_back(self) -> bool:
        """Say whether its giver took it back before anybody received it."""
        return self.received_at is not None and self.received_by == self.given_by


class Destruction(WithId, Base):
    """Files whose retention is over: proposed, approved by ANRI, destroyed before two persons.

    The record of the case and its package are kept; only the paper is destroyed.
    """

    __tablename__ = "destructions"

    number: Mapped[str] = mapped_column(String(48))
    files: Mapped[str]
    state: Mapped[str] = mapped_column(String(12))
    proposed_by: Mapped[str] = mapped_column(String(32))
    proposed_by_name: Mapped[str] = mapped_column(default="")
    proposed_at: Mapped[datetime]
    anri_number: Mapped[str] = mapped_column(String(80), default="")
    anri_date: Mapped[date | None]
    answered_by: Mapped[str] = mapped_column(String(32), default="")
    answered_by_name: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    how: Mapped[str] = mapped_column(default="")
    done_by: Mapped[str] = mapped_column(String(32), default="")
    done_by_name: Mapped[str] = mapped_column(default="")
    done_at: Mapped[datetime | None]
    witness: Mapped[str] = mapped_column(String(32), default="")
    witness_name: Mapped[str] = mapped_column(default="")
    witnessed_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("office", "number"),)
