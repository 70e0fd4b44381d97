"""A step that was done on paper while the power was out also says when it was begun."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("step_records", sa.Column("begun_at", sa.BigInteger(), nullable=True))
