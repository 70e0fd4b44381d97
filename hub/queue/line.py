"""The queue: give numbers, call the next person, follow a ticket through lanes to its end.

Every function is one command inside the writer's transaction. The loser of a race gets the next
person; a number is unique by constraint; the waiting order is arrival, never the number.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import get_args

import msgspec
from sqlalchemy import bindparam, insert, select, update

from hub import opening, tickets
from hub.database import table_of
from hub.errors import BadInput
from hub.events import TicketCalled, TicketFinished, TicketIssued, TicketPaper, TicketStarted
from hub.events.queue import GuideWanted
from hub.models.queue import NumberSeries, Visit
from hub.models.schema import new_id
from hub.office import OfficeConfig, ServiceConfig
from hub.queue import counters
from hub.queue.candidates import heads_json
from hub.queue.routing import arrival_of
from hub.queue.undoing import memo
from hub.statements import Statement
from hub.tickets import AT_COUNTER, CALLED, FINISHED, SERVING, WAITING, Group, number_of
from hub.tickets.acts import answer, in_state, keep_note, record_call, require_reason
from hub.wire import FieldFault, IssueTicket, Outcome, Ticket, TicketPrinted
from hub.writer import Tx

OUTCOMES = get_args(Outcome)

# statements are built once: building one costs more than running it
_VISITS, _SERIES = table_of(Visit), table_of(NumberSeries)
_ADD_VISIT, _ADD_SERIES = Statement(insert(_VISITS)), Statement(insert(_SERIES))
_FIND_VISIT = Statement(
    select(_VISITS.c.id).where(
        _VISITS.c.office == bindparam("of_office"), _VISITS.c.id == bindparam("of_visit")
    )
)
_NEXT_SERIAL = Statement(
    update(_SERIES)
    .where(
        _SERIES.c.office == bindparam("of_office"),
        _SERIES.c.day == bindparam("of_day"),
        _SERIES.c.prefix == bindparam("of_prefix"),
    )
    .values(last=_SERIES.c.last + 1)
    .returning(_SERIES.c.last)
)


def issue(
    tx: Tx,
    office: OfficeConfig,
    request: IssueTicket,
    *,
    application: str | None = None,
    booked: datetime | None = None,
) -> Ticket:
    """Give the next number of a service; `booked` is the time of an appointment.

    Raises BadInput `ticket_request`, `visit_unknown`, Conflict `queue_closed`, `quota_used`.
    """
    service = _service(office, request)
    _check_visit(tx, request.visit)
    opening.require_numbers(tx, office, service)
    day = office.today(tx.at)
    serial = _next_serial(tx, office, service, day)
    ahead = tickets.waiting_in(tx.connection, tx.office, service.lane)
    expected = tickets.expected_wait(
        tx.connection, tx.office, office, service.lane, ahead=ahead, at=tx.at
    )
    ticket = new_id()
    group = Group(service.lane, request.segment, request.language, _needed(office, request))
    visit = request.visit or _open_visit(tx, day)
    tickets.add(
        tx,
        id=ticket,
        visit=visit,
        day=day,
        prefix=service.prefix,
        serial=serial,
        service=service.code,
        lane=group.lane,
        segment=group.segment,
        needs=msgspec.json.encode(request.needs).decode(),
        needed=group.needed,
        language=group.language,
        state=WAITING,
        issued_at=tx.at,
        arrived_at=arrival_of(booked, tx.at, _grace(office)) if booked else tx.at,
        appointment_at=booked,
        application=application,
        low_min=expected.low_min,
        high_min=expected.high_min,
    )
    tickets.change_count(tx, group, +1)
    number = number_of(service.prefix, serial)
    tx.emit(TicketIssued(number, service.lane, service.code, request.segment), subject=ticket)
    return Ticket(
        id=ticket,
        number=number,
        service=service.code,
        lane=service.lane,
        state=WAITING,
        segment=request.segment,
        needs=request.needs,
        language=request.language,
        issued_at=tx.at,
        visit=visit,
        ahead=ahead,
        estimate=expected,
        application=application,
    )


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


def _service(office: OfficeConfig, request: IssueTicket) -> ServiceConfig:
    faults = []
    service = office.service(request.service)
    if service is None:
        known = ", ".join(service.code for service in office.services)
        faults.append(FieldFault(field="service", code="unknown", message=f"one of {known}"))
    if office.segment(request.segment) is None:
        known = ", ".join(one.code for one in office.segments)
        faults.append(FieldFault(field="segment", code="unknown", message=f"one of {known}"))
    elif service is not None and service.segments and request.segment not in service.segments:
        only = ", ".join(service.segments)
        faults.append(FieldFault(field="segment", code="not_here", message=f"only {only}"))
    if any(office.need(need) is None for need in request.needs):
        known = ", ".join(one.code for one in office.needs)
        faults.append(FieldFault(field="needs", code="unknown", message=f"any of {known}"))
    if request.language not in office.office.languages:
        known = ", ".join(office.office.languages)
        faults.append(FieldFault(field="language", code="unknown", message=f"one of {known}"))
    if faults or service is None:
        raise BadInput(
            "ticket_request",
            "The ticket cannot be issued: correct the named fields.",
            id="Nomor tidak dapat diterbitkan: perbaiki isian yang disebut.",
            fields=faults,
        )
    return service


def _check_visit(tx: Tx, visit: str | None) -> None:
    if visit is None:
        return
    asked = {"of_office": tx.office, "of_visit": visit}
    if _FIND_VISIT.one_or_none(tx.connection, asked) is None:
        raise BadInput(
            "visit_unknown",
            "There is no such visit. Leave it out for a new one.",
            id="Tidak ada kunjungan itu. Kosongkan untuk kunjungan baru.",
            fields=[FieldFault(field="visit", code="unknown")],
        )


def _next_serial(tx: Tx, office: OfficeConfig, service: ServiceConfig, day: date) -> int:
    of = {"of_office": tx.office, "of_day": day, "of_prefix": service.prefix}
    serial: int | None = _NEXT_SERIAL.scalar(tx.connection, of)
    if serial is None:
        serial = 1
        first = {"office": tx.office, "day": day, "prefix": service.prefix, "last": serial}
        _ADD_SERIES.run(tx.connection, first)
    opening.require_quota(tx.connection, tx.office, office, service, serial, tx.at)
    return serial


def _open_visit(tx: Tx, day: date) -> str:
    visit = new_id()
    opened = {"office": tx.office, "id": visit, "day": day, "opened_at": tx.at}
    _ADD_VISIT.run(tx.connection, opened)
    return visit


def _needed(office: OfficeConfig, request: IssueTicket) -> str:
    """Return what a counter must have for this ticket, in one order whatever was sent."""
    if not request.needs:
        return ""
    at_counter = {need.code for need in office.needs if need.at_counter}
    return " ".join(sorted(at_counter.intersection(request.needs)))


def _grace(office: OfficeConfig) -> timedelta:
    return timedelta(minutes=office.queue.appointment_grace_min)


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
