"""The office's opening: stop, notices, closed days, voided numbers, estimates, roster, bookings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    _existing_tables()
    _now_and_days()
    _estimates_and_roster()
    _appointments()


def _existing_tables() -> None:
    op.add_column("tickets", sa.Column("low_min", sa.Integer(), nullable=True))
    op.add_column("tickets", sa.Column("high_min", sa.Integer(), nullable=True))
    op.add_column("stations", sa.Column("series", sa.String(length=1), nullable=True))
    op.create_index("uq_stations_series", "stations", ["office", "series"], unique=True)
    op.add_column(
        "number_series",
        sa.Column("station", sa.String(length=32), server_default="", nullable=False),
    )


def _table(name: str, *parts: sa.schema.SchemaItem, key: tuple[str, ...] = ()) -> None:
    op.create_table(
        name,
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        *parts,
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f(f"fk_{name}_office")),
        sa.PrimaryKeyConstraint("office", *key, name=op.f(f"pk_{name}")),
    )


def _now_and_days() -> None:
    _table(
        "office_now",
        sa.Column("stopped", sa.String(length=12), server_default="", nullable=False),
        sa.Column("notice", sa.String(length=32), nullable=True),
        sa.Column("closed_day", sa.Date(), nullable=True),
    )
    _table(
        "notices",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("text_id", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.BigInteger(), nullable=False),
        sa.Column("shown_by", sa.String(length=80), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), server_default="", nullable=False),
        key=("id",),
    )
    op.create_index("ix_notices_ended", "notices", ["office", "ended_at"])
    _table(
        "days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_by", sa.String(length=80), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        key=("day",),
    )
    _table(
        "number_voids",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("prefix", sa.String(length=4), nullable=False),
        sa.Column("serial", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        key=("day", "prefix", "serial"),
    )


def _estimates_and_roster() -> None:
    _table(
        "wait_tables",
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("places", sa.Text(), nullable=False),
        key=("lane",),
    )
    _table(
        "roster",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("lanes", sa.Text(), nullable=False),
        sa.Column("officer", sa.String(length=80), server_default="", nullable=False),
        sa.UniqueConstraint(
            "office", "day", "counter", "starts", name=op.f("uq_roster_office_day_counter_starts")
        ),
        key=("id",),
    )


def _appointments() -> None:
    _table(
        "appointments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("segment", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ticket", sa.String(length=32), nullable=True),
        sa.Column("booked_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.UniqueConstraint("office", "code", name=op.f("uq_appointments_office_code")),
        key=("id",),
    )
    op.create_index("ix_appointments_day", "appointments", ["office", "day", "at"])
    op.create_index("ix_appointments_reference", "appointments", ["office", "reference"])
    _table(
        "served_by_hand",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("served_from", sa.BigInteger(), nullable=False),
        sa.Column("served_to", sa.BigInteger(), nullable=False),
        sa.Column("numbers", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        key=("id",),
    )
