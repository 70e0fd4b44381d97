"""The outbox: each message to an applicant once per event, and what became of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.application import of_application
from hub.models.schema import Base, WithId


class MessageRow(WithId, Base):
    """A message; its text holds no personal data, its address is read from the case."""

    __tablename__ = "messages"

    application: Mapped[str] = mapped_column(String(32))
    event: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str]
    text: Mapped[str]
    state: Mapped[str] = mapped_column(String(10))
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    began_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(24), default="")
    queued_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        of_application(),
        UniqueConstraint("office", "event"),
        Index("ix_messages_state", "office", "state", "next_at"),
    )
