"""Tables of SOP Cekal: versions of the list, checks of cases, what people decided, steps passed.

The entries are no rows: they lie sealed in `DIR/cekal` (hub.cekal.listing). What a check showed is
sealed with the data key of its case; what stands open here are references, states and clocks.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.application import of_application
from hub.models.schema import Base, InOffice, WithId


class CekalVersion(InOffice, Base):
    """A stored version of the list: who put it in, who verified it, from when it counts."""

    __tablename__ = "cekal_versions"

    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12))
    entries: Mapped[int]
    withdrawn: Mapped[int] = mapped_column(default=0, server_default="0")
    effective: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_by_name: Mapped[str]
    entered_at: Mapped[datetime]
    judged_by: Mapped[str] = mapped_column(String(80), default="", server_default="")
    judged_by_name: Mapped[str] = mapped_column(default="", server_default="")
    judged_at: Mapped[datetime | None]
    sealed_reason: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (Index("ix_cekal_versions_state", "office", "state", "effective"),)


class CekalThreshold(WithId, Base):
    """A score from which the office's list shows a person; the newest one counts."""

    __tablename__ = "cekal_thresholds"

    score: Mapped[float]
    false_alarms: Mapped[float]
    size: Mapped[int]
    list_version: Mapped[str] = mapped_column(String(40))
    weights: Mapped[str] = mapped_column(String(24), default="", server_default="")
    """The mark of the matcher's weights it was measured with; empty: nobody knows."""
    by_name: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (Index("ix_cekal_thresholds_at", "office", "at"),)


class CekalCheck(WithId, Base):
    """One check of a case: against which list or in the national system, and where it stands."""

    __tablename__ = "cekal_checks"

    application: Mapped[str] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(String(10), default="list", server_default="list")
    list_version: Mapped[str] = mapped_column(String(40))
    list_token: Mapped[str] = mapped_column(String(64), default="", server_default="")
    position: Mapped[str] = mapped_column(String(24), default="", server_default="")
    subject: Mapped[str] = mapped_column(String(64), default="", server_default="")
    candidates: Mapped[str]
    result: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    follows: Mapped[str] = mapped_column(String(32), default="", server_default="")
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    blob: Mapped[str | None] = mapped_column(String(32))
    by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(32), default="")
    decided_at: Mapped[datetime | None]
    confirmed_by: Mapped[str] = mapped_column(String(32), default="")
    confirmed_at: Mapped[datetime | None]

    __table_args__ = (
        of_application(),
        Index("ix_cekal_checks_application", "office", "application", "at"),
        Index("ix_cekal_checks_state", "office", "state"),
    )


class CekalAct(WithId, Base):
    """What a person decided: a verdict on an entry, an outcome proposed, an outcome decided."""

    __tablename__ = "cekal_acts"

    application: Mapped[str] = mapped_column(String(32))
    check: Mapped[str] = mapped_column(String(32))
    act: Mapped[str] = mapped_column(String(8))
    place: Mapped[int]
    subject: Mapped[str] = mapped_column(String(64), default="")
    entry: Mapped[str] = mapped_column(String(80), default="")
    entry_version: Mapped[str] = mapped_column(String(64), default="")
    choice: Mapped[str] = mapped_column(String(16))
    compared: Mapped[str] = mapped_column(default="")
    sealed_reason: Mapped[bytes] = mapped_column(LargeBinary)
    by: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        of_application(),
        UniqueConstraint(
            "office", "check", "act", "entry", "place", name="uq_cekal_acts_office_check_act"
        ),
        Index("ix_cekal_acts_subject", "office", "subject", "entry"),
        Index("ix_cekal_acts_entry", "office", "entry"),
        Index("ix_cekal_acts_application", "office", "application"),
    )


class CekalPass(InOffice, Base):
    """Which check let a step of a case be completed; without one: before this was recorded."""

    __tablename__ = "cekal_passes"

    application: Mapped[str] = mapped_column(String(32), primary_key=True)
    step: Mapped[str] = mapped_column(String(24), primary_key=True)
    check: Mapped[str | None] = mapped_column(String(32))
    list_version: Mapped[str] = mapped_column(String(40), default="", server_default="")
    at: Mapped[datetime]

    __table_args__ = (of_application(),)
