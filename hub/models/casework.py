"""Tables of the work on a case: drafts of forms, search terms, presence, doubts, reopenings.

Words that a person wrote are sealed with the case's data key; search terms are keyed blind indexes.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.application import of_application
from hub.models.schema import Base, InOffice, WithId, partial_index


class FormDraft(InOffice, Base):
    """What an officer typed into the form of a stage and has not sent yet."""

    __tablename__ = "form_drafts"

    application: Mapped[str] = mapped_column(String(32), primary_key=True)
    stage: Mapped[str] = mapped_column(String(24), primary_key=True)
    officer: Mapped[str] = mapped_column(String(32), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]

    __table_args__ = (of_application(),)


class SearchTerm(InOffice, Base):
    """One term by which a case is found; names only while the case is open."""

    __tablename__ = "search_terms"

    application: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    term: Mapped[str] = mapped_column(String(64), primary_key=True)

    __table_args__ = (
        of_application(),
        # with the case in it, or SQLite reads every term of the office by the primary key
        Index("ix_search_terms_term", "office", "kind", "term", "application"),
    )


class CasePresence(InOffice, Base):
    """An officer who has a case open in the browser."""

    __tablename__ = "case_presence"

    application: Mapped[str] = mapped_column(String(32), primary_key=True)
    officer: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str]
    since: Mapped[datetime]

    __table_args__ = (of_application(),)


class AnsweredDoubt(WithId, Base):
    """A doubt that an officer answered with a reason; it lapses when `about` no longer agrees."""

    __tablename__ = "answered_doubts"

    application: Mapped[str] = mapped_column(String(32))
    code: Mapped[str] = mapped_column(String(60))
    about: Mapped[str] = mapped_column(String(64))
    sealed_reason: Mapped[bytes] = mapped_column(LargeBinary)
    by: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        of_application(),
        Index("ix_answered_doubts_application", "office", "application", "code"),
    )


class Reopening(WithId, Base):
    """A completed step that was opened again; `undone` keeps who had completed what, as JSON."""

    __tablename__ = "reopenings"

    application: Mapped[str] = mapped_column(String(32))
    step: Mapped[str] = mapped_column(String(24))
    position: Mapped[str] = mapped_column(String(24))
    undone: Mapped[str]
    sealed_reason: Mapped[bytes] = mapped_column(LargeBinary)
    by: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        of_application(),
        Index("ix_reopenings_application", "office", "application", "at"),
    )


class FileReturn(WithId, Base):
    """An incomplete file that went back to its applicant, with what was missing."""

    __tablename__ = "file_returns"

    application: Mapped[str] = mapped_column(String(32))
    ticket: Mapped[str] = mapped_column(String(32), default="")
    missing: Mapped[str]
    sealed_note: Mapped[bytes] = mapped_column(LargeBinary)
    by: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        of_application(),
        Index("ix_file_returns_application", "office", "application", "at"),
    )


class BranchMove(WithId, Base):
    """A move of a case within a branch: from state to state, with a note and a deadline."""

    __tablename__ = "branch_moves"

    application: Mapped[str] = mapped_column(String(32))
    diversion: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(24))
    deadline_on: Mapped[date | None]
    sealed_note: Mapped[bytes] = mapped_column(LargeBinary)
    by: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        of_application(),
        Index("ix_branch_moves_diversion", "office", "diversion", "at"),
    )


class DataCorrection(WithId, Base):
    """A correction of a finished case's data: one person states it, another settles it."""

    __tablename__ = "data_corrections"

    application: Mapped[str] = mapped_column(String(32))
    step: Mapped[str] = mapped_column(String(24))
    field: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """The old value, the new value and the cause."""
    stated_by: Mapped[str] = mapped_column(String(32))
    stated_by_name: Mapped[str] = mapped_column(default="")
    stated_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(12), default="")
    sealed_outcome_reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    settled_by: Mapped[str] = mapped_column(String(32), default="")
    settled_by_name: Mapped[str] = mapped_column(default="")
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        of_application(),
        partial_index(
            "uq_data_corrections_open",
            "office",
            "application",
            unique=True,
            where="settled_at IS NULL",
        ),
    )


class Override(WithId, Base):
    """A supervisor's leave for one officer on one case, against a rule that would warn or stop."""

    __tablename__ = "overrides"

    application: Mapped[str] = mapped_column(String(32))
    rule: Mapped[str] = mapped_column(String(60))
    officer: Mapped[str] = mapped_column(String(32))
    sealed_reason: Mapped[bytes] = mapped_column(LargeBinary)
    by: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        of_application(),
        Index("ix_overrides_application", "office", "application", "officer"),
    )


class Qualification(InOffice, Base):
    """One of the sheet's qualifications that an officer holds, and from when to when."""

    __tablename__ = "qualifications"

    officer: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["office", "officer"], ["officers.office", "officers.id"]),
    )


class EquipmentCheck(InOffice, Base):
    """One line of the sheet's equipment, as it was found when a counter opened."""

    __tablename__ = "equipment_checks"

    counter: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    works: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")
    by: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str]
    at: Mapped[datetime]


class Stoppage(WithId, Base):
    """A time in which work stood still for everybody: national system down, or no power."""

    __tablename__ = "stoppages"

    kind: Mapped[str] = mapped_column(String(12))
    began_at: Mapped[datetime]
    began_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        partial_index(
            "uq_stoppages_open",
            "office",
            "kind",
            unique=True,
            where="ended_at IS NULL",
        ),
    )
