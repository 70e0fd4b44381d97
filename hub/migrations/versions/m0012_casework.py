"""The work on a case: revisions, drafts of forms, search terms, doubts, reopenings, branches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    _existing_tables()
    _forms_and_search()
    _judgements()
    _branches()
    _office()


def _existing_tables() -> None:
    _add("applications", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    _add(
        "applications",
        sa.Column("checklist_version", sa.String(length=40), server_default="", nullable=False),
    )
    _add("personal_values", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    _add(
        "step_records",
        sa.Column("medium", sa.String(length=12), server_default="both", nullable=False),
    )
    _add("step_records", sa.Column("paper_at", sa.Text(), server_default="", nullable=False))
    _add("diversions", sa.Column("nature", sa.String(length=24), server_default="", nullable=False))
    _add(
        "diversions",
        sa.Column("stage", sa.String(length=24), server_default="OPEN", nullable=False),
    )
    _add("diversions", sa.Column("deadline_on", sa.Date(), nullable=True))


def _add(table: str, column: sa.Column[object]) -> None:
    op.add_column(table, column)


def _table(
    name: str, *parts: sa.schema.SchemaItem, key: tuple[str, ...] = (), of_case: bool = True
) -> None:
    columns = [sa.Column("office", sa.Integer(), autoincrement=False, nullable=False), *parts]
    rules: list[sa.schema.SchemaItem] = [
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f(f"fk_{name}_office")),
        sa.PrimaryKeyConstraint("office", *key, name=op.f(f"pk_{name}")),
    ]
    if of_case:
        rules.append(
            sa.ForeignKeyConstraint(
                ["office", "application"],
                ["applications.office", "applications.id"],
                name=op.f(f"fk_{name}_office_application"),
            )
        )
    op.create_table(name, *columns, *rules)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _instant(name: str = "at", *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _sealed(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _who() -> tuple[sa.Column[str], sa.Column[str], sa.Column[int]]:
    return _text("by", 32), sa.Column("by_name", sa.Text(), nullable=False), _instant()


def _forms_and_search() -> None:
    _table(
        "form_drafts",
        _text("application", 32),
        _text("stage", 24),
        _text("officer", 32),
        _sealed("sealed"),
        _instant(),
        key=("application", "stage", "officer"),
    )
    _table(
        "search_terms",
        _text("application", 32),
        _text("kind", 12),
        _text("term", 64),
        key=("application", "kind", "term"),
    )
    op.create_index("ix_search_terms_term", "search_terms", ["office", "kind", "term"])
    _table(
        "case_presence",
        _text("application", 32),
        _text("officer", 32),
        sa.Column("name", sa.Text(), nullable=False),
        _instant("since"),
        key=("application", "officer"),
    )


def _judgements() -> None:
    _table(
        "answered_doubts",
        _text("id", 32),
        _text("application", 32),
        _text("code", 60),
        _text("about", 64),
        _sealed("sealed_reason"),
        *_who(),
        key=("id",),
    )
    op.create_index(
        "ix_answered_doubts_application", "answered_doubts", ["office", "application", "code"]
    )
    _table(
        "reopenings",
        _text("id", 32),
        _text("application", 32),
        _text("step", 24),
        _text("position", 24),
        sa.Column("undone", sa.Text(), nullable=False),
        _sealed("sealed_reason"),
        *_who(),
        key=("id",),
    )
    op.create_index("ix_reopenings_application", "reopenings", ["office", "application", "at"])
    _table(
        "file_returns",
        _text("id", 32),
        _text("application", 32),
        _text("ticket", 32),
        sa.Column("missing", sa.Text(), nullable=False),
        _sealed("sealed_note"),
        *_who(),
        key=("id",),
    )
    op.create_index("ix_file_returns_application", "file_returns", ["office", "application", "at"])
    _table(
        "overrides",
        _text("id", 32),
        _text("application", 32),
        _text("rule", 60),
        _text("officer", 32),
        _sealed("sealed_reason"),
        *_who(),
        key=("id",),
    )
    op.create_index("ix_overrides_application", "overrides", ["office", "application", "officer"])


def _branches() -> None:
    _table(
        "branch_moves",
        _text("id", 32),
        _text("application", 32),
        _text("diversion", 32),
        _text("state", 24),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        _sealed("sealed_note"),
        *_who(),
        key=("id",),
    )
    op.create_index("ix_branch_moves_diversion", "branch_moves", ["office", "diversion", "at"])


def _office() -> None:
    op.create_table(
        "qualifications",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        _text("officer", 32),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        _text("by", 80),
        _instant(),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_qualifications_office")),
        sa.ForeignKeyConstraint(
            ["office", "officer"],
            ["officers.office", "officers.id"],
            name=op.f("fk_qualifications_office_officer"),
        ),
        sa.PrimaryKeyConstraint("office", "officer", "number", name=op.f("pk_qualifications")),
    )
    _table(
        "equipment_checks",
        sa.Column("counter", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *_who(),
        key=("counter", "day", "line"),
        of_case=False,
    )
    _table(
        "stoppages",
        _text("id", 32),
        _text("kind", 12),
        _instant("began_at"),
        _text("began_by", 80),
        _instant("ended_at", nullable=True),
        _text("ended_by", 80),
        sa.Column("note", sa.Text(), nullable=False),
        key=("id",),
        of_case=False,
    )
    op.create_index(
        "uq_stoppages_open",
        "stoppages",
        ["office", "kind"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
