"""A booked time may be a case's: for which its person comes again, and why it was given back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_STANDS = "state = 'booked' AND application IS NOT NULL"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("appointments", sa.Column("application", sa.String(32), nullable=True))
    for name, length in (("place", 24), ("why", 12)):
        column = sa.Column(name, sa.String(length), nullable=False, server_default="")
        op.add_column("appointments", column)
    op.create_index("ix_appointments_application", "appointments", ["office", "application", "at"])
    op.create_index(
        "uq_appointments_of_case",
        "appointments",
        ["office", "application"],
        unique=True,
        sqlite_where=sa.text(_STANDS),
        postgresql_where=sa.text(_STANDS),
    )
