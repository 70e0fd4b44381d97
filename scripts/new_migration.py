"""Write a migration from the difference between the models and a freshly migrated database.

Usage: .venv/bin/python scripts/new_migration.py "What changes"
Then read it, add by hand what alembic does not see (triggers, CHECKs, expression indexes), and set
SCHEMA_REVISION in hub/settings.py to its number.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

import hub.models  # noqa: F401 — knows every table
from hub.database import Database, sqlite_url
from hub.migration import SCRIPTS, migrate


def main(message: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("file_template", "m%%(rev)s_%%(slug)s")
    newest = ScriptDirectory.from_config(config).get_current_head() or "0"
    with tempfile.TemporaryDirectory() as folder:
        database = Database(sqlite_url(Path(folder) / "new.db"))
        migrate(database)
        with database.writing.begin() as connection:
            config.attributes["connection"] = connection
            number = f"{int(newest) + 1:04}"
            command.revision(config, message=message, autogenerate=True, rev_id=number)
        database.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
