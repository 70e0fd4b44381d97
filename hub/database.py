"""The hub's database: one writing connection, a pool of reading ones.

SQLite through pysqlite3, which bundles a SQLite without the WAL-reset race of the standard
library's; PostgreSQL through psycopg. Instants, ids and keys are the same on both.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pysqlite3.dbapi2
from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session

from hub.statements import run_sql

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an acknowledged ticket survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA temp_store=MEMORY",
)

# a hub that is frozen in a transaction loses the office's lock after two seconds
_WRITER_OPTIONS = (
    "-c idle_in_transaction_session_timeout=2000 -c lock_timeout=5000 -c statement_timeout=10000 "
    "-c synchronous_commit=on"
)
_READER_OPTIONS = "-c default_transaction_read_only=on -c statement_timeout=5000"
_CONNECT_WITHIN_S = 5


# the driver looks for a way to store whatever is no number and no text: for NULL in vain, 2 µs each
pysqlite3.dbapi2.register_adapter(type(None), lambda nothing: nothing)


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite+pysqlite:///{path}"


def table_of(row: type[DeclarativeBase]) -> Table:
    """Return the bare table of a mapped class: statements on it skip the ORM's work."""
    return cast("Table", row.__table__)


def undo_command(connection: Connection) -> None:
    """Undo what was written since the savepoint `command`, and release it."""
    run_sql(connection, "ROLLBACK TO SAVEPOINT command")
    run_sql(connection, "RELEASE SAVEPOINT command")


class Database:
    """Engines of one database; exactly one connection of `writing` writes and checkpoints."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.writing = _writing_engine(url, is_sqlite=self.is_sqlite)
        self.readers = _reading_engine(url, is_sqlite=self.is_sqlite)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a short read-only session that sees one instant of the database."""
        with Session(self.readers, autoflush=False, expire_on_commit=False) as session:
            yield session
            session.rollback()

    @contextmanager
    def reading_core(self) -> Iterator[Connection]:
        """Open a short read-only connection, for hot reads."""
        with self.readers.connect() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.readers.dispose()
        self.writing.dispose()


def _connect_args(use: str, options: str) -> dict[str, object]:
    # the name is what an administrator sees in pg_stat_activity
    return {
        "options": options,
        "connect_timeout": _CONNECT_WITHIN_S,
        "application_name": f"loket {use} {os.getpid()}",
    }


def _writing_engine(url: str, *, is_sqlite: bool) -> Engine:
    if not is_sqlite:
        return create_engine(
            url,
            hide_parameters=True,  # an error's text must not carry what somebody entered
            pool_size=1,
            max_overflow=1,
            isolation_level="READ COMMITTED",  # what is read behind the lock must be the newest
            connect_args=_connect_args("writer", _WRITER_OPTIONS),
        )
    engine = create_engine(
        url,
        module=pysqlite3.dbapi2,
        hide_parameters=True,
        pool_size=1,
        max_overflow=1,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: pysqlite3.dbapi2.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _reading_engine(url: str, *, is_sqlite: bool) -> Engine:
    if not is_sqlite:
        return create_engine(
            url,
            hide_parameters=True,  # an error's text must not carry what somebody entered
            pool_size=8,
            pool_pre_ping=True,  # a reader has nobody to repeat it after the database came back
            isolation_level="REPEATABLE READ",
            connect_args=_connect_args("reader", _READER_OPTIONS),
        )
    engine = create_engine(
        url,
        module=pysqlite3.dbapi2,
        hide_parameters=True,
        pool_size=8,
        max_overflow=8,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: pysqlite3.dbapi2.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (*_PRAGMAS[2:], "PRAGMA query_only=ON"):
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine
