"""At the counter without a kiosk: serve somebody at once, or issue a ticket for somebody else."""

from __future__ import annotations

from hub import jobs, tickets
from hub.errors import NotFound
from hub.events.queue import DeskTicketIssued, TicketServed
from hub.office import OfficeConfig
from hub.queue import classes, counters
from hub.queue.candidates import heads_json
from hub.queue.giving import issue
from hub.tickets import SERVING
from hub.tickets.acts import answer, record_call, require_reason
from hub.wire import IssueTicket, Ticket
from hub.wire.queue import DeskTicket, DeskTicketGiven, ServeDirectly
from hub.writer import Tx


def serve(
    tx: Tx,
    office: OfficeConfig,
    request: ServeDirectly,
    *,
    counter: int,
    application: str | None = None,
) -> Ticket:
    """Serve somebody without a ticket at a free counter; listed like a call out of order.

    The person gets a number as everybody does, so that the day's numbers add up. Raises BadInput
    `reason_missing`, `ticket_request`, Conflict `counter_closed`, `counter_busy`, `queue_closed`.
    """
    require_reason(
        request.reason,
        "Serving somebody without a ticket needs a reason.",
        "Melayani tanpa nomor memerlukan alasan.",
    )
    row = counters.require_free(tx, office, counter)
    ranked = counters.candidates(tx, office, row)
    asked = IssueTicket(
        service=request.service,
        segment=request.segment,
        needs=request.needs,
        language=request.language,
        visit=request.visit,
    )
    given = issue(tx, office, asked, application=application)
    line = tickets.find_row(tx.connection, tx.office, given.id)
    tickets.change(
        tx, given.id, state=SERVING, counter=counter, calls=1, called_at=tx.at, started_at=tx.at
    )
    tickets.change_count(tx, tickets.group_of(line), -1)
    counters.note_segment(tx, office, row, line.segment)
    heads = heads_json(ranked, given.id)
    record_call(
        tx, given.id, counter, times=1, heads=heads, reason=request.reason, out_of_order=True
    )
    tx.emit(TicketServed(given.number, given.lane, counter), subject=given.id)
    return answer(tx, given.id)


def issue_at_desk(
    tx: Tx,
    office: OfficeConfig,
    request: DeskTicket,
    *,
    counter: int,
    application: str | None = None,
) -> Ticket:
    """Issue a ticket for somebody else, not printed yet; priority names its vulnerable group.

    Raises what `queue.issue` raises, and BadInput `reason_missing`, `group_unknown`.
    """
    if office.counter(counter) is None:
        raise NotFound(
            "counter_unknown",
            f"There is no counter {counter} in this office.",
            id=f"Tidak ada loket {counter} di kantor ini.",
        )
    asked = IssueTicket(
        service=request.service,
        segment=request.segment,
        needs=request.needs,
        language=request.language,
        visit=request.visit,
    )
    given = issue(tx, office, asked, application=application)
    classes.note_given(tx, office, ticket=given.id, segment=request.segment, group=request.group)
    return given


def give_paper(tx: Tx, *, ticket: Ticket, counter: int, blob: str | None) -> DeskTicketGiven:
    """Print a drawn ticket at the counter, or note that its number is written down by hand."""
    if blob is None:
        tickets.change(tx, ticket.id, printed="written")
        tx.emit(DeskTicketIssued(ticket.number, counter, "written"), subject=ticket.id)
        return DeskTicketGiven(ticket=ticket, write_down=True)
    job = jobs.ask(tx, counter=counter, kind="print_ticket", blob=blob)
    tickets.change(tx, ticket.id, printed="sent")
    tx.emit(DeskTicketIssued(ticket.number, counter, job.id), subject=ticket.id)
    return DeskTicketGiven(ticket=ticket, job=job.id)
