"""Where a case stands since when; corrections by two persons; destruction of archived paper."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "destructions",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=48), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("proposed_by", sa.String(length=32), nullable=False),
        sa.Column("proposed_by_name", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("anri_number", sa.String(length=80), nullable=False),
        sa.Column("anri_date", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.String(length=32), nullable=False),
        sa.Column("answered_by_name", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("done_by", sa.String(length=32), nullable=False),
        sa.Column("done_by_name", sa.Text(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("witness", sa.String(length=32), nullable=False),
        sa.Column("witness_name", sa.Text(), nullable=False),
        sa.Column("witnessed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_destructions_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_destructions")),
        sa.UniqueConstraint("office", "number", name=op.f("uq_destructions_office_number")),
    )
    op.create_table(
        "data_corrections",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("stated_by", sa.String(length=32), nullable=False),
        sa.Column("stated_by_name", sa.Text(), nullable=False),
        sa.Column("stated_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("sealed_outcome_reason", sa.LargeBinary(), nullable=True),
        sa.Column("settled_by", sa.String(length=32), nullable=False),
        sa.Column("settled_by_name", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office", "application"],
            ["applications.office", "applications.id"],
            name=op.f("fk_data_corrections_office_application"),
        ),
        sa.ForeignKeyConstraint(
            ["office"], ["offices.id"], name=op.f("fk_data_corrections_office")
        ),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_data_corrections")),
    )
    op.create_index(
        "uq_data_corrections_open",
        "data_corrections",
        ["office", "application"],
        unique=True,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.add_column("applications", sa.Column("moved_at", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_applications_open",
        "applications",
        ["office", "position", "moved_at"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.execute(
        "UPDATE applications SET moved_at = COALESCE("
        "(SELECT max(r.completed_at) FROM step_records r"
        " WHERE r.office = applications.office AND r.application = applications.id),"
        " opened_at)"
    )
