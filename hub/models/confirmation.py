"""Who confirmed a value of the office's rules, when, by which letter; withdrawn, never erased."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.schema import Base, WithId, partial_index


class Confirmation(WithId, Base):
    """A value as it stood when an officer confirmed it: another content is not confirmed by it."""

    __tablename__ = "confirmations"

    value: Mapped[str] = mapped_column(String(80))
    content: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the value's rules."""
    by: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str]
    by_nip: Mapped[str] = mapped_column(String(18))
    source: Mapped[str]
    source_on: Mapped[date]
    at: Mapped[datetime]
    withdrawn_by: Mapped[str] = mapped_column(String(32), default="")
    withdrawn_by_name: Mapped[str] = mapped_column(default="")
    withdrawn_why: Mapped[str] = mapped_column(default="")
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        partial_index(
            "uq_confirmations_standing",
            "office",
            "value",
            "content",
            unique=True,
            where="withdrawn_at IS NULL",
        ),
    )
