"""Tickets as rows and as answers: find one, count its lane, turn it into the wire's form."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from hub.errors import NotFound
from hub.estimate import estimate_wait
from hub.models.queue import CounterRow, LaneCount, TicketRow
from hub.office import OfficeConfig
from hub.wire import Ticket
from hub.writer import Tx

WAITING, CALLED, SERVING, ABSENT, FINISHED = "waiting", "called", "serving", "absent", "finished"
AT_COUNTER = (CALLED, SERVING)
COLUMNS = TicketRow.__table__.c


def number_of(prefix: str, serial: int) -> str:
    """Return the printed number: prefix and three digits, four and more after 999."""
    return f"{prefix}-{serial:03d}"


def find_row(connection: Connection, office: int, ticket: str) -> Row[tuple[object, ...]]:
    """Return the ticket's row. Raises NotFound `ticket_unknown`."""
    query = select(*COLUMNS).where(TicketRow.office == office, TicketRow.id == ticket)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(
            "ticket_unknown",
            "There is no such ticket in this office.",
            id="Tidak ada tiket itu di kantor ini.",
        )
    return row


def at_counter(connection: Connection, office: int, counter: int) -> str | None:
    """Return the id of the ticket that `counter` has called or serves, None if free."""
    query = select(TicketRow.id).where(
        TicketRow.office == office,
        TicketRow.counter == counter,
        TicketRow.state.in_(AT_COUNTER),
    )
    return connection.execute(query).scalar_one_or_none()


def change_count(tx: Tx, lane: str, segment: str, by: int) -> None:
    """Keep the number of waiting tickets of a lane and segment."""
    changed = tx.connection.execute(
        update(LaneCount)
        .where(LaneCount.office == tx.office, LaneCount.lane == lane, LaneCount.segment == segment)
        .values(waiting=LaneCount.waiting + by)
    )
    if changed.rowcount == 0:
        tx.connection.execute(
            insert(LaneCount).values(office=tx.office, lane=lane, segment=segment, waiting=by)
        )


def waiting_in(connection: Connection, office: int, lane: str) -> int:
    """Return how many wait in `lane`."""
    query = select(func.sum(LaneCount.waiting)).where(
        LaneCount.office == office, LaneCount.lane == lane
    )
    return int(connection.execute(query).scalar_one() or 0)


def open_counters(connection: Connection, office: int) -> dict[str, int]:
    """Return, by lane, how many counters are open for it."""
    query = select(CounterRow.lanes).where(CounterRow.office == office, CounterRow.state == "open")
    counted: dict[str, int] = {}
    for (lanes,) in connection.execute(query):
        for lane in lanes.split():
            counted[lane] = counted.get(lane, 0) + 1
    return counted


def ahead_of(connection: Connection, office: int, row: Row[tuple[object, ...]]) -> int:
    """Return how many waiting tickets of the same lane arrived before this one."""
    query = select(func.count()).where(
        TicketRow.office == office,
        TicketRow.lane == row.lane,
        TicketRow.state == WAITING,
        TicketRow.arrived_at < row.arrived_at,
    )
    return int(connection.execute(query).scalar_one())


def to_wire(row: Row[tuple[object, ...]], *, ahead: int | None = None) -> Ticket:
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


def read(connection: Connection, office_no: int, office: OfficeConfig, ticket: str) -> Ticket:
    """Return the ticket with its place and estimate while it waits. Raises NotFound."""
    row = find_row(connection, office_no, ticket)
    if row.state != WAITING:
        return to_wire(row)
    ahead = ahead_of(connection, office_no, row)
    counters = open_counters(connection, office_no).get(row.lane, 0)
    estimate = estimate_wait(office, row.lane, ahead=ahead, open_counters=counters)
    return msgspec.structs.replace(to_wire(row, ahead=ahead), estimate=estimate)
