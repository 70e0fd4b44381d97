"""The queue: call the next person, follow a ticket through lanes to its end.

Every function is one command inside the writer's transaction. The loser of a race gets the next
person; the waiting order is arrival, never the number.
"""

from __future__ import annotations

from typing import get_args

import msgspec

from hub import opening, tickets
from hub.errors import BadInput
from hub.events import TicketCalled, TicketFinished, TicketPaper, TicketStarted
from hub.events.queue import GuideWanted
from hub.office import OfficeConfig
from hub.queue import counters
from hub.queue.candidates import heads_json
from hub.queue.undoing import memo
from hub.tickets import AT_COUNTER, CALLED, FINISHED, SERVING, WAITING, number_of
from hub.tickets.acts import answer, in_state, keep_note, record_call, require_reason
from hub.wire import FieldFault, Outcome, Ticket, TicketPrinted
from hub.writer import Tx

OUTCOMES = get_args(Outcome)


def call_next(
    tx: Tx, office: OfficeConfig, *, counter: int, ticket: str | None = None, reason: str = ""
) -> Ticket | None:
    """Call the next person to `counter`, or `ticket` out of order with a reason; None if nobody.

    Raises Conflict `counter_closed`, `counter_paused`, `counter_busy`, `ticket_not_waiting`.
    """
    opening.require_calls(tx)
    row = counters.require_free(tx, office, counter)
    ranked = counters.candidates(tx, office, row)
    if ticket is not None:
        chosen = _out_of_order(tx, ticket, reason)
    elif ranked:
        chosen = ranked[0].head.ticket
    else:
        return None
    out_of_order = ticket is not None and (not ranked or ranked[0].head.ticket != chosen)
    line = tickets.find_row(tx.connection, tx.office, chosen)
    undoing = memo(
        tx,
        line,
        "call",
        *("state", "counter", "calls", "called_at", "started_at"),
        counter=counter,
        streak=row.priority_streak,
    )
    tickets.change(
        tx,
        chosen,
        state=CALLED,
        counter=counter,
        calls=1,
        called_at=tx.at,
        started_at=None,
        undo=undoing,
    )
    tickets.change_count(tx, tickets.group_of(line), -1)
    counters.note_segment(tx, office, row, line.segment)
    record_call(
        tx,
        chosen,
        counter,
        times=1,
        heads=heads_json(ranked, chosen),
        reason=reason,
        out_of_order=out_of_order,
    )
    number = number_of(line.prefix, line.serial)
    event = TicketCalled(number, line.lane, counter, 1, recall=False, out_of_order=out_of_order)
    tx.emit(event, subject=chosen)
    if line.needs != "[]" and _wants_guide(office, line.needs):
        tx.emit(GuideWanted(number, line.lane, counter), subject=chosen)
    return answer(tx, chosen)


def start(tx: Tx, *, ticket: str) -> Ticket:
    """Note that the person has arrived at the counter. Raises Conflict `ticket_not_called`."""
    line = in_state(tx, ticket, CALLED, code="ticket_not_called")
    tickets.change(tx, ticket, state=SERVING, started_at=tx.at, undo="")
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketStarted(number, line.counter), subject=ticket)
    return answer(tx, ticket)


def finish(tx: Tx, *, ticket: str, outcome: str = "done", note: str = "") -> Ticket:
    """End the service of a ticket at its counter; the note is kept with the ticket.

    Raises BadInput `outcome_unknown`, Conflict `ticket_not_at_counter`.
    """
    if outcome not in OUTCOMES:
        raise BadInput(
            "outcome_unknown",
            f"The outcome is one of {', '.join(OUTCOMES)}.",
            id=f"Hasil adalah salah satu dari {', '.join(OUTCOMES)}.",
            fields=[FieldFault(field="outcome", code="unknown")],
        )
    line = in_state(tx, ticket, *AT_COUNTER, code="ticket_not_at_counter")
    started = line.started_at or tx.at
    tickets.change(
        tx,
        ticket,
        state=FINISHED,
        outcome=outcome,
        started_at=started,
        finished_at=tx.at,
        undo=memo(tx, line, "finish", "state", "outcome", "started_at", "finished_at"),
    )
    keep_note(tx, ticket, "finish", note)
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketFinished(number, line.counter, outcome), subject=ticket)
    return answer(tx, ticket)


def note_paper(tx: Tx, *, ticket: str, paper: TicketPrinted) -> Ticket:
    """Record what became of a ticket's paper. Raises NotFound."""
    line = tickets.find_row(tx.connection, tx.office, ticket)
    tickets.change(tx, ticket, printed=paper.state, copies=line.copies + int(paper.copy))
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketPaper(number, paper.state, paper.code, paper.copy), subject=ticket)
    return answer(tx, ticket)


# ── below: what the verbs are made of ────────────────────────────────────────


def _wants_guide(office: OfficeConfig, needs: str) -> bool:
    codes = msgspec.json.decode(needs, type=list[str])
    return any(need.alerts for code in codes if (need := office.need(code)) is not None)


def _out_of_order(tx: Tx, ticket: str, reason: str) -> str:
    require_reason(
        reason,
        "Calling out of order needs a reason.",
        "Memanggil di luar urutan memerlukan alasan.",
    )
    in_state(tx, ticket, WAITING, code="ticket_not_waiting")
    return ticket
