"""The office's opening: kiosks' own numbers, the emergency stop, the roster, served by hand."""

from __future__ import annotations

import asyncio

from litestar import Response, get, post
from litestar.di import NamedDependency

from hub import opening, queue
from hub.cases import applications, rostered
from hub.clock import Clock
from hub.database import Database
from hub.office import OfficeConfig
from hub.opening import numbers, outage, roster
from hub.procedure import Procedure
from hub.web.api.description import described
from hub.web.commanding import Commanding, answer
from hub.web.station_kinds import ONLY_KIOSKS, ONLY_PROGRAMS
from hub.wire import SEQ_HEADER, NoticeState, Ticket, Words
from hub.wire.opening import (
    NumbersVoidedAnswer,
    OfflineTicket,
    PlanRoster,
    ResumeQueue,
    RosterState,
    ServeByHand,
    ServedByHandAnswer,
    StopQueue,
    VoidNumbers,
)
from hub.writer import Actor, Tx


@post(
    "/tickets/offline",
    status_code=201,
    opt=described(
        Ticket,
        OfflineTicket,
        refuses={403: ("series_missing",), 409: ("number_taken",), 422: ("ticket_request",)},
        kinds=ONLY_KIOSKS,
    ),
)
async def take_offline(commanding: NamedDependency[Commanding]) -> Response[bytes]:
    """Take over a ticket that the calling kiosk gave without the hub, from its own series."""
    ask = commanding.read(OfflineTicket)

    def command(tx: Tx) -> Ticket:
        case = ask.application
        # a wrong case code must not cost the person the number they hold
        found = applications.resolve(tx.session, tx.office, case) if case else None
        ticket = numbers.accept_offline(tx, commanding.office, ask, application=found)
        queue.use_booking(tx, commanding.office, ticket)
        return ticket

    return answer(await commanding.run(command, Ticket), status=201)


@post(
    "/numbers/void",
    status_code=200,
    opt=described(
        NumbersVoidedAnswer,
        VoidNumbers,
        refuses={
            403: ("series_missing",),
            409: ("number_taken",),
            422: ("ticket_request", "range_invalid"),
        },
        kinds=ONLY_KIOSKS,
    ),
)
async def void_numbers(commanding: NamedDependency[Commanding]) -> Response[bytes]:
    """Account for numbers of the calling kiosk's series that are no tickets."""
    ask = commanding.read(VoidNumbers)

    def command(tx: Tx) -> NumbersVoidedAnswer:
        prefix, count = numbers.void_own(tx, commanding.office, ask)
        return NumbersVoidedAnswer(prefix=prefix, count=count)

    return answer(await commanding.run(command, NumbersVoidedAnswer))


@post(
    "/office/stop",
    status_code=200,
    opt=described(NoticeState, StopQueue, kinds=ONLY_PROGRAMS, refuses={422: ("stop_invalid",)}),
)
async def stop(commanding: NamedDependency[Commanding]) -> Response[bytes]:
    """Stop the queue with a message on every screen; a stop in force is replaced."""
    ask = commanding.read(StopQueue)

    def command(tx: Tx) -> NoticeState:
        return opening.stop(tx, scope=ask.scope, text=Words(id=ask.text_id, en=ask.text_en))

    return answer(await commanding.run(command, NoticeState))


@post(
    "/office/resume",
    status_code=204,
    opt=described(None, ResumeQueue, kinds=ONLY_PROGRAMS, refuses={409: ("not_stopped",)}),
)
async def resume(commanding: NamedDependency[Commanding]) -> Response[None]:
    """End the emergency stop."""
    commanding.read(ResumeQueue)
    done = await commanding.run(opening.resume)
    return Response(None, headers={SEQ_HEADER: str(done.seq)})


@get("/roster", opt=described(RosterState))
async def read_roster(
    station: NamedDependency[Actor],
    database: NamedDependency[Database],
    office_no: NamedDependency[int],
    office: NamedDependency[OfficeConfig],
    clock: NamedDependency[Clock],
) -> RosterState:
    """Return today's roster."""
    del station
    day = office.today(clock.now())

    def read() -> RosterState:
        with database.reading_core() as connection:
            return roster.read(connection, office_no, day)

    return await asyncio.to_thread(read)


@post(
    "/roster",
    status_code=200,
    opt=described(
        RosterState,
        PlanRoster,
        kinds=ONLY_PROGRAMS,
        refuses={422: ("roster_invalid", "roster_reason")},
    ),
)
async def plan_roster(
    commanding: NamedDependency[Commanding], procedure: NamedDependency[Procedure]
) -> Response[bytes]:
    """Replace the roster of a day."""
    ask = commanding.read(PlanRoster)

    def command(tx: Tx) -> RosterState:
        return rostered.plan(tx, procedure, ask.day, ask.entries, ask.reason)

    return answer(await commanding.run(command, RosterState))


@post(
    "/office/served-by-hand",
    status_code=200,
    opt=described(
        ServedByHandAnswer,
        ServeByHand,
        kinds=ONLY_PROGRAMS,
        refuses={409: ("nobody_left",), 422: ("by_hand_invalid",)},
    ),
)
async def serve_by_hand(commanding: NamedDependency[Commanding]) -> Response[bytes]:
    """Finish numbers that were served by hand in an outage, so that nobody is called again."""
    ask = commanding.read(ServeByHand)

    def command(tx: Tx) -> ServedByHandAnswer:
        return outage.serve_by_hand(
            tx,
            commanding.office,
            numbers=outage.parse_ranges(ask.numbers),
            served_from=ask.served_from,
            served_to=ask.served_to,
            reason=ask.reason,
        )

    return answer(await commanding.run(command, ServedByHandAnswer))


routes = [
    take_offline,
    void_numbers,
    stop,
    resume,
    read_roster,
    plan_roster,
    serve_by_hand,
]
