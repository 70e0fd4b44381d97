"""Applications: what was told, shown and decided at each step of the procedure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "applications",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_code", sa.String(length=40), nullable=False),
        sa.Column("sop", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("position", sa.String(length=24), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("basis", sa.String(length=24), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("notice_version", sa.String(length=24), nullable=False),
        sa.Column("passport_source", sa.String(length=8), nullable=False),
        sa.Column("chip_access", sa.String(length=8), nullable=False),
        sa.Column("chip_verdict", sa.String(length=24), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("passport_index", sa.String(length=64), nullable=False),
        sa.Column("receipt_index", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_applications_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_applications")),
        sa.UniqueConstraint("office", "case_code", name=op.f("uq_applications_office_case_code")),
    )
    op.create_index(
        "ix_applications_passport", "applications", ["office", "passport_index"], unique=False
    )
    op.create_index(
        "ix_applications_receipt", "applications", ["office", "receipt_index"], unique=False
    )
    op.create_index(
        "ix_applications_state", "applications", ["office", "state", "position"], unique=False
    )
    op.create_table(
        "case_series",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_case_series_office")),
        sa.PrimaryKeyConstraint("office", "day", name=op.f("pk_case_series")),
    )
    op.create_table(
        "personal_values",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office", "application"],
            ["applications.office", "applications.id"],
            name=op.f("fk_personal_values_office_application"),
        ),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_personal_values_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_personal_values")),
        sa.UniqueConstraint(
            "office",
            "application",
            "field",
            "source",
            name=op.f("uq_personal_values_office_application_field_source"),
        ),
    )
    op.create_table(
        "step_records",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("touch_s", sa.Integer(), nullable=False),
        sa.Column("running_since", sa.BigInteger(), nullable=True),
        sa.Column("running_by", sa.String(length=32), nullable=False),
        sa.Column("completed_at", sa.BigInteger(), nullable=True),
        sa.Column("completed_by", sa.String(length=32), nullable=False),
        sa.Column("completed_by_name", sa.Text(), nullable=False),
        sa.Column("sealed_remark", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office", "application"],
            ["applications.office", "applications.id"],
            name=op.f("fk_step_records_office_application"),
        ),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_step_records_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_step_records")),
        sa.UniqueConstraint(
            "office", "application", "step", name=op.f("uq_step_records_office_application_step")
        ),
    )
    op.create_table(
        "evidence",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("blob", sa.String(length=32), nullable=True),
        sa.Column("job", sa.String(length=32), nullable=True),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("voided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office", "application"],
            ["applications.office", "applications.id"],
            name=op.f("fk_evidence_office_application"),
        ),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_evidence_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_evidence")),
    )
    op.create_index(
        "uq_evidence_valid",
        "evidence",
        ["office", "application", "step", "key"],
        unique=True,
        sqlite_where=sa.text("voided_at IS NULL"),
        postgresql_where=sa.text("voided_at IS NULL"),
    )
    op.create_table(
        "documents",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("blob", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office", "application"],
            ["applications.office", "applications.id"],
            name=op.f("fk_documents_office_application"),
        ),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_documents_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_documents")),
        sa.UniqueConstraint(
            "office",
            "application",
            "item",
            "blob",
            name=op.f("uq_documents_office_application_item_blob"),
        ),
    )
    op.create_index("ix_documents_blob", "documents", ["office", "blob"], unique=False)
    op.create_table(
        "diversions",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application", sa.String(length=32), nullable=False),
        sa.Column("to", sa.String(length=24), nullable=False),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.Column("opened_by", sa.String(length=32), nullable=False),
        sa.Column("opened_by_name", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_by", sa.String(length=32), nullable=False),
        sa.Column("closed_by_name", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("sealed_outcome_reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office", "application"],
            ["applications.office", "applications.id"],
            name=op.f("fk_diversions_office_application"),
        ),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_diversions_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_diversions")),
    )
    op.create_index(
        "uq_diversions_open",
        "diversions",
        ["office", "application"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
