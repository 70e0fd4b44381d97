"""Bring a database's schema up to date: once, under a lock, before anything is served.

Runs in a process of its own (`python -m hub.migration URL`): the serving process loads no alembic.
"""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from hub.database import Database

SCRIPTS = Path(__file__).parent / "migrations"
_LOCK_NUMBER = 7_310_001


def migrate(database: Database) -> tuple[str | None, str]:
    """Run what is missing; return the revision before and after. Raises on a broken reference."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    head = ScriptDirectory.from_config(config).get_current_head() or ""
    with database.writing.connect() as connection:
        if database.is_sqlite:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        try:
            before = _upgrade(database, connection, config)
        finally:
            if database.is_sqlite:
                connection.rollback()
                connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]
    return before, head


def _upgrade(database: Database, connection: Connection, config: Config) -> str | None:
    with connection.begin():
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK_NUMBER})
        before = MigrationContext.configure(connection).get_current_revision()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if database.is_sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                message = f"{len(broken)} rows refer to nothing after the migration"
                raise RuntimeError(message)
    return before


if __name__ == "__main__":
    migrate(Database(sys.argv[1]))
