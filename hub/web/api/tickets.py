"""Tickets: issue, look up, and every act on one."""

from __future__ import annotations

import asyncio

from litestar import Response, get, post

from hub import applications, board, queue, tickets
from hub.database import Database
from hub.errors import BadInput
from hub.office import OfficeConfig
from hub.web.commanding import Commanding, answer
from hub.wire import (
    FieldFault,
    FinishTicket,
    IssueTicket,
    MarkAbsent,
    Ticket,
    TicketAct,
    TicketPrinted,
    TransferTicket,
    Why,
)
from hub.writer import Actor, Tx


@post("/tickets", status_code=201)
async def issue(data: IssueTicket, commanding: Commanding, office: OfficeConfig) -> Response[bytes]:
    """Issue the next number of a service."""

    def command(tx: Tx) -> Ticket:
        application = _case(tx, data.application)
        return queue.issue(tx, office, data, application=application)

    return answer(await commanding.run(command, Ticket), status=201)


@get("/tickets/{ticket:str}")
async def read_ticket(
    ticket: str, station: Actor, database: Database, office_no: int, office: OfficeConfig
) -> Ticket:
    """Return a ticket with its place and estimate while it waits."""
    del station

    def read() -> Ticket:
        with database.reading_core() as connection:
            return tickets.read(connection, office_no, office, ticket)

    return await asyncio.to_thread(read)


@get("/tickets/{ticket:str}/why")
async def why(ticket: str, station: Actor, database: Database, office_no: int) -> Why:
    """Return why a ticket was called when it was: the heads of all groups with their scores."""
    del station

    def read() -> Why:
        with database.reading_core() as connection:
            return board.why(connection, office_no, ticket)

    return await asyncio.to_thread(read)


@post("/tickets/{ticket:str}/printed", status_code=200)
async def printed(ticket: str, data: TicketPrinted, commanding: Commanding) -> Response[bytes]:
    """Record what became of a ticket's paper."""

    def command(tx: Tx) -> Ticket:
        return queue.note_paper(tx, ticket=ticket, paper=data)

    return answer(await commanding.run(command, Ticket))


@post("/tickets/{ticket:str}/recall", status_code=200)
async def recall(
    ticket: str, data: TicketAct, commanding: Commanding, office: OfficeConfig
) -> Response[bytes]:
    """Call a called ticket once more."""
    del data
    done = await commanding.run(lambda tx: queue.recall(tx, office, ticket=ticket), Ticket)
    return answer(done)


@post("/tickets/{ticket:str}/start", status_code=200)
async def start(ticket: str, data: TicketAct, commanding: Commanding) -> Response[bytes]:
    """Note that the person has arrived at the counter."""
    del data
    return answer(await commanding.run(lambda tx: queue.start(tx, ticket=ticket), Ticket))


@post("/tickets/{ticket:str}/absent", status_code=200)
async def absent(ticket: str, data: MarkAbsent, commanding: Commanding) -> Response[bytes]:
    """Mark a called person absent."""
    del data
    return answer(await commanding.run(lambda tx: queue.absent(tx, ticket=ticket), Ticket))


@post("/tickets/{ticket:str}/return", status_code=200)
async def return_(
    ticket: str, data: TicketAct, commanding: Commanding, office: OfficeConfig
) -> Response[bytes]:
    """Let an absent person wait again."""
    del data
    done = await commanding.run(lambda tx: queue.return_(tx, office, ticket=ticket), Ticket)
    return answer(done)


@post("/tickets/{ticket:str}/transfer", status_code=200)
async def transfer(
    ticket: str, data: TransferTicket, commanding: Commanding, office: OfficeConfig
) -> Response[bytes]:
    """Let a ticket wait in another lane or for a named counter."""

    def command(tx: Tx) -> Ticket:
        return queue.transfer(
            tx, office, ticket=ticket, lane=data.lane, counter=data.counter, reason=data.reason
        )

    return answer(await commanding.run(command, Ticket))


@post("/tickets/{ticket:str}/finish", status_code=200)
async def finish(ticket: str, data: FinishTicket, commanding: Commanding) -> Response[bytes]:
    """End the service of a ticket."""

    def command(tx: Tx) -> Ticket:
        return queue.finish(tx, ticket=ticket, outcome=data.outcome, note=data.note)

    return answer(await commanding.run(command, Ticket))


def _case(tx: Tx, id_or_code: str | None) -> str | None:
    if id_or_code is None:
        return None
    found = applications.resolve(tx.session, tx.office, id_or_code)
    if found is None:
        raise BadInput(
            "case_unknown",
            "No case has this code. Check it against the receipt, or continue without it.",
            id="Kode berkas tidak ditemukan. Periksa pada tanda terima, atau lanjut tanpa kode.",
            fields=[FieldFault(field="application", code="unknown")],
        )
    return found


routes = [issue, read_ticket, why, printed, recall, start, absent, return_, transfer, finish]
