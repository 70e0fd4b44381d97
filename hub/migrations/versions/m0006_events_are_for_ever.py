"""Events are for ever: UPDATE and DELETE are refused by trigger."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SQLITE = """
CREATE TRIGGER events_never_{verb} BEFORE {VERB} ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END
"""
_POSTGRESQL_FUNCTION = """
CREATE FUNCTION events_never_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are never changed'; END $$
"""
_POSTGRESQL_TRIGGER = """
CREATE TRIGGER events_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_never_change()
"""


def upgrade() -> None:
    """Bring the schema forward."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(_SQLITE.format(verb=verb, VERB=verb.upper()))
        return
    op.execute(_POSTGRESQL_FUNCTION)
    op.execute(_POSTGRESQL_TRIGGER)
