"""Alembic's environment: runs on the connection that `hub.migration` hands over."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from hub.models import schema


def render(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write our instants as what they are in the database."""
    if kind == "type" and isinstance(item, schema.Instant):
        return "sa.BigInteger()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.Base.metadata,
    render_item=render,
)
context.run_migrations()
