"""Billing codes, statements, proofs lost, closed days; hand-overs; letters, signatures; archive."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Part = sa.schema.SchemaItem


def upgrade() -> None:
    """Bring the schema forward."""
    _billings()
    _statements()
    _proofs_and_books()
    _letters()
    _contacts_and_signatures()
    _archive()
    _existing_tables()


def _existing_tables() -> None:
    for table, column in (
        ("blanks", _text("destroy_by", 32)),
        ("blanks", _text("destroy_by_name")),
        ("blanks", sa.Column("destroy_at", sa.BigInteger(), nullable=True)),
        ("blanks", _text("witness", 32)),
        ("blanks", _text("witness_name")),
        ("blanks", sa.Column("destroyed_at", sa.BigInteger(), nullable=True)),
        ("custody", sa.Column("released", sa.Boolean(), server_default=sa.false(), nullable=False)),
        ("custody", sa.Column("due_on", sa.Date(), nullable=True)),
        ("custody", _text("offered_to", 40)),
        ("custody", _text("offered_by", 32)),
        ("custody", sa.Column("offered_at", sa.BigInteger(), nullable=True)),
        ("custody", sa.Column("signature", sa.String(32), nullable=True)),
        (
            "payments",
            sa.Column("booked_on", sa.Date(), server_default="1970-01-01", nullable=False),
        ),
        ("payments", _text("verified_how", 12)),
        ("payments", _text("verified_by", 32)),
        ("payments", sa.Column("verified_at", sa.BigInteger(), nullable=True)),
    ):
        op.add_column(table, column)
    op.execute("UPDATE payments SET booked_on = paid_on")
    op.create_index("ix_payments_booked", "payments", ["office", "booked_on"])


def _billings() -> None:
    _table(
        "billings",
        *_columns(application=32, tariff=24, amount=int, code_index=64, sealed=bytes),
        *_columns(issued_on="day", expires_on="day", by=32, by_name=str, at="at"),
        sa.Column("replaced_at", sa.BigInteger(), nullable=True),
        _of_application("billings"),
        _unique("billings", "code_index"),
    )
    _one_open("uq_billings_in_force", "billings", "application", "replaced_at")


def _statements() -> None:
    _table(
        "bank_statements",
        *_columns(sha256=64, lines=int, matched=int, first_on="day", last_on="day"),
        *_columns(by=32, by_name=str, at="at"),
        _unique("bank_statements", "sha256"),
    )
    _table(
        "bank_statement_lines",
        *_columns(statement=32, line=int, ntpn_index=64, sealed=bytes, amount=int, paid_on="day"),
        sa.Column("payment", sa.String(32), nullable=True),
        _refers("bank_statement_lines", "statement", "bank_statements"),
        _unique("bank_statement_lines", "ntpn_index"),
    )
    op.create_index(
        "ix_bank_statement_lines_payment", "bank_statement_lines", ["office", "payment"]
    )


def _proofs_and_books() -> None:
    _table(
        "lost_proofs",
        *_columns(application=32, payment=32, old_number=48, new_number=48, statement=32),
        *_columns(sealed_identity=bytes, asked_by=32, asked_by_name=str, asked_at="at"),
        *_columns(granted_by=32, granted_by_name=str),
        sa.Column("granted_at", sa.BigInteger(), nullable=True),
        _of_application("lost_proofs"),
    )
    _one_open("uq_lost_proofs_open", "lost_proofs", "payment", "granted_at")
    _table(
        "counter_entries",
        *_columns(application=32, payment=32, tariff=24, day="day", amount=int, reason=str),
        *_columns(by=32, by_name=str, at="at"),
        _of_application("counter_entries"),
        _unique("counter_entries", "payment"),
    )
    op.create_index("ix_counter_entries_day", "counter_entries", ["office", "day"])
    _table(
        "treasury_days",
        *_columns(day="day", closed_at="at", closed_by=32, closed_by_name=str, report=str),
        sa.Column("blob", sa.String(32), nullable=True),
        key=("day",),
    )


def _letters() -> None:
    _table(
        "letters",
        *_columns(direction=4, year=int, agenda=int, kind=24, number=80, dated="day", party=str),
        sa.Column("application", sa.String(32), nullable=True),
        sa.Column("answers", sa.String(32), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("blob", sa.String(32), nullable=True),
        *_columns(by=32, by_name=str, at="at"),
        _of_application("letters"),
        _unique("letters", "direction", "year", "agenda"),
    )
    op.create_index("ix_letters_application", "letters", ["office", "application"])


def _contacts_and_signatures() -> None:
    _table(
        "contacts",
        *_columns(application=32, stage=24, channel=12, outcome=12),
        sa.Column("comes_on", sa.Date(), nullable=True),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=True),
        *_columns(by=32, by_name=str, at="at"),
        _of_application("contacts"),
    )
    op.create_index("ix_contacts_application", "contacts", ["office", "application", "at"])
    _table(
        "legalisations",
        *_columns(application=32, number=80, mode=12, signer_name=str, signer_nip=18),
        *_columns(capacity=12, letter=str),
        sa.Column("blob", sa.String(32), nullable=True),
        *_columns(by=32, by_name=str, at="at"),
        sa.Column("voided_at", sa.BigInteger(), nullable=True),
        *_columns(void_reason=str),
        _of_application("legalisations"),
    )
    _one_open("uq_legalisations_valid", "legalisations", "application", "voided_at")


def _archive() -> None:
    _table(
        "archive_moves",
        *_columns(package=32, act=16, place=str),
        sa.Column("due_on", sa.Date(), nullable=True),
        *_columns(note=str, by=32, by_name=str, second=32, second_name=str, at="at"),
        _refers("archive_moves", "package", "archive_packages"),
    )
    op.create_index("ix_archive_moves_package", "archive_moves", ["office", "package", "at"])
    _table(
        "transfer_lists",
        *_columns(number=48, files=str, given_by=32, given_by_name=str, given_at="at"),
        *_columns(received_by=32, received_by_name=str),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        _unique("transfer_lists", "number"),
    )
    state = sa.Column("state", sa.String(16), server_default="RECEIVED", nullable=False)
    op.add_column("archive_packages", state)
    op.add_column("archive_packages", sa.Column("retain_until", sa.Date(), nullable=True))
    op.add_column("archive_packages", sa.Column("due_on", sa.Date(), nullable=True))
    op.create_index("ix_archive_packages_state", "archive_packages", ["office", "state"])


def _table(name: str, *parts: Part, key: tuple[str, ...] = ("id",)) -> None:
    identity = (sa.Column("id", sa.String(32), nullable=False),) if key == ("id",) else ()
    op.create_table(
        name,
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        *identity,
        *parts,
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f(f"fk_{name}_office")),
        sa.PrimaryKeyConstraint("office", *key, name=op.f(f"pk_{name}")),
    )


def _columns(**kinds: object) -> tuple[sa.Column[Any], ...]:  # Any: columns of several types
    """Return required columns: a number is a text of that length."""
    types: dict[object, sa.types.TypeEngine[Any]] = {
        int: sa.Integer(),
        str: sa.Text(),
        bytes: sa.LargeBinary(),
        "day": sa.Date(),
        "at": sa.BigInteger(),
    }
    return tuple(
        sa.Column(name, types[kind] if kind in types else sa.String(int(str(kind))), nullable=False)
        for name, kind in kinds.items()
    )


def _text(name: str, length: int | None = None) -> sa.Column[Any]:  # Any: String or Text
    kind = sa.String(length) if length else sa.Text()
    return sa.Column(name, kind, server_default="", nullable=False)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(
        "office", *columns, name=op.f(f"uq_{table}_office_{'_'.join(columns)}")
    )


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["office", column],
        [f"{target}.office", f"{target}.id"],
        name=op.f(f"fk_{table}_office_{column}"),
    )


def _of_application(table: str) -> sa.ForeignKeyConstraint:
    return _refers(table, "application", "applications")


def _one_open(name: str, table: str, column: str, ended: str) -> None:
    """At most one row of `column` whose `ended` is still empty."""
    is_open = sa.text(f"{ended} IS NULL")
    op.create_index(
        name,
        table,
        ["office", column],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
