"""Tables of officers and their signed-in sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.schema import Base, InOffice, WithId


class Officer(WithId, Base):
    """A member of staff; the password is an Argon2id hash, roles are codes joined by spaces."""

    __tablename__ = "officers"

    login: Mapped[str] = mapped_column(String(60))
    name: Mapped[str]
    nip: Mapped[str] = mapped_column(String(18), default="")
    password_hash: Mapped[str]
    roles: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("office", "login"),)


class OfficerSession(InOffice, Base):
    """A signed-in browser; the cookie is stored hashed."""

    __tablename__ = "officer_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    officer: Mapped[str] = mapped_column(String(32))
    csrf: Mapped[str] = mapped_column(String(64))
    counter: Mapped[int | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["office", "officer"], ["officers.office", "officers.id"]),
    )


class OfficerCard(InOffice, Base):
    """The certificate of a PIV card, bound to one officer; one officer has at most one card."""

    __tablename__ = "officer_cards"

    officer: Mapped[str] = mapped_column(String(32), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    certificate: Mapped[bytes]
    bound_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["office", "officer"], ["officers.office", "officers.id"]),
        UniqueConstraint("office", "fingerprint"),
    )
