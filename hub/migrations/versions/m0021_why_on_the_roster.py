"""Who is planned on the roster in spite of a lacking qualification stands there with the reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("roster", sa.Column("reason", sa.String(300), nullable=False, server_default=""))
