"""SOP Cekal: verified versions of the list, states of a check, verdicts, steps passed.

The exact list of earlier practice offices goes: its entries are imported anew, as files.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.drop_table("cekal_entries")
    op.drop_table("cekal_lists")
    _versions()
    _checks()
    _acts()
    _passes()


def _versions() -> None:
    op.create_table(
        "cekal_versions",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), server_default="0", nullable=False),
        sa.Column("effective", sa.BigInteger(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_by_name", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("judged_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("judged_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("judged_at", sa.BigInteger(), nullable=True),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_cekal_versions_office")),
        sa.PrimaryKeyConstraint("office", "version", name=op.f("pk_cekal_versions")),
    )
    op.create_index("ix_cekal_versions_state", "cekal_versions", ["office", "state", "effective"])


def _checks() -> None:
    op.execute("ALTER TABLE cekal_checks RENAME COLUMN decision TO state")
    for name, length, default in (
        ("source", 10, "list"),
        ("list_token", 64, ""),
        ("position", 24, ""),
        ("subject", 64, ""),
        ("follows", 32, ""),
    ):
        op.add_column(
            "cekal_checks",
            sa.Column(name, sa.String(length=length), server_default=default, nullable=False),
        )
    op.add_column("cekal_checks", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.add_column("cekal_checks", sa.Column("blob", sa.String(length=32), nullable=True))
    # what was checked exactly or by hand stands as a check by hand: no list of today covers it
    op.execute("UPDATE cekal_checks SET source = 'national'")
    op.create_index("ix_cekal_checks_state", "cekal_checks", ["office", "state"])


def _acts() -> None:
    op.create_table(
        "cekal_acts",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application", sa.String(length=32), nullable=False),
        sa.Column("check", sa.String(length=32), nullable=False),
        sa.Column("act", sa.String(length=8), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("entry", sa.String(length=80), nullable=False),
        sa.Column("entry_version", sa.String(length=64), nullable=False),
        sa.Column("choice", sa.String(length=16), nullable=False),
        sa.Column("compared", sa.Text(), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office", "application"],
            ["applications.office", "applications.id"],
            name=op.f("fk_cekal_acts_office_application"),
        ),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_cekal_acts_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_cekal_acts")),
        sa.UniqueConstraint(
            "office", "check", "act", "entry", "place", name="uq_cekal_acts_office_check_act"
        ),
    )
    op.create_index("ix_cekal_acts_subject", "cekal_acts", ["office", "subject", "entry"])
    op.create_index("ix_cekal_acts_entry", "cekal_acts", ["office", "entry"])
    op.create_index("ix_cekal_acts_application", "cekal_acts", ["office", "application"])


def _passes() -> None:
    op.create_table(
        "cekal_passes",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("application", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("check", sa.String(length=32), nullable=True),
        sa.Column("list_version", sa.String(length=40), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office", "application"],
            ["applications.office", "applications.id"],
            name=op.f("fk_cekal_passes_office_application"),
        ),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_cekal_passes_office")),
        sa.PrimaryKeyConstraint("office", "application", "step", name=op.f("pk_cekal_passes")),
    )
    op.execute(
        "INSERT INTO cekal_passes (office, application, step, at) "
        "SELECT office, application, step, completed_at FROM step_records "
        "WHERE completed_at IS NOT NULL AND step IN ('3', '6', '9', '11')"
    )
