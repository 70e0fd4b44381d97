"""Tickets: issue, look up, and every act on one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from hub import queue, tickets
from hub.cases import applications
from hub.clock import Clock
from hub.database import Database
from hub.errors import BadInput
from hub.office import OfficeConfig
from hub.web.api.description import described
from hub.web.commanding import Commanding, answer, ticket_answer
from hub.web.station_kinds import COUNTERS, KIOSKS
from hub.wire import (
    FieldFault,
    FinishTicket,
    IssueTicket,
    MarkAbsent,
    Ticket,
    TicketAct,
    TicketPrinted,
    TransferTicket,
)
from hub.writer import Actor, Joint, Tx

UNKNOWN = {404: ("ticket_unknown",)}


@post(
    "/tickets",
    status_code=201,
    opt=described(
        Ticket,
        IssueTicket,
        refuses={
            409: ("queue_closed", "quota_used", "queue_stopped"),
            422: ("ticket_request", "visit_unknown", "case_unknown", "case_other_office"),
        },
    ),
)
async def issue(commanding: NamedDependency[Commanding]) -> Response[bytes]:
    """Issue the next number of a service."""
    command = issuing(commanding.office, commanding.read(IssueTicket))
    return ticket_answer(await commanding.run(command, Ticket), commanding.tracking)


def issuing(office: OfficeConfig, ask: IssueTicket) -> Callable[[Tx], Ticket]:
    """Return the command that issues what was asked for."""
    code = ask.application
    if code is None:
        return Joint(queue.issue_all, queue.NumberAsked(office, ask))
    return lambda tx: queue.issue_for_case(tx, office, ask, application=_case(tx, office, code))


@get("/tickets/{ticket:str}", opt=described(Ticket, refuses=UNKNOWN))
async def read_ticket(
    ticket: FromPath[str],
    station: NamedDependency[Actor],
    database: NamedDependency[Database],
    office_no: NamedDependency[int],
    office: NamedDependency[OfficeConfig],
    clock: NamedDependency[Clock],
) -> Ticket:
    """Return a ticket with its place and estimate while it waits."""
    del station

    def read() -> Ticket:
        with database.reading_core() as connection:
            return tickets.read(connection, office_no, office, ticket, at=clock.now())

    return await asyncio.to_thread(read)


@post(
    "/tickets/{ticket:str}/printed",
    status_code=200,
    opt=described(Ticket, TicketPrinted, refuses=UNKNOWN, kinds=KIOSKS),
)
async def printed(
    ticket: FromPath[str],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """Record what became of a ticket's paper."""
    said = commanding.read(TicketPrinted)

    def command(tx: Tx) -> Ticket:
        return queue.note_paper(tx, ticket=ticket, paper=said)

    return answer(await commanding.run(command, Ticket))


@post(
    "/tickets/{ticket:str}/recall",
    status_code=200,
    opt=described(
        Ticket,
        TicketAct,
        refuses=UNKNOWN | {409: ("ticket_not_called", "recall_limit")},
        kinds=COUNTERS,
    ),
)
async def recall(
    ticket: FromPath[str],
    commanding: NamedDependency[Commanding],
    office: NamedDependency[OfficeConfig],
) -> Response[bytes]:
    """Call a called ticket once more."""
    commanding.read(TicketAct)
    done = await commanding.run(lambda tx: queue.recall(tx, office, ticket=ticket), Ticket)
    return answer(done)


@post(
    "/tickets/{ticket:str}/start",
    status_code=200,
    opt=described(
        Ticket, TicketAct, refuses=UNKNOWN | {409: ("ticket_not_called",)}, kinds=COUNTERS
    ),
)
async def start(
    ticket: FromPath[str],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """Note that the person has arrived at the counter."""
    commanding.read(TicketAct)
    return answer(await commanding.run(lambda tx: queue.start(tx, ticket=ticket), Ticket))


@post(
    "/tickets/{ticket:str}/absent",
    status_code=200,
    opt=described(
        Ticket,
        MarkAbsent,
        refuses=UNKNOWN | {409: ("ticket_not_called", "absent_too_early")},
        kinds=COUNTERS,
    ),
)
async def absent(
    ticket: FromPath[str],
    commanding: NamedDependency[Commanding],
    office: NamedDependency[OfficeConfig],
) -> Response[bytes]:
    """Mark a called person absent."""
    commanding.read(MarkAbsent)
    done = await commanding.run(lambda tx: queue.absent(tx, office, ticket=ticket), Ticket)
    return answer(done)


@post(
    "/tickets/{ticket:str}/return",
    status_code=200,
    opt=described(
        Ticket,
        TicketAct,
        refuses=UNKNOWN | {409: ("ticket_not_absent", "return_too_late", "return_used")},
        kinds=COUNTERS,
    ),
)
async def return_(
    ticket: FromPath[str],
    commanding: NamedDependency[Commanding],
    office: NamedDependency[OfficeConfig],
) -> Response[bytes]:
    """Let an absent person wait again."""
    commanding.read(TicketAct)
    done = await commanding.run(lambda tx: queue.return_(tx, office, ticket=ticket), Ticket)
    return answer(done)


@post(
    "/tickets/{ticket:str}/transfer",
    status_code=200,
    opt=described(
        Ticket,
        TransferTicket,
        refuses=UNKNOWN
        | {
            409: ("ticket_not_at_counter",),
            422: ("target_missing", "lane_unknown", "counter_unknown"),
        },
        kinds=COUNTERS,
    ),
)
async def transfer(
    ticket: FromPath[str],
    commanding: NamedDependency[Commanding],
    office: NamedDependency[OfficeConfig],
) -> Response[bytes]:
    """Let a ticket wait in another lane or for a named counter."""
    ask = commanding.read(TransferTicket)

    def command(tx: Tx) -> Ticket:
        return queue.transfer(
            tx,
            office,
            ticket=ticket,
            lane=ask.lane,
            counter=ask.counter,
            back=ask.back,
            reason=ask.reason,
        )

    return answer(await commanding.run(command, Ticket))


@post(
    "/tickets/{ticket:str}/finish",
    status_code=200,
    opt=described(
        Ticket, FinishTicket, refuses=UNKNOWN | {409: ("ticket_not_at_counter",)}, kinds=COUNTERS
    ),
)
async def finish(
    ticket: FromPath[str],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """End the service of a ticket."""
    ask = commanding.read(FinishTicket)

    def command(tx: Tx) -> Ticket:
        return queue.finish(tx, ticket=ticket, outcome=ask.outcome, note=ask.note)

    return answer(await commanding.run(command, Ticket))


def _case(tx: Tx, office: OfficeConfig, id_or_code: str) -> str:
    found = applications.resolve(tx.session, tx.office, id_or_code)
    if found is None and applications.is_of_another_office(office, id_or_code):
        raise BadInput(
            "case_other_office",
            "This code belongs to a case of another office. Go there, or continue without it.",
            id="Kode ini milik permohonan di kantor lain. Datang ke sana, atau lanjut tanpa kode.",
            fields=[FieldFault(field="application", code="unknown")],
        )
    if found is None:
        raise BadInput(
            "case_unknown",
            "No case has this code. Check it against the receipt, or continue without it.",
            id="Kode permohonan tidak ada. Periksa pada tanda terima, atau lanjut tanpa kode.",
            fields=[FieldFault(field="application", code="unknown")],
        )
    return found


routes = [issue, read_ticket, printed, recall, start, absent, return_, transfer, finish]
