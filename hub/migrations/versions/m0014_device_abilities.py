"""Devices say what they can do: which fingers a reader takes, whether there is a preview."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column(
        "station_devices",
        sa.Column("abilities", sa.Text(), server_default="{}", nullable=False),
    )
