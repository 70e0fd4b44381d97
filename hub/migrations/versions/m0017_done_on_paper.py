"""A step that was done on paper while the power was out says when, beside when it was entered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("step_records", sa.Column("done_at", sa.BigInteger(), nullable=True))
