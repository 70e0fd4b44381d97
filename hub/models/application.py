"""Tables of the SKIM case: application, values, steps, evidence, branches, money, numbers, paper.

What names or numbers a person is sealed with the application's data key (`sealed`, `data_key`);
equality is asked of keyed blind indexes (`*_index`). Everything else is references and clocks.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    column,
    false,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.schema import Base, InOffice, WithId, partial_index


def of_application() -> ForeignKeyConstraint:
    """Return the reference to the case that a row belongs to."""
    return ForeignKeyConstraint(
        ["office", "application"], ["applications.office", "applications.id"]
    )


class Application(WithId, Base):
    """A SKIM case from draft to archive."""

    __tablename__ = "applications"

    case_code: Mapped[str] = mapped_column(String(40))
    sop: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(24))
    position: Mapped[str] = mapped_column(String(24))
    purpose: Mapped[str] = mapped_column(String(24))
    basis: Mapped[str] = mapped_column(String(24))
    language: Mapped[str] = mapped_column(String(8))
    notice_version: Mapped[str] = mapped_column(String(24), default="")
    passport_source: Mapped[str] = mapped_column(String(8))
    chip_access: Mapped[str] = mapped_column(String(8), default="")
    chip_verdict: Mapped[str] = mapped_column(String(24), default="")
    data_key: Mapped[bytes] = mapped_column(LargeBinary)
    passport_index: Mapped[str] = mapped_column(String(64))
    receipt_index: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    checklist_version: Mapped[str] = mapped_column(String(40), default="", server_default="")
    opened_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    promised_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    moved_at: Mapped[datetime | None]
    """Since when it stands where it stands; None: since it was opened."""

    __table_args__ = (
        UniqueConstraint("office", "case_code"),
        partial_index(
            "ix_applications_open",
            "office",
            "position",
            "moved_at",
            "id",
            where="ended_at IS NULL",
        ),
        Index("ix_applications_state", "office", "state", "position"),
        Index("ix_applications_passport", "office", "passport_index"),
        Index("ix_applications_receipt", "office", "receipt_index"),
    )


class CaseSeries(InOffice, Base):
    """The last serial of the case codes of a day."""

    __tablename__ = "case_series"

    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


class PersonalValue(WithId, Base):
    """One value about the person, from one source (chip, reread, mrz, typed, card, officer).

    `revision` is the case's revision at which the value was last changed.
    """

    __tablename__ = "personal_values"

    application: Mapped[str] = mapped_column(String(32))
    field: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(12))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]

    __table_args__ = (
        of_application(),
        UniqueConstraint("office", "application", "field", "source"),
    )


class StepRecord(WithId, Base):
    """A step or gate of a case: who completed it, when, and the touch time spent on it."""

    __tablename__ = "step_records"

    application: Mapped[str] = mapped_column(String(32))
    step: Mapped[str] = mapped_column(String(24))
    touch_s: Mapped[int] = mapped_column(default=0)
    running_since: Mapped[datetime | None]
    running_by: Mapped[str] = mapped_column(String(32), default="")
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[str] = mapped_column(String(32), default="")
    completed_by_name: Mapped[str] = mapped_column(default="")
    medium: Mapped[str] = mapped_column(String(12), default="both", server_default="both")
    paper_at: Mapped[str] = mapped_column(default="", server_default="")
    begun_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    """When it was begun (if the form says so) and done on paper, if it was entered only later."""
    sealed_remark: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        of_application(),
        UniqueConstraint("office", "application", "step"),
    )


class Evidence(WithId, Base):
    """What a step left behind: a sealed value, a stored file, or both; voided, never erased."""

    __tablename__ = "evidence"

    application: Mapped[str] = mapped_column(String(32))
    step: Mapped[str] = mapped_column(String(24))
    key: Mapped[str] = mapped_column(String(60))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    blob: Mapped[str | None] = mapped_column(String(32))
    job: Mapped[str | None] = mapped_column(String(32))
    by: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    voided_at: Mapped[datetime | None]

    __table_args__ = (
        of_application(),
        partial_index(
            "uq_evidence_valid",
            "office",
            "application",
            "step",
            "key",
            unique=True,
            where="voided_at IS NULL",
        ),
    )


class Document(WithId, Base):
    """A file of the case: a scan, a picture or a paper that was printed."""

    __tablename__ = "documents"

    application: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(24))
    item: Mapped[str] = mapped_column(String(60))
    blob: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(80))
    step: Mapped[str] = mapped_column(String(24))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]

    __table_args__ = (
        of_application(),
        UniqueConstraint("office", "application", "item", "blob"),
        Index("ix_documents_blob", "office", "blob"),
    )


class Diversion(WithId, Base):
    """A stay of a case in SOP Cekal or SOP Penanganan Ketidaksesuaian."""

    __tablename__ = "diversions"

    application: Mapped[str] = mapped_column(String(32))
    to: Mapped[str] = mapped_column(String(24))
    step: Mapped[str] = mapped_column(String(24))
    sealed_reason: Mapped[bytes] = mapped_column(LargeBinary)
    opened_by: Mapped[str] = mapped_column(String(32))
    opened_by_name: Mapped[str] = mapped_column(default="")
    opened_at: Mapped[datetime]
    closed_by: Mapped[str] = mapped_column(String(32), default="")
    closed_by_name: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(24), default="")
    sealed_outcome_reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    nature: Mapped[str] = mapped_column(String(24), default="", server_default="")
    stage: Mapped[str] = mapped_column(String(24), default="OPEN", server_default="OPEN")
    deadline_on: Mapped[date | None]

    __table_args__ = (
        of_application(),
        partial_index(
            "uq_diversions_open",
            "office",
            "application",
            unique=True,
            where="closed_at IS NULL",
        ),
    )


class Payment(WithId, Base):
    """The payment of a case and the proof that collects the document."""

    __tablename__ = "payments"

    application: Mapped[str] = mapped_column(String(32))
    tariff: Mapped[str] = mapped_column(String(24))
    amount: Mapped[int]
    paid_on: Mapped[date]
    billing_index: Mapped[str] = mapped_column(String(64))
    ntpn_index: Mapped[str] = mapped_column(String(64))
    proof_number: Mapped[str] = mapped_column(String(48))
    proof_index: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    by: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    booked_on: Mapped[date] = mapped_column(server_default="1970-01-01")
    verified_how: Mapped[str] = mapped_column(String(12), server_default="", default="")
    verified_by: Mapped[str] = mapped_column(String(32), server_default="", default="")
    verified_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]

    __table_args__ = (
        of_application(),
        Index("ix_payments_booked", "office", "booked_on"),
        UniqueConstraint("office", "ntpn_index"),
        UniqueConstraint("office", "proof_number"),
        Index("ix_payments_application", "office", "application"),
        Index("ix_payments_proof", "office", "proof_index"),
    )


class RegisterNumber(InOffice, Base):
    """A register number: gapless per year; void entries are kept for ever."""

    __tablename__ = "register_numbers"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(String(80))
    application: Mapped[str] = mapped_column(String(32))
    given_at: Mapped[datetime]
    given_by: Mapped[str] = mapped_column(String(32))
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        of_application(),
        UniqueConstraint("office", "number"),
        Index("ix_register_numbers_sought", "office", func.upper(column("number"))),
        partial_index(
            "uq_register_numbers_valid",
            "office",
            "application",
            unique=True,
            where="voided_at IS NULL",
        ),
    )


class Blank(WithId, Base):
    """A numbered blank of the stock ledger."""

    __tablename__ = "blanks"

    serial: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12))
    received_at: Mapped[datetime]
    received_by: Mapped[str] = mapped_column(String(80))
    application: Mapped[str | None] = mapped_column(String(32))
    used_at: Mapped[datetime | None]
    used_by: Mapped[str] = mapped_column(String(32), default="")
    spoiled_at: Mapped[datetime | None]
    spoiled_by: Mapped[str] = mapped_column(String(32), default="")
    reason: Mapped[str] = mapped_column(default="")
    destroy_by: Mapped[str] = mapped_column(String(32), server_default="", default="")
    destroy_by_name: Mapped[str] = mapped_column(server_default="", default="")
    destroy_at: Mapped[datetime | None]
    witness: Mapped[str] = mapped_column(String(32), server_default="", default="")
    witness_name: Mapped[str] = mapped_column(server_default="", default="")
    destroyed_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("office", "serial"),
        Index("ix_blanks_state", "office", "state", "serial"),
        Index("ix_blanks_application", "office", "application"),
    )


class CustodyRecord(WithId, Base):
    """Who holds the passport from when to when; one open record a case.

    `offered_to` is the section it is on its way to; `released` records are with the applicant.
    """

    __tablename__ = "custody"

    application: Mapped[str] = mapped_column(String(32))
    holder: Mapped[str] = mapped_column(String(32))
    holder_name: Mapped[str] = mapped_column(default="")
    location: Mapped[str]
    taken_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(32), default="")
    ending: Mapped[str] = mapped_column(String(16), default="")
    against: Mapped[str] = mapped_column(default="")
    released: Mapped[bool] = mapped_column(server_default=false(), default=False)
    due_on: Mapped[date | None]
    offered_to: Mapped[str] = mapped_column(String(40), server_default="", default="")
    offered_by: Mapped[str] = mapped_column(String(32), server_default="", default="")
    offered_at: Mapped[datetime | None]
    signature: Mapped[str | None] = mapped_column(String(32))

    __table_args__ = (
        of_application(),
        partial_index(
            "uq_custody_open",
            "office",
            "application",
            unique=True,
            where="ended_at IS NULL",
        ),
    )


class ArchivePackage(WithId, Base):
    """The package of a finished case: where its file and its paper lie, and until when."""

    __tablename__ = "archive_packages"

    application: Mapped[str] = mapped_column(String(32))
    blob: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64))
    shelf: Mapped[str]
    retention: Mapped[str] = mapped_column(String(40))
    given_by: Mapped[str] = mapped_column(String(32))
    received_by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), server_default="RECEIVED", default="RECEIVED")
    retain_until: Mapped[date | None]
    due_on: Mapped[date | None]

    __table_args__ = (
        of_application(),
        UniqueConstraint("office", "application"),
        Index("ix_archive_packages_state", "office", "state"),
    )
