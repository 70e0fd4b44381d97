"""The queue: visits, tickets, calls, counters, and how many wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "visits",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_visits_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_visits")),
    )
    op.create_table(
        "tickets",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("visit", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("prefix", sa.String(length=4), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("segment", sa.String(length=20), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=False),
        sa.Column("reserved_counter", sa.Integer(), nullable=True),
        sa.Column("counter", sa.Integer(), nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("called_at", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("absent_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("application", sa.String(length=32), nullable=True),
        sa.Column("printed", sa.String(length=12), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office", "visit"],
            ["visits.office", "visits.id"],
            name=op.f("fk_tickets_office_visit"),
        ),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_tickets_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_tickets")),
        sa.UniqueConstraint(
            "office", "day", "prefix", "serial", name=op.f("uq_tickets_office_day_prefix_serial")
        ),
    )
    op.create_index("ix_tickets_application", "tickets", ["office", "application"], unique=False)
    op.create_index("ix_tickets_day", "tickets", ["office", "day", "lane", "state"], unique=False)
    op.create_index(
        "ix_tickets_waiting",
        "tickets",
        ["office", "lane", "segment", "arrived_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "uq_tickets_at_counter",
        "tickets",
        ["office", "counter"],
        unique=True,
        sqlite_where=sa.text("state IN ('called', 'serving')"),
        postgresql_where=sa.text("state IN ('called', 'serving')"),
    )
    op.create_table(
        "calls",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ticket", sa.String(length=32), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("out_of_order", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("heads", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office", "ticket"],
            ["tickets.office", "tickets.id"],
            name=op.f("fk_calls_office_ticket"),
        ),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_calls_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_calls")),
    )
    op.create_index("ix_calls_at", "calls", ["office", "at"], unique=False)
    op.create_index("ix_calls_ticket", "calls", ["office", "ticket", "at"], unique=False)
    op.create_table(
        "counters",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counter", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("lanes", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("priority_streak", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_counters_office")),
        sa.PrimaryKeyConstraint("office", "counter", name=op.f("pk_counters")),
    )
    op.create_table(
        "lane_counts",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("segment", sa.String(length=20), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_lane_counts_office")),
        sa.PrimaryKeyConstraint("office", "lane", "segment", name=op.f("pk_lane_counts")),
    )
    op.create_table(
        "number_series",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("prefix", sa.String(length=4), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_number_series_office")),
        sa.PrimaryKeyConstraint("office", "day", "prefix", name=op.f("pk_number_series")),
    )
