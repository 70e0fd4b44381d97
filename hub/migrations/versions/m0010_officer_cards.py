"""Officers' PIV cards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "officer_cards",
        sa.Column("officer", sa.String(32), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("bound_at", sa.BigInteger(), nullable=False),
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["office", "officer"],
            ["officers.office", "officers.id"],
            name=op.f("fk_officer_cards_office_officer"),
        ),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_officer_cards_office")),
        sa.PrimaryKeyConstraint("office", "officer", name=op.f("pk_officer_cards")),
        sa.UniqueConstraint(
            "office", "fingerprint", name=op.f("uq_officer_cards_office_fingerprint")
        ),
    )
