"""The schema on PostgreSQL, and that every row, key and index begins with its office."""

from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Table, UniqueConstraint, text

from bench.cluster import Cluster
from hub.database import Database
from hub.house import House
from hub.migration import migrate
from hub.models.schema import Base, Office

TABLES = [table for table in Base.metadata.sorted_tables if table.name != Office.__tablename__]


def by_name(table: Table) -> str:
    return table.name


@pytest.mark.parametrize("table", TABLES, ids=by_name)
def test_every_key_and_index_begins_with_the_office(table: Table) -> None:
    assert table.primary_key.columns.keys()[0] == "office"
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            assert constraint.columns.keys()[0] == "office", constraint.name
    for index in table.indexes:
        assert index.columns.keys()[0] == "office", index.name
    for reference in table.foreign_key_constraints:
        assert reference.column_keys[0] == "office", reference.name


@pytest.mark.parametrize("house", ["postgresql"], indirect=True)
def test_a_migrated_database_is_what_the_models_say(house: House) -> None:
    with house.database.writing.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize("house", ["postgresql"], indirect=True)
def test_the_database_has_no_key_without_the_office(house: House) -> None:
    query = text(
        "SELECT indexrelid::regclass::text FROM pg_index "
        "JOIN pg_class ON pg_class.oid = indrelid "
        "JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0] "
        "WHERE relnamespace = 'public'::regnamespace AND attname <> 'office' "
        "AND relname NOT IN ('offices', 'alembic_version')"
    )
    with house.database.reading_core() as connection:
        assert connection.execute(query).scalars().all() == []


def test_two_hubs_that_start_at_once_migrate_once(cluster: Cluster) -> None:
    url = cluster.create("empty_for_two")
    both = [subprocess.Popen([sys.executable, "-m", "hub.migration", url]) for _ in range(2)]

    assert [one.wait(timeout=120) for one in both] == [0, 0]
    database = Database(url)
    before, head = migrate(database)
    database.close()
    assert before == head
