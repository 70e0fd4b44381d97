"""Cases are found and listed from an index alone, however many there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.drop_index("ix_search_terms_term", table_name="search_terms")
    op.create_index(
        "ix_search_terms_term", "search_terms", ["office", "kind", "term", "application"]
    )
    op.drop_index("ix_applications_open", table_name="applications")
    op.create_index(
        "ix_applications_open",
        "applications",
        ["office", "position", "moved_at", "id"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
