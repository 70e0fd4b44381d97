"""The queue's rules: groups by language and needs, parking, returns, undo, officers' notes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_IS_WAITING = sa.text("state = 'waiting'")
_IS_PARKED = sa.text("state = 'parked'")


def upgrade() -> None:
    """Bring the schema forward."""
    _tickets()
    _groups()
    op.add_column(
        "calls", sa.Column("undone", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column(
        "counters", sa.Column("profile", sa.String(length=40), server_default="", nullable=False)
    )
    op.add_column("counters", sa.Column("languages", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "ticket_notes",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ticket", sa.String(length=32), nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office", "ticket"],
            ["tickets.office", "tickets.id"],
            name=op.f("fk_ticket_notes_office_ticket"),
        ),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_ticket_notes_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_ticket_notes")),
    )
    op.create_index("ix_ticket_notes_ticket", "ticket_notes", ["office", "ticket", "at"])


def _tickets() -> None:
    for column in (
        sa.Column("original_at", sa.BigInteger(), nullable=True),
        sa.Column("appointment_at", sa.BigInteger(), nullable=True),
        sa.Column("needed", sa.String(length=80), server_default="", nullable=False),
        sa.Column("held_for", sa.Integer(), server_default="0", nullable=False),
        sa.Column("returns", sa.Integer(), server_default="0", nullable=False),
        sa.Column("parked_at", sa.BigInteger(), nullable=True),
        sa.Column("parked_counter", sa.Integer(), nullable=True),
        sa.Column("served_s", sa.Integer(), server_default="0", nullable=False),
        sa.Column("undo", sa.Text(), server_default="", nullable=False),
    ):
        op.add_column("tickets", column)
    op.execute("UPDATE tickets SET held_for = reserved_counter WHERE reserved_counter IS NOT NULL")
    op.drop_index("ix_tickets_waiting", "tickets")
    op.drop_column("tickets", "reserved_counter")
    op.create_index(
        "ix_tickets_waiting",
        "tickets",
        ["office", "lane", "segment", "language", "needed", "held_for", "arrived_at", "id"],
        sqlite_where=_IS_WAITING,
        postgresql_where=_IS_WAITING,
    )
    op.create_index(
        "ix_tickets_parked",
        "tickets",
        ["office", "parked_counter"],
        sqlite_where=_IS_PARKED,
        postgresql_where=_IS_PARKED,
    )


def _groups() -> None:
    op.drop_table("lane_counts")
    op.create_table(
        "lane_counts",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("segment", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("needed", sa.String(length=80), nullable=False),
        sa.Column("held_for", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_lane_counts_office")),
        sa.PrimaryKeyConstraint(
            "office",
            "lane",
            "segment",
            "language",
            "needed",
            "held_for",
            name=op.f("pk_lane_counts"),
        ),
    )
    op.execute(
        "INSERT INTO lane_counts (office, lane, segment, language, needed, held_for, waiting) "
        "SELECT office, lane, segment, language, needed, held_for, count(*) FROM tickets "
        "WHERE state = 'waiting' "
        "GROUP BY office, lane, segment, language, needed, held_for"
    )
