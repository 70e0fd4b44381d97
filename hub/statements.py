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
from typing import Any, cast

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Line = Any  # a row with its columns by name: SQLAlchemy's on PostgreSQL, a named tuple on SQLite
Given = Mapping[str, object]
Convert = Callable[[Any], object]  # Any: whatever the column's type holds
_CURSOR = "loket cursor"


class Statement:
    """A statement that is built once and run often; what is read is fetched at once."""

    def __init__(self, built: Select[Any] | Insert | Update | Delete) -> None:
        # Any: a select of whatever columns
        self.built = built
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def run(self, connection: Connection, given: Given) -> int:
        """Run it; return how many rows an UPDATE or DELETE changed. Raises DBAPIError."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self.built, given).rowcount
        return int(self._on_cursor(connection, given)[0].rowcount)

    def run_many(self, connection: Connection, given: Sequence[Given]) -> None:
        """Run it for each of several rows of the same columns. Raises DBAPIError."""
        if connection.dialect.name != "sqlite":
            connection.execute(self.built, given)
            return
        compiled = self._for(connection.dialect, given[0])
        _driver(connection, "executemany", compiled.sql, [compiled.bind(one) for one in given])

    def rows(self, connection: Connection, given: Given) -> list[Line]:
        """Return the rows that it finds or returns. Raises DBAPIError."""
        if connection.dialect.name != "sqlite":
            return list(connection.execute(self.built, given))
        cursor, compiled = self._on_cursor(connection, given)
        return [compiled.read(row) for row in cursor.fetchall()]

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

    def _on_cursor(self, connection: Connection, given: Given) -> tuple[Any, _Compiled]:
        # Any: the driver's cursor has no types
        compiled = self._for(connection.dialect, given)
        return _driver(connection, "execute", compiled.sql, compiled.bind(given)), compiled

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
    _driver(connection, "execute", sql, ())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a parameter comes from: a given value by its key, else one that is always the same."""

    key: str | None
    convert: Convert | None
    fixed: Callable[[], object] | None

    def value(self, given: Given) -> object:
        if self.fixed is not None and (self.key is None or self.key not in given):
            value = self.fixed()
        else:
            value = given[cast("str", self.key)]
        return value if self.convert is None else self.convert(value)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement in the driver's words, for one set of given keys."""

    sql: str
    plain: tuple[str, ...] | None
    """The keys in order, where every value is given and goes as it is."""
    places: tuple[_Place, ...]
    row: Callable[[Sequence[object]], Line]
    conversions: tuple[tuple[int, Convert], ...]

    def bind(self, given: Given) -> list[object]:
        if self.plain is not None:
            return [given[key] for key in self.plain]
        return [place.value(given) for place in self.places]

    def read(self, row: Sequence[object]) -> Line:
        if not self.conversions:
            return self.row(row)
        values = list(row)
        for place, convert in self.conversions:
            values[place] = convert(values[place])
        return self.row(values)


def _compile(
    built: Select[Any] | Insert | Update | Delete,  # Any: as above
    dialect: Dialect,
    keys: tuple[str, ...],
) -> _Compiled:
    compiled = built.compile(dialect=dialect, column_keys=list(keys))
    if compiled.post_compile_params:
        message = "a list of parameters is not compiled once: use Connection.execute"
        raise TypeError(message)
    defaults = {column.key: column.default for column in compiled.insert_prefetch}
    places = tuple(_place(compiled, name, defaults, dialect) for name in compiled.positiontup or ())
    columns = list(built.exported_columns)
    known = [(place, _reader(column.type, dialect)) for place, column in enumerate(columns)]
    row = namedtuple("Row", [column.key for column in columns], rename=True)  # type: ignore[misc]  # the names are those of the columns
    plain = all(place.convert is None and place.fixed is None for place in places)
    return _Compiled(
        sql=str(compiled),
        plain=tuple(cast("str", place.key) for place in places) if plain else None,
        places=places,
        row=row._make,
        conversions=tuple((place, read) for place, read in known if read is not None),
    )


def _place(
    compiled: SQLCompiler, name: str, defaults: Mapping[str, Any], dialect: Dialect
) -> _Place:  # Any: a column's default of either kind
    bound = compiled.binds[name]
    convert = bound.type.dialect_impl(dialect).bind_processor(dialect)
    default = defaults.get(bound.key)
    if default is not None:
        made = (lambda: default.arg) if default.is_scalar else (lambda: default.arg(None))
        return _Place(bound.key, convert, made)
    if bound.required:
        return _Place(bound.key, convert, None)
    return _Place(None if bound.unique else bound.key, convert, lambda: bound.effective_value)


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:  # Any: of any type
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _driver(connection: Connection, how: str, sql: str, values: Sequence[object]) -> Any:
    """Run SQL on the cursor that this connection keeps; return it. Any: it has no types."""
    if not connection.in_transaction():
        connection.begin()  # else every statement would see an instant of its own
    cursor = connection.info.get(_CURSOR)
    if cursor is None:
        cursor = connection.info[_CURSOR] = connection.connection.cursor()
    errors = cast("Any", connection.dialect.dbapi).Error
    try:
        getattr(cursor, how)(sql, values)
    except errors as error:
        raise DBAPIError.instance(sql, None, error, errors, hide_parameters=True) from error
    return cursor
