"""Bring a database's schema up to date: once, under a lock, before anything is served.

Runs in a process of its own (`python -m hub.migration URL`): the serving process loads no alembic.
"""

from __future__ import annotations

import errno
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text

from hub.database import Database
from hub.errors import Busy
from hub.storage import storing_in

SCRIPTS = Path(__file__).parent / "migrations"
_LOCK_NUMBER = 7_310_001
_LIMITS_OF_COMMANDS = (
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
)


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
            for limit in _LIMITS_OF_COMMANDS:  # a migration may take as long as it takes
                connection.execute(text(f"SET LOCAL {limit} = 0"))
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


def main(url: str) -> int:
    """Migrate the database at `url`; exit code ENOSPC when its disk is full."""
    folder = Path(make_url(url).database or ".").parent
    try:
        with storing_in(folder):
            opened = Database(url)
            migrate(opened)
            opened.close()
    except Busy:
        return errno.ENOSPC
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
