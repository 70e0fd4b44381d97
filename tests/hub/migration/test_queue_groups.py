"""Tickets that waited before the groups came keep their counter and are counted in their group."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from hub.check import counts_equal_rows
from hub.database import Database, sqlite_url
from hub.migration import SCRIPTS, migrate

TICKET = """
INSERT INTO tickets (office, id, visit, day, prefix, serial, service, lane, segment, needs,
  language, state, issued_at, arrived_at, reserved_counter, calls, outcome, printed, copies)
VALUES (1, :id, 'v', '2026-11-23', 'A', :serial, 'skim', 'intake', 'general', '[]', 'id', :state,
  1, 1, :counter, 0, '', '', 0)
"""


def test_waiting_tickets_are_counted_in_their_groups(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "old.db"))
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with database.writing.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        connection.execute(
            text("INSERT INTO offices (id, code, seq, seal, created_at) VALUES (1, 'X', 0, '', 0)")
        )
        connection.execute(text("INSERT INTO visits VALUES (1, 'v', '2026-11-23', 1)"))
        for serial, (state, counter) in enumerate(
            [("waiting", None), ("waiting", None), ("waiting", 3), ("finished", None)], start=1
        ):
            connection.execute(
                text(TICKET),
                {"id": f"t{serial}", "serial": serial, "state": state, "counter": counter},
            )
        connection.execute(text("INSERT INTO lane_counts VALUES (1, 'intake', 'general', 3)"))

    migrate(database)

    with database.reading_core() as connection:
        assert list(counts_equal_rows(connection, 1)) == []
        held = connection.execute(text("SELECT id FROM tickets WHERE held_for = 3")).scalars()
        assert list(held) == ["t3"]
    database.close()
