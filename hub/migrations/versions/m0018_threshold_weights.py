"""A threshold says which weights it was measured with; of earlier ones nobody knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column(
        "cekal_thresholds",
        sa.Column("weights", sa.String(length=24), server_default="", nullable=False),
    )
