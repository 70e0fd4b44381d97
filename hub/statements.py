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
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import chain
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import BindParameter, Connection, Date, Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound
from sqlalchemy.types import TypeDecorator, TypeEngine

Line = Any  # a row with its columns by name: SQLAlchemy's on PostgreSQL, a named tuple on SQLite
Built = Select[Any] | Insert | Update | Delete  # Any: of whatever columns
Given = Mapping[str, object]
Convert = Callable[[Any], object]  # Any: whatever the column's type holds
_CURSOR = "loket_cursor"
_DATES = 32
"""How many dates are kept in the form in which they are stored."""
MOST_ROWS = 32
"""Rows of one INSERT. Each number of rows is a statement of its own: there are powers of two."""


class Statement:
    """A statement that is built once and run often; what is read is fetched at once."""

    def __init__(self, built: Built) -> None:
        self.built = built
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def run(self, connection: Connection, given: Given) -> int:
        """Run it; return how many rows an UPDATE or DELETE changed. Raises DBAPIError."""
        cursor = _cursor(connection)
        if cursor is None:
            return connection.execute(self.built, given).rowcount
        compiled = self._for(connection, given)
        return int(_run(connection, cursor, compiled.sql, compiled.bind(given)).rowcount)

    def run_many(self, connection: Connection, given: Sequence[Given]) -> None:
        """Insert rows of the same columns. Raises DBAPIError.

        The driver lets the interpreter go for every statement that it runs, and a busy event loop
        keeps it: 32 rows by one statement wait for it once (measured: 15 % less a ticket at 16
        clients than by `executemany`).
        """
        cursor = _cursor(connection)
        if cursor is None:
            connection.execute(self.built, given)
            return
        compiled = self._for(connection, given[0])
        bound = [compiled.bind(one) for one in given]
        while bound:
            count = min(1 << len(bound).bit_length() - 1, MOST_ROWS)
            values = list(chain.from_iterable(bound[:count]))
            _run(connection, cursor, compiled.of_rows(count), values)
            del bound[:count]

    def rows(self, connection: Connection, given: Given) -> list[Line]:
        """Return the rows that it finds or returns. Raises DBAPIError."""
        cursor = _cursor(connection)
        if cursor is None:
            return list(connection.execute(self.built, given))
        compiled = self._for(connection, given)
        found = _run(connection, cursor, compiled.sql, compiled.bind(given)).fetchall()
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

    def _for(self, connection: Connection, given: Given) -> _Compiled:
        # which columns are set decides what an INSERT or UPDATE says
        keys = tuple(given)
        known = self._compiled.get(keys)
        if known is None:
            known = self._compiled[keys] = _compile(self.built, connection.dialect, keys)
        return known


def run_sql(connection: Connection, sql: str) -> None:
    """Run SQL without parameters and results, such as SAVEPOINT. Raises DBAPIError."""
    cursor = _cursor(connection)
    if cursor is None:
        connection.exec_driver_sql(sql)
    else:
        _run(connection, cursor, sql, ())


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement in the driver's words, for one set of given keys."""

    sql: str
    fixed: dict[str, object]
    """What nobody gives and is always the same: defaults of columns, numbers in the SQL."""
    made: dict[str, Callable[[], object]]
    """What nobody gives and is made each time."""
    take: Callable[[Given], tuple[object, ...]]
    """Gives the values as their places want them."""
    written: tuple[tuple[int, Convert], ...]
    """Which of them are stored in another form."""
    row: Callable[[Sequence[object]], Line]
    kept: tuple[tuple[int, Convert], ...]
    """Which of the columns read are stored in another form."""
    many: dict[int, str] = field(default_factory=dict)
    """An INSERT's SQL by how many rows it is of."""

    def of_rows(self, count: int) -> str:
        """Return an INSERT's SQL for `count` rows."""
        known = self.many.get(count)
        if known is None:
            head, values, row = self.sql.partition(" VALUES ")
            known = self.many[count] = head + values + ", ".join([row] * count)
        return known

    def bind(self, given: Given) -> Sequence[object]:
        if self.fixed:
            given = {**self.fixed, **given}
        if self.made:
            given = {**given, **{key: make() for key, make in self.made.items()}}
        taken = self.take(given)
        if not self.written:
            return taken
        values = list(taken)
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
    absent = {one.key: one for one in bound if one.key not in keys}
    made = {key: _maker(one, defaults.get(key)) for key, one in absent.items()}
    columns = list(built.exported_columns)
    row = namedtuple("Row", [column.key for column in columns], rename=True)  # type: ignore[misc]  # the names are those of the columns
    return _Compiled(
        sql=str(compiled),
        fixed={key: make() for key, (make, again) in made.items() if not again},
        made={key: make for key, (make, again) in made.items() if again},
        take=_taking([one.key for one in bound]),
        written=_conversions([_writing(one.type.dialect_impl(dialect), dialect) for one in bound]),
        row=partial(tuple.__new__, row),
        kept=_conversions(
            [
                column.type.dialect_impl(dialect).result_processor(dialect, None)
                for column in columns
            ]
        ),
    )


def _taking(names: list[str]) -> Callable[[Given], tuple[object, ...]]:
    if len(names) < 2:  # itemgetter gives one value bare
        return lambda given: tuple(given[name] for name in names)
    return itemgetter(*names)


def _writing(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:  # Any: of any type
    """Return how a value of this type is stored, None for as it is."""
    if isinstance(kind, TypeDecorator) and kind.impl_instance.bind_processor(dialect) is None:
        return partial(kind.process_bind_param, dialect=dialect)  # one call less a value
    convert = kind.bind_processor(dialect)
    if convert is not None and isinstance(kind, Date):
        return lru_cache(_DATES)(convert)  # nearly all of them are today
    return convert


def _conversions(found: list[Convert | None]) -> tuple[tuple[int, Convert], ...]:
    return tuple((place, convert) for place, convert in enumerate(found) if convert is not None)


def _maker(bound: BindParameter[Any], default: Any) -> tuple[Callable[[], object], bool]:
    """Return what makes a value that nobody gives, and whether to make it again each time."""
    # Any: a parameter of any type, a column's default of either kind
    if default is None:
        return lambda: bound.effective_value, bound.callable is not None
    if default.is_scalar:
        return lambda: default.arg, False
    return lambda: default.arg(None), True


def _run(connection: Connection, cursor: Any, sql: str, values: Sequence[object]) -> Any:
    """Run SQL on the connection's own cursor; return it. Any: it has no types."""
    try:
        cursor.execute(sql, values)
    except _errors(connection) as error:  # what is caught is looked up only when there is an error
        raise _wrapped(connection, sql, error) from error
    return cursor


def _cursor(connection: Connection) -> Any:  # Any: as above
    """Return the connection's own cursor, in a transaction; None on PostgreSQL."""
    cursor = connection.get_execution_options().get(_CURSOR)
    if cursor is not None and cursor.connection.in_transaction:
        return cursor
    return _new_cursor(connection) if connection.dialect.name == "sqlite" else None


def _new_cursor(connection: Connection) -> Any:  # Any: as above
    if not connection.in_transaction():
        connection.begin()  # else every statement would see an instant of its own
    cursor = connection.connection.cursor()
    connection.execution_options(**{_CURSOR: cursor})
    return cursor


def _errors(connection: Connection) -> type[Exception]:
    return cast("type[Exception]", cast("Any", connection.dialect.dbapi).Error)


def _wrapped(connection: Connection, sql: str, error: Exception) -> BaseException:
    return DBAPIError.instance(sql, None, error, _errors(connection), hide_parameters=True)
