"""Statements compiled once say and give the same as SQLAlchemy's own way, errors too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError, MultipleResultsFound, NoResultFound

from hub.database import table_of
from hub.house import SYSTEM, House
from hub.models.queue import CallRow, NumberSeries, TicketRow, Visit
from hub.models.schema import new_id
from hub.statements import MOST_ROWS, Statement
from hub.writer import Tx

MORNING = datetime(2026, 11, 24, 1, 30, 0, 123456, tzinfo=UTC)
DAY, SECOND = date(2026, 11, 24), timedelta(seconds=1)
_VISITS, _TICKETS = table_of(Visit), table_of(TicketRow)
_ADD_VISIT, _ADD_TICKET = Statement(insert(_VISITS)), Statement(insert(_TICKETS))
_FIND = Statement(select(*_TICKETS.c).where(_TICKETS.c.id == bindparam("of_ticket")))
_OF_DAY = Statement(select(_TICKETS.c.id).where(_TICKETS.c.day == bindparam("of_day")))


def visit(tx: Tx) -> str:
    made = new_id()
    given = {"office": tx.office, "id": made, "day": DAY, "opened_at": MORNING}
    _ADD_VISIT.run(tx.connection, given)
    return made


def ticket(tx: Tx, of_visit: str, serial: int) -> str:
    made = new_id()
    given = {
        "office": tx.office, "id": made, "visit": of_visit, "day": DAY, "prefix": "A",
        "serial": serial, "service": "information", "lane": "information", "segment": "general",
        "needs": "[]", "language": "id", "state": "waiting", "issued_at": MORNING,
        "arrived_at": MORNING,
    }  # fmt: skip
    _ADD_TICKET.run(tx.connection, given)
    return made


def run(house: House, command):
    return house.writer().run_alone(command, actor=SYSTEM)


def test_a_row_is_read_as_sqlalchemy_reads_it_with_the_defaults_of_its_columns(
    house: House,
) -> None:
    def command(tx: Tx) -> tuple[object, object]:
        made = ticket(tx, visit(tx), 1)
        asked = {"of_ticket": made}
        ours = _FIND.one(tx.connection, asked)
        theirs = tx.connection.execute(_FIND.built, asked).one()
        assert ours.issued_at == MORNING
        assert ours.day == DAY
        assert (ours.calls, ours.outcome, ours.held_for, ours.called_at) == (0, "", 0, None)
        return ours._asdict(), theirs._asdict()

    ours, theirs = run(house, command)

    assert ours == theirs


def test_which_columns_are_set_may_differ_from_run_to_run(house: House) -> None:
    change = Statement(update(_TICKETS).where(_TICKETS.c.id == bindparam("of_ticket")))

    def command(tx: Tx) -> tuple[object, ...]:
        made = ticket(tx, visit(tx), 1)
        assert change.run(tx.connection, {"of_ticket": made, "state": "called", "counter": 3}) == 1
        assert change.run(tx.connection, {"of_ticket": made, "called_at": MORNING}) == 1
        assert change.run(tx.connection, {"of_ticket": "nobody", "called_at": MORNING}) == 0
        row = _FIND.one(tx.connection, {"of_ticket": made})
        return row.state, row.counter, row.called_at

    assert run(house, command) == ("called", 3, MORNING)


def test_a_given_value_wins_over_the_default_of_its_column(house: House) -> None:
    calls = table_of(CallRow)

    def command(tx: Tx) -> list[tuple[object, ...]]:
        made = ticket(tx, visit(tx), 1)
        call = {
            "office": tx.office, "ticket": made, "counter": 1, "actor": "system:hub",
            "at": MORNING, "times": 1, "heads": "[]",
        }  # fmt: skip
        add = Statement(insert(calls))
        add.run(tx.connection, {**call, "id": "1" * 32})
        add.run(tx.connection, {**call, "id": "2" * 32, "out_of_order": True, "reason": "x"})
        read = Statement(
            select(calls.c.out_of_order, calls.c.reason)
            .where(calls.c.ticket == bindparam("of_ticket"))
            .order_by(calls.c.id)
        )
        return [tuple(row) for row in read.rows(tx.connection, {"of_ticket": made})]

    assert run(house, command) == [(False, ""), (True, "x")]


def test_many_rows_go_in_at_once_and_an_update_returns_what_it_wrote(house: House) -> None:
    series = table_of(NumberSeries)
    following = Statement(
        update(series)
        .where(series.c.prefix == bindparam("of_prefix"))
        .values(last=series.c.last + 1)
        .returning(series.c.last, series.c.day)
    )

    def command(tx: Tx) -> tuple[object, ...]:
        rows = [
            {"office": tx.office, "day": DAY, "prefix": prefix, "last": 7} for prefix in ("X", "Y")
        ]
        Statement(insert(series)).run_many(tx.connection, rows)
        return tuple(following.one(tx.connection, {"of_prefix": "Y"}))

    assert run(house, command) == (8, DAY)


def test_however_many_rows_go_in_each_is_stored_once_and_in_its_order(house: House) -> None:
    many = range(1, 2 * MOST_ROWS + 8)

    def command(tx: Tx) -> list[tuple[object, ...]]:
        rows = [
            {"office": tx.office, "id": f"{n:032x}", "day": DAY, "opened_at": MORNING + n * SECOND}
            for n in many
        ]
        _ADD_VISIT.run_many(tx.connection, rows)
        query = select(_VISITS.c.id, _VISITS.c.opened_at).where(_VISITS.c.office == tx.office)
        query = query.order_by(_VISITS.c.opened_at)
        return [tuple(row) for row in tx.connection.execute(query)]

    assert run(house, command) == [(f"{n:032x}", MORNING + n * SECOND) for n in many]


def test_one_row_is_one_row(house: House) -> None:
    def command(tx: Tx) -> None:
        of_visit = visit(tx)
        assert _OF_DAY.one_or_none(tx.connection, {"of_day": DAY}) is None
        assert _OF_DAY.scalar(tx.connection, {"of_day": DAY}) is None
        with pytest.raises(NoResultFound):
            _OF_DAY.one(tx.connection, {"of_day": DAY})
        made = [ticket(tx, of_visit, serial) for serial in (1, 2)]
        assert sorted(row.id for row in _OF_DAY.rows(tx.connection, {"of_day": DAY})) == sorted(
            made
        )
        with pytest.raises(MultipleResultsFound):
            _OF_DAY.one_or_none(tx.connection, {"of_day": DAY})

    run(house, command)


def test_a_broken_constraint_is_the_error_that_the_writer_knows_and_says_no_values(
    house: House,
) -> None:
    def command(tx: Tx) -> None:
        of_visit = visit(tx)
        ticket(tx, of_visit, 1)
        tx.connection.exec_driver_sql("SAVEPOINT again")
        with pytest.raises(IntegrityError) as broken:
            ticket(tx, of_visit, 1)
        assert "information" not in str(broken.value).replace("lane", "")
        assert of_visit not in str(broken.value)
        tx.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT again")

    run(house, command)


def test_reads_of_one_connection_see_one_instant(house: House) -> None:
    with house.database.reading_core() as connection:
        assert _OF_DAY.rows(connection, {"of_day": DAY}) == []

        run(house, lambda tx: ticket(tx, visit(tx), 1))

        assert _OF_DAY.rows(connection, {"of_day": DAY}) == []
    with house.database.reading_core() as connection:
        assert len(_OF_DAY.rows(connection, {"of_day": DAY})) == 1


def test_a_list_of_parameters_is_refused_where_it_is_compiled_once(house: House) -> None:
    listed = Statement(
        select(_TICKETS.c.id).where(_TICKETS.c.lane.in_(bindparam("lanes", expanding=True)))
    )
    if not house.database.is_sqlite:
        return

    with house.database.reading_core() as connection, pytest.raises(TypeError, match="list"):
        listed.rows(connection, {"lanes": ["a", "b"]})
