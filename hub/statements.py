"""Statements of the hot path: compiled once, then run on the driver's own cursor.

SQLAlchemy takes ten times as long around a short SQLite statement as SQLite takes for it, and the
interpreter runs one thread at a time: that is what a busy hub is limited by (measured: 11 µs
through `Connection.execute`, 1 µs on a kept cursor, ten statements a ticket). The SQL, the types
of parameters and columns and the errors are SQLAlchemy's in both ways. On PostgreSQL, where a
statement waits for the network anyway, they go the usual way.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import BindParameter, Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound

Line = Any  # a row with its columns by name: SQLAlchemy's on PostgreSQL, a named tuple on SQLite
Built = Select[Any] | Insert | Update | Delete  # Any: of whatever columns
Given = Mapping[str, object]
Convert = Callable[[Any], object]  # Any: whatever the column's type holds
_CURSOR = "loket cursor"


class Statement:
    """A statement that is built once and run often; what is read is fetched at once."""

    def __init__(self, built: Built) -> None:
        self.built = built
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def run(self, connection: Connection, given: Given) -> int:
        """Run it; return how many rows an UPDATE or DELETE changed. Raises DBAPIError."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self.built, given).rowcount
        compiled = self._for(connection.dialect, given)
        return int(_run(connection, compiled.sql, compiled.bind(given)).rowcount)

    def run_many(self, connection: Connection, given: Sequence[Given]) -> None:
        """Run it for each of several rows of the same columns. Raises DBAPIError."""
        if connection.dialect.name != "sqlite":
            connection.execute(self.built, given)
            return
        compiled = self._for(connection.dialect, given[0])
        rows = [compiled.bind(one) for one in given]
        cursor = _cursor(connection)
        try:
            cursor.executemany(compiled.sql, rows)
        except _errors(connection) as error:
            raise _wrapped(connection, compiled.sql, error) from error

    def rows(self, connection: Connection, given: Given) -> list[Line]:
        """Return the rows that it finds or returns. Raises DBAPIError."""
        if connection.dialect.name != "sqlite":
            return list(connection.execute(self.built, given))
        compiled = self._for(connection.dialect, given)
        found = _run(connection, compiled.sql, compiled.bind(given)).fetchall()
        return [compiled.read(row) for row in found]

    def one(self, connection: Connection, given: Given) -> Line:
        """Return the one row. Raises NoResultFound, MultipleResultsFound, DBAPIError."""
        found = self.one_or_none(connection, given)
        if found is None:
            message = "a row was expected"
            raise NoResultFound(message)
        return found

    def one_or_none(self, connection: Connection, given: Given) -> Line | None:
        """Return the one row, None if there is none. Raises MultipleResultsFound, DBAPIError."""
        found = self.rows(connection, given)
        if len(found) > 1:
            message = "one row was expected"
            raise MultipleResultsFound(message)
        return found[0] if found else None

    def scalar(self, connection: Connection, given: Given) -> Any:  # Any: as the column is typed
        """Return the first column of the one row, None if there is none. Raises as one_or_none."""
        row = self.one_or_none(connection, given)
        return None if row is None else row[0]

    def _for(self, dialect: Dialect, given: Given) -> _Compiled:
        # which columns are set decides what an INSERT or UPDATE says
        keys = tuple(given)
        known = self._compiled.get(keys)
        if known is None:
            known = self._compiled[keys] = _compile(self.built, dialect, keys)
        return known


def run_sql(connection: Connection, sql: str) -> None:
    """Run SQL without parameters and results, such as SAVEPOINT. Raises DBAPIError."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(sql)
        return
    _run(connection, sql, ())


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement in the driver's words, for one set of given keys."""

    sql: str
    take: Callable[[Given], tuple[object, ...]]
    """Gives the values as their places want them."""
    written: tuple[tuple[int, Convert], ...]
    """Which of them are stored in another form."""
    made: tuple[tuple[int, Callable[[], object]], ...]
    """Which of them nobody gives: the defaults of columns."""
    row: Callable[[Sequence[object]], Line]
    kept: tuple[tuple[int, Convert], ...]
    """Which of the columns read are stored in another form."""

    def bind(self, given: Given) -> Sequence[object]:
        taken = self.take(given)
        if not self.written and not self.made:
            return taken
        values = list(taken)
        for place, make in self.made:
            values[place] = make()
        for place, convert in self.written:
            values[place] = convert(values[place])
        return values

    def read(self, row: Sequence[object]) -> Line:
        if not self.kept:
            return self.row(row)
        values = list(row)
        for place, convert in self.kept:
            values[place] = convert(values[place])
        return self.row(values)


def _compile(built: Built, dialect: Dialect, keys: tuple[str, ...]) -> _Compiled:
    compiled = built.compile(dialect=dialect, column_keys=list(keys))
    if compiled.post_compile_params:
        message = "a list of parameters is not compiled once: use Connection.execute"
        raise TypeError(message)
    defaults = {column.key: column.default for column in compiled.insert_prefetch}
    bound = [compiled.binds[name] for name in compiled.positiontup or ()]
    columns = list(built.exported_columns)
    row = namedtuple("Row", [column.key for column in columns], rename=True)  # type: ignore[misc]  # the names are those of the columns
    return _Compiled(
        sql=str(compiled),
        take=_taking([one.key if one.key in keys else None for one in bound], keys),
        written=_conversions(
            [one.type.dialect_impl(dialect).bind_processor(dialect) for one in bound]
        ),
        made=tuple(
            (place, _maker(one, defaults.get(one.key)))
            for place, one in enumerate(bound)
            if one.key not in keys
        ),
        row=row._make,
        kept=_conversions(
            [
                column.type.dialect_impl(dialect).result_processor(dialect, None)
                for column in columns
            ]
        ),
    )


def _taking(
    wanted: list[str | None], keys: tuple[str, ...]
) -> Callable[[Given], tuple[object, ...]]:
    if not keys:
        return lambda _: (None,) * len(wanted)
    # any value holds the place of one that nobody gives
    names = [keys[0] if key is None else key for key in wanted]
    if len(names) < 2:  # itemgetter gives one value bare
        return lambda given: tuple(given[name] for name in names)
    return itemgetter(*names)


def _conversions(found: list[Convert | None]) -> tuple[tuple[int, Convert], ...]:
    return tuple((place, convert) for place, convert in enumerate(found) if convert is not None)


def _maker(bound: BindParameter[Any], default: Any) -> Callable[[], object]:
    # Any: a parameter of any type, a column's default of either kind
    if default is None:
        return lambda: bound.effective_value
    if default.is_scalar:
        return lambda: default.arg
    return lambda: default.arg(None)


def _run(connection: Connection, sql: str, values: Sequence[object]) -> Any:
    """Run SQL on the connection's own cursor; return it. Any: it has no types."""
    cursor = _cursor(connection)
    try:
        cursor.execute(sql, values)
    except _errors(connection) as error:  # what is caught is looked up only when there is an error
        raise _wrapped(connection, sql, error) from error
    return cursor


def _cursor(connection: Connection) -> Any:  # Any: as above
    if not connection.in_transaction():
        connection.begin()  # else every statement would see an instant of its own
    info = connection.info
    cursor = info.get(_CURSOR)
    if cursor is None:
        cursor = info[_CURSOR] = connection.connection.cursor()
    return cursor


def _errors(connection: Connection) -> type[Exception]:
    return cast("type[Exception]", cast("Any", connection.dialect.dbapi).Error)


def _wrapped(connection: Connection, sql: str, error: Exception) -> BaseException:
    return DBAPIError.instance(sql, None, error, _errors(connection), hide_parameters=True)
