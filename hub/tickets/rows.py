"""Tickets as rows and as answers: find one, count its lane, turn it into the wire's form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, literal_column, select, update

from hub.database import table_of
from hub.errors import NotFound
from hub.models.queue import LaneCount, TicketRow
from hub.office import OfficeConfig
from hub.statements import Line, Statement
from hub.tickets.outlook import expected_wait
from hub.wire import Ticket
from hub.writer import Tx

WAITING, CALLED, SERVING, ABSENT, FINISHED = "waiting", "called", "serving", "absent", "finished"
PARKED, ENDED = "parked", "ended"
AT_COUNTER = (CALLED, SERVING)
GIVEN_BACK = "given_back"
"""The outcome of a ticket that its person gave back."""

TABLE = table_of(TicketRow)
COLUMNS = TABLE.c
# words, not parameters: a partial index is used only where the statement says what it covers
IS_WAITING = COLUMNS.state == literal_column("'waiting'")
IS_AT_COUNTER = COLUMNS.state.in_([literal_column("'called'"), literal_column("'serving'")])

# statements are built once: building one costs more than running it
_BY_ID = (COLUMNS.office == bindparam("of_office"), COLUMNS.id == bindparam("of_ticket"))
_FIND = Statement(select(*COLUMNS).where(*_BY_ID))
_ADD = Statement(insert(TABLE))
_CHANGE = Statement(update(TABLE).where(*_BY_ID))
_AT_COUNTER = Statement(
    select(COLUMNS.id).where(
        COLUMNS.office == bindparam("of_office"),
        COLUMNS.counter == bindparam("of_counter"),
        IS_AT_COUNTER,
    )
)
_AHEAD = Statement(
    select(func.count()).where(
        COLUMNS.office == bindparam("of_office"),
        COLUMNS.lane == bindparam("of_lane"),
        IS_WAITING,
        COLUMNS.arrived_at < bindparam("before"),
    )
)

_COUNTS = table_of(LaneCount)
_IN_LANE = (_COUNTS.c.office == bindparam("of_office"), _COUNTS.c.lane == bindparam("of_lane"))
_WAITING_IN = Statement(select(func.sum(_COUNTS.c.waiting)).where(*_IN_LANE))
_ADD_COUNT = Statement(insert(_COUNTS))
_COUNT = Statement(
    update(_COUNTS)
    .where(
        *_IN_LANE,
        _COUNTS.c.segment == bindparam("of_segment"),
        _COUNTS.c.language == bindparam("of_language"),
        _COUNTS.c.needed == bindparam("of_needed"),
        _COUNTS.c.held_for == bindparam("of_held_for"),
    )
    .values(waiting=_COUNTS.c.waiting + bindparam("more"))
)


class Group(NamedTuple):
    """Tickets of which only the first can be next: they wait in one order for the same things."""

    lane: str
    segment: str
    language: str
    needed: str = ""
    held_for: int = 0


def group_of(row: Any) -> Group:  # Any: a row with the group among its columns
    """Return the group in which a ticket waits."""
    return Group(row.lane, row.segment, row.language, row.needed, row.held_for)


def number_of(prefix: str, serial: int) -> str:
    """Return the printed number: prefix and three digits, four and more after 999."""
    return f"{prefix}-{serial:03d}"


def find_row(connection: Connection, office: int, ticket: str) -> Line:
    """Return the ticket's row. Raises NotFound `ticket_unknown`."""
    row = _FIND.one_or_none(connection, {"of_office": office, "of_ticket": ticket})
    if row is None:
        raise NotFound(
            "ticket_unknown",
            "There is no such ticket in this office.",
            id="Tidak ada tiket itu di kantor ini.",
        )
    return row


def add(tx: Tx, **values: object) -> None:
    """Store a new ticket of the office."""
    _ADD.run(tx.connection, {"office": tx.office, **values})


def add_all(connection: Connection, rows: Sequence[dict[str, object]]) -> None:
    """Store new tickets, rows of the same columns."""
    _ADD.run_many(connection, rows)


def change(tx: Tx, ticket: str, **values: object) -> None:
    """Set columns of a ticket."""
    _CHANGE.run(tx.connection, {"of_office": tx.office, "of_ticket": ticket, **values})


def at_counter(connection: Connection, office: int, counter: int) -> str | None:
    """Return the id of the ticket that `counter` has called or serves, None if free."""
    asked = {"of_office": office, "of_counter": counter}
    return cast("str | None", _AT_COUNTER.scalar(connection, asked))


def change_count(tx: Tx, group: Group, by: int) -> None:
    """Keep the number of waiting tickets of a group."""
    of = {
        "of_office": tx.office,
        "of_lane": group.lane,
        "of_segment": group.segment,
        "of_language": group.language,
        "of_needed": group.needed,
        "of_held_for": group.held_for,
        "more": by,
    }
    if _COUNT.run(tx.connection, of):
        return
    first = {"office": tx.office, "waiting": by, **group._asdict()}
    _ADD_COUNT.run(tx.connection, first)


def waiting_in(connection: Connection, office: int, lane: str) -> int:
    """Return how many wait in `lane`."""
    asked = {"of_office": office, "of_lane": lane}
    return int(_WAITING_IN.scalar(connection, asked) or 0)


def ahead_of(connection: Connection, office: int, row: Line) -> int:
    """Return how many waiting tickets of the same lane arrived before this one."""
    asked = {"of_office": office, "of_lane": row.lane, "before": row.arrived_at}
    return int(_AHEAD.scalar(connection, asked))


def to_wire(row: Line, *, ahead: int | None = None) -> Ticket:
    """Return the ticket as it goes out, without an estimate."""
    return Ticket(
        id=row.id,
        number=number_of(row.prefix, row.serial),
        service=row.service,
        lane=row.lane,
        state=row.state,
        segment=row.segment,
        needs=msgspec.json.decode(row.needs, type=list[str]),
        language=row.language,
        issued_at=row.issued_at,
        visit=row.visit,
        ahead=ahead,
        counter=row.counter,
        calls=row.calls,
        called_at=row.called_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        application=row.application,
    )


def read(
    connection: Connection,
    office_no: int,
    office: OfficeConfig,
    ticket: str,
    *,
    at: datetime | None = None,
) -> Ticket:
    """Return the ticket; while it waits with its place, and its estimate `at`. Raises NotFound."""
    row = find_row(connection, office_no, ticket)
    if row.state != WAITING:
        return to_wire(row)
    ahead = ahead_of(connection, office_no, row)
    if at is None:
        return to_wire(row, ahead=ahead)
    estimate = expected_wait(connection, office_no, office, row.lane, ahead=ahead, at=at)
    return msgspec.structs.replace(to_wire(row, ahead=ahead), estimate=estimate)
