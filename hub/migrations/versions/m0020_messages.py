"""Messages to applicants wait in an outbox until they are sent, once per event."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "messages",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("application", sa.String(32), nullable=False),
        sa.Column("event", sa.String(80), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(24), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office", "application"],
            ["applications.office", "applications.id"],
            name=op.f("fk_messages_office_application"),
        ),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_messages_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_messages")),
        sa.UniqueConstraint("office", "event", name=op.f("uq_messages_office_event")),
    )
    op.create_index("ix_messages_state", "messages", ["office", "state", "next_at"])
