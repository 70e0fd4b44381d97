"""A register number, however it is capitalised, and a letter's number are found by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_index(
        "ix_register_numbers_sought", "register_numbers", ["office", sa.text("upper(number)")]
    )
    op.create_index("ix_letters_number", "letters", ["office", "number"])
