"""Tables of stations: tokens, devices, jobs for devices, stored files."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.schema import Base, InOffice, WithId


class Station(WithId, Base):
    """A kiosk, agent, display or program that holds a token (stored hashed)."""

    __tablename__ = "stations"

    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(12))
    counter: Mapped[int | None]
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    boot: Mapped[str] = mapped_column(String(40), default="")
    version: Mapped[str] = mapped_column(String(40), default="")
    seen_at: Mapped[datetime | None]
    # the letter after a service's prefix in numbers that a kiosk gives without the hub
    series: Mapped[str | None] = mapped_column(String(1))

    __table_args__ = (
        UniqueConstraint("office", "token_hash"),
        Index("uq_stations_series", "office", "series", unique=True),
    )


class StationDevice(InOffice, Base):
    """One device of a station as it last reported."""

    __tablename__ = "station_devices"

    station: Mapped[str] = mapped_column(String(32), primary_key=True)
    role: Mapped[str] = mapped_column(String(40), primary_key=True)
    address: Mapped[str]
    lamp: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(60))
    detail: Mapped[str]
    model: Mapped[str] = mapped_column(String(80))
    serial: Mapped[str] = mapped_column(String(80))
    firmware: Mapped[str] = mapped_column(String(80))
    # what it can do, as JSON: a reader's fingers, a preview
    abilities: Mapped[str] = mapped_column(default="{}")
    changed_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["office", "station"], ["stations.office", "stations.id"]),
    )


class JobRow(WithId, Base):
    """A request to a device at a counter, fenced against agents that come back late."""

    __tablename__ = "jobs"

    counter: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))
    options: Mapped[str]
    application: Mapped[str | None] = mapped_column(String(32))
    evidence: Mapped[str] = mapped_column(String(60), default="")
    blob: Mapped[str | None] = mapped_column(String(32))
    copy_of: Mapped[str | None] = mapped_column(String(32))
    actor: Mapped[str] = mapped_column(String(80))
    boot: Mapped[str] = mapped_column(String(40), default="")
    fence: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    deadline: Mapped[datetime]
    queued_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    code: Mapped[str] = mapped_column(String(60), default="")
    detail: Mapped[str] = mapped_column(default="")
    facts: Mapped[str] = mapped_column(default="{}")
    blobs: Mapped[str] = mapped_column(default="[]")

    __table_args__ = (
        Index("ix_jobs_counter", "office", "counter", "state"),
        Index("ix_jobs_application", "office", "application"),
    )


class BlobRow(WithId, Base):
    """A file outside the database: encrypted under DIR/blobs, named by its id."""

    __tablename__ = "blobs"

    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(80))
    stored_at: Mapped[datetime]
    station: Mapped[str] = mapped_column(String(40), default="")
    application: Mapped[str | None] = mapped_column(String(32))
