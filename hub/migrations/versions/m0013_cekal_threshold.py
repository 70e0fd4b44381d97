"""The office's threshold of the list: measured by the administrator, the newest one counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "cekal_thresholds",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("false_alarms", sa.Double(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office"], ["offices.id"], name=op.f("fk_cekal_thresholds_office")
        ),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_cekal_thresholds")),
    )
    op.create_index("ix_cekal_thresholds_at", "cekal_thresholds", ["office", "at"])
