"""Write a migration from the difference between the models and a freshly migrated database.

Usage: .venv/bin/python scripts/new_migration.py 0002 "What changes"
Then read it, and add by hand what alembic does not see: triggers, CHECKs, expression indexes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

import hub.models  # noqa: F401 — knows every table
from hub.database import Database, sqlite_url
from hub.migration import SCRIPTS, migrate


def main(revision: str, message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(sqlite_url(Path(folder) / "new.db"))
        if any(SCRIPTS.glob("versions/0*.py")):
            migrate(database)
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS))
        with database.writing.begin() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message=message, autogenerate=True, rev_id=revision)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
