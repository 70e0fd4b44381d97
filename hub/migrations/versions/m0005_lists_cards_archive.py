"""What a step draws on: list checks, payments, register numbers, card blanks, custody, archive."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "cekal_entries",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("list_version", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name_index", sa.String(length=64), nullable=False),
        sa.Column("document_index", sa.String(length=64), nullable=False),
        sa.Column("birth_index", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_cekal_entries_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_cekal_entries")),
    )
    op.create_index(
        "ix_cekal_entries_document",
        "cekal_entries",
        ["office", "list_version", "document_index"],
        unique=False,
    )
    op.create_index(
        "ix_cekal_entries_name",
        "cekal_entries",
        ["office", "list_version", "name_index"],
        unique=False,
    )
    op.create_table(
        "cekal_lists",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("in_force_since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_cekal_lists_office")),
        sa.PrimaryKeyConstraint("office", "version", name=op.f("pk_cekal_lists")),
    )
    op.create_table(
        "cekal_checks",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application", sa.String(length=32), nullable=False),
        sa.Column("list_version", sa.String(length=40), nullable=False),
        sa.Column("candidates", sa.Text(), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=32), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office", "application"],
            ["applications.office", "applications.id"],
            name=op.f("fk_cekal_checks_office_application"),
        ),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_cekal_checks_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_cekal_checks")),
    )
    op.create_index(
        "ix_cekal_checks_application", "cekal_checks", ["office", "application", "at"], unique=False
    )
    op.create_table(
        "payments",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application", sa.String(length=32), nullable=False),
        sa.Column("tariff", sa.String(length=24), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("billing_index", sa.String(length=64), nullable=False),
        sa.Column("ntpn_index", sa.String(length=64), nullable=False),
        sa.Column("proof_number", sa.String(length=48), nullable=False),
        sa.Column("proof_index", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("voided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office", "application"],
            ["applications.office", "applications.id"],
            name=op.f("fk_payments_office_application"),
        ),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_payments_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_payments")),
        sa.UniqueConstraint("office", "ntpn_index", name=op.f("uq_payments_office_ntpn_index")),
        sa.UniqueConstraint("office", "proof_number", name=op.f("uq_payments_office_proof_number")),
    )
    op.create_index("ix_payments_application", "payments", ["office", "application"], unique=False)
    op.create_index("ix_payments_proof", "payments", ["office", "proof_index"], unique=False)
    op.create_table(
        "register_numbers",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("application", sa.String(length=32), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("given_by", sa.String(length=32), nullable=False),
        sa.Column("voided_at", sa.BigInteger(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office", "application"],
            ["applications.office", "applications.id"],
            name=op.f("fk_register_numbers_office_application"),
        ),
        sa.ForeignKeyConstraint(
            ["office"], ["offices.id"], name=op.f("fk_register_numbers_office")
        ),
        sa.PrimaryKeyConstraint("office", "year", "seq", name=op.f("pk_register_numbers")),
        sa.UniqueConstraint("office", "number", name=op.f("uq_register_numbers_office_number")),
    )
    op.create_index(
        "uq_register_numbers_valid",
        "register_numbers",
        ["office", "application"],
        unique=True,
        sqlite_where=sa.text("voided_at IS NULL"),
        postgresql_where=sa.text("voided_at IS NULL"),
    )
    op.create_table(
        "blanks",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("received_by", sa.String(length=80), nullable=False),
        sa.Column("application", sa.String(length=32), nullable=True),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("used_by", sa.String(length=32), nullable=False),
        sa.Column("spoiled_at", sa.BigInteger(), nullable=True),
        sa.Column("spoiled_by", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_blanks_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_blanks")),
        sa.UniqueConstraint("office", "serial", name=op.f("uq_blanks_office_serial")),
    )
    op.create_index("ix_blanks_application", "blanks", ["office", "application"], unique=False)
    op.create_index("ix_blanks_state", "blanks", ["office", "state", "serial"], unique=False)
    op.create_table(
        "custody",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("holder_name", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=32), nullable=False),
        sa.Column("ending", sa.String(length=16), nullable=False),
        sa.Column("against", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office", "application"],
            ["applications.office", "applications.id"],
            name=op.f("fk_custody_office_application"),
        ),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_custody_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_custody")),
    )
    op.create_index(
        "uq_custody_open",
        "custody",
        ["office", "application"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "archive_packages",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application", sa.String(length=32), nullable=False),
        sa.Column("blob", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("shelf", sa.Text(), nullable=False),
        sa.Column("retention", sa.String(length=40), nullable=False),
        sa.Column("given_by", sa.String(length=32), nullable=False),
        sa.Column("received_by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office", "application"],
            ["applications.office", "applications.id"],
            name=op.f("fk_archive_packages_office_application"),
        ),
        sa.ForeignKeyConstraint(
            ["office"], ["offices.id"], name=op.f("fk_archive_packages_office")
        ),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_archive_packages")),
        sa.UniqueConstraint(
            "office", "application", name=op.f("uq_archive_packages_office_application")
        ),
    )
