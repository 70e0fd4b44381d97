"""Acts on a ticket beyond its plain way: park, resume, undo; and why it is next or still waits."""

from __future__ import annotations

import asyncio

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from hub import queue
from hub.clock import Clock
from hub.database import Database
from hub.office import OfficeConfig
from hub.queue import classes
from hub.queue import why as reasons
from hub.web.api.description import described
from hub.web.commanding import Commanding, answer
from hub.web.station_kinds import COUNTERS
from hub.wire import Ticket, Why
from hub.wire.queue import ClassTicket, ParkTicket, ResumeTicket, UndoAct
from hub.writer import Actor, Tx

UNKNOWN = {404: ("ticket_unknown",)}


@get(
    "/tickets/{ticket:str}/why",
    opt=described(Why, refuses={404: ("ticket_unknown", "not_called_yet")}),
)
async def why(
    ticket: FromPath[str],
    station: NamedDependency[Actor],
    database: NamedDependency[Database],
    office_no: NamedDependency[int],
    office: NamedDependency[OfficeConfig],
    clock: NamedDependency[Clock],
) -> Why:
    """Return why a ticket was called when it was, or why it still waits."""
    del station
    at = clock.now()

    def read() -> Why:
        with database.reading_core() as connection:
            return reasons.why(connection, office_no, office, ticket, at)

    return await asyncio.to_thread(read)


@post(
    "/tickets/{ticket:str}/park",
    status_code=200,
    opt=described(
        Ticket, ParkTicket, refuses=UNKNOWN | {409: ("ticket_not_at_counter",)}, kinds=COUNTERS
    ),
)
async def park(
    ticket: FromPath[str],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """Put a ticket aside and free its counter."""
    ask = commanding.read(ParkTicket)

    def command(tx: Tx) -> Ticket:
        return queue.park(tx, ticket=ticket, reason=ask.reason)

    return answer(await commanding.run(command, Ticket))


@post(
    "/tickets/{ticket:str}/resume",
    status_code=200,
    opt=described(
        Ticket,
        ResumeTicket,
        refuses={
            404: ("ticket_unknown", "counter_unknown"),
            409: ("ticket_not_parked", "counter_closed", "counter_paused", "counter_busy"),
        },
        kinds=COUNTERS,
    ),
)
async def resume(
    ticket: FromPath[str],
    commanding: NamedDependency[Commanding],
    office: NamedDependency[OfficeConfig],
) -> Response[bytes]:
    """Go on with a parked ticket at a free counter, or let it wait at its old arrival."""
    ask = commanding.read(ResumeTicket)

    def command(tx: Tx) -> Ticket:
        return queue.resume(tx, office, ticket=ticket, counter=ask.counter, reason=ask.reason)

    return answer(await commanding.run(command, Ticket))


@post(
    "/tickets/{ticket:str}/undo",
    status_code=200,
    opt=described(
        Ticket,
        UndoAct,
        refuses=UNKNOWN
        | {
            403: ("undo_not_yours",),
            409: ("nothing_to_undo", "undo_too_late", "counter_closed", "counter_busy"),
        },
        kinds=COUNTERS,
    ),
)
async def undo(
    ticket: FromPath[str],
    commanding: NamedDependency[Commanding],
    office: NamedDependency[OfficeConfig],
) -> Response[bytes]:
    """Take back the last call, absence, finish or transfer, within a minute, by who did it."""
    commanding.read(UndoAct)
    done = await commanding.run(lambda tx: queue.undo(tx, office, ticket=ticket), Ticket)
    return answer(done)


@post(
    "/tickets/{ticket:str}/class",
    status_code=200,
    opt=described(
        Ticket,
        ClassTicket,
        refuses=UNKNOWN
        | {409: ("ticket_over",), 422: ("reason_missing", "segment_unknown", "group_unknown")},
        kinds=COUNTERS,
    ),
)
async def put_into_class(
    ticket: FromPath[str],
    commanding: NamedDependency[Commanding],
    office: NamedDependency[OfficeConfig],
) -> Response[bytes]:
    """Confirm the class that a person declared, or put the ticket into another."""
    ask = commanding.read(ClassTicket)

    def command(tx: Tx) -> Ticket:
        return classes.put_into_class(
            tx, office, ticket=ticket, segment=ask.segment, reason=ask.reason, group=ask.group
        )

    return answer(await commanding.run(command, Ticket))


routes = [why, park, resume, undo, put_into_class]
