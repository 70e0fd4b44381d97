"""The queue: give numbers, call the next person, follow a ticket through lanes to its end.

Every function is one command inside the writer's transaction. The loser of a race gets the next
person; a number is unique by constraint; the waiting order is arrival, never the number.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
from sqlalchemy import Row, insert, select, update

from hub import counters, tickets
from hub.errors import BadInput, Conflict
from hub.estimate import estimate_wait
from hub.events import (
    TicketAbsent,
    TicketCalled,
    TicketFinished,
    TicketIssued,
    TicketPaper,
    TicketReturned,
    TicketStarted,
    TicketTransferred,
)
from hub.models.queue import CallRow, NumberSeries, TicketRow, Visit
from hub.models.schema import new_id
from hub.office import OfficeConfig, ServiceConfig
from hub.tickets import ABSENT, AT_COUNTER, CALLED, FINISHED, SERVING, WAITING, number_of
from hub.wire import FieldFault, IssueTicket, Ticket, TicketPrinted
from hub.writer import Tx

TicketLine = Row[tuple[object, ...]]
JUST_AFTER = timedelta(microseconds=1)


def issue(
    tx: Tx, office: OfficeConfig, request: IssueTicket, *, application: str | None = None
) -> Ticket:
    """Give the next number of a service. Raises BadInput, Conflict `queue_closed`, `quota_used`."""
    service = _service(office, request)
    _check_visit(tx, request.visit)
    _check_open(tx, office, service)
    serial = _next_serial(tx, office, service)
    ahead = tickets.waiting_in(tx.connection, tx.office, service.lane)
    ticket = new_id()
    tx.connection.execute(
        insert(TicketRow).values(
            office=tx.office,
            id=ticket,
            visit=request.visit or _open_visit(tx, office),
            day=office.today(tx.at),
            prefix=service.prefix,
            serial=serial,
            service=service.code,
            lane=service.lane,
            segment=request.segment,
            needs=msgspec.json.encode(request.needs).decode(),
            language=request.language,
            state=WAITING,
            issued_at=tx.at,
            arrived_at=tx.at,
            application=application,
        )
    )
    tickets.change_count(tx, service.lane, request.segment, +1)
    number = number_of(service.prefix, serial)
    tx.emit(TicketIssued(number, service.lane, service.code, request.segment), subject=ticket)
    open_now = tickets.open_counters(tx.connection, tx.office).get(service.lane, 0)
    answer = tickets.to_wire(tickets.find_row(tx.connection, tx.office, ticket), ahead=ahead)
    estimate = estimate_wait(office, service.lane, ahead=ahead, open_counters=open_now)
    return msgspec.structs.replace(answer, estimate=estimate)


def call_next(
    tx: Tx, office: OfficeConfig, *, counter: int, ticket: str | None = None, reason: str = ""
) -> Ticket | None:
    """Call the next person to `counter`, or `ticket` out of order with a reason; None if nobody.

    Raises Conflict `counter_closed`, `counter_paused`, `counter_busy`, `ticket_not_waiting`.
    """
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
    _set(tx, chosen, state=CALLED, counter=counter, calls=1, called_at=tx.at, started_at=None)
    tickets.change_count(tx, line.lane, line.segment, -1)
    counters.note_segment(tx, row, line.segment)
    _record_call(tx, chosen, counter, 1, counters.heads_json(ranked, chosen), reason, out_of_order)
    number = number_of(line.prefix, line.serial)
    event = TicketCalled(number, line.lane, counter, 1, recall=False, out_of_order=out_of_order)
    tx.emit(event, subject=chosen)
    return _answer(tx, chosen)


def recall(tx: Tx, office: OfficeConfig, *, ticket: str) -> Ticket:
    """Call a called ticket once more. Raises Conflict `ticket_not_called`, `recall_limit`."""
    line = _in_state(tx, ticket, CALLED, code="ticket_not_called")
    if line.calls >= office.queue.recall_limit:
        raise Conflict(
            "recall_limit",
            f"Called {line.calls} times already. Mark the ticket absent.",
            id=f"Sudah dipanggil {line.calls} kali. Tandai tidak hadir.",
        )
    times = line.calls + 1
    _set(tx, ticket, calls=times)
    _record_call(tx, ticket, line.counter, times, "[]", "", out_of_order=False)
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketCalled(number, line.lane, line.counter, times, recall=True), subject=ticket)
    return _answer(tx, ticket)


def start(tx: Tx, *, ticket: str) -> Ticket:
    """Note that the person has arrived at the counter. Raises Conflict `ticket_not_called`."""
    line = _in_state(tx, ticket, CALLED, code="ticket_not_called")
    _set(tx, ticket, state=SERVING, started_at=tx.at)
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketStarted(number, line.counter), subject=ticket)
    return _answer(tx, ticket)


def absent(tx: Tx, *, ticket: str) -> Ticket:
    """Mark a called person absent and free the counter. Raises Conflict `ticket_not_called`."""
    line = _in_state(tx, ticket, CALLED, code="ticket_not_called")
    _set(tx, ticket, state=ABSENT, counter=None, absent_at=tx.at)
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketAbsent(number, line.counter), subject=ticket)
    return _answer(tx, ticket)


def return_(tx: Tx, office: OfficeConfig, *, ticket: str) -> Ticket:
    """Let an absent person wait again, after the next few. Raises Conflict `return_too_late`."""
    line = _in_state(tx, ticket, ABSENT, code="ticket_not_absent")
    within = timedelta(minutes=office.queue.return_within_min)
    if tx.at - line.absent_at > within:
        raise Conflict(
            "return_too_late",
            f"Returning was possible within {office.queue.return_within_min} minutes. "
            "Issue a new ticket.",
            id=f"Batas kembali {office.queue.return_within_min} menit sudah lewat. "
            "Terbitkan nomor baru.",
        )
    arrived = _arrival_after(tx, line.lane, office.queue.return_after)
    _set(tx, ticket, state=WAITING, calls=0, called_at=None, absent_at=None, arrived_at=arrived)
    tickets.change_count(tx, line.lane, line.segment, +1)
    tx.emit(TicketReturned(number_of(line.prefix, line.serial), line.lane), subject=ticket)
    return _answer(tx, ticket)


def transfer(
    tx: Tx,
    office: OfficeConfig,
    *,
    ticket: str,
    lane: str | None = None,
    counter: int | None = None,
    reason: str = "",
) -> Ticket:
    """Let a ticket wait in another lane or for a named counter; number and arrival stay.

    Raises BadInput for an unknown lane or counter, Conflict `ticket_not_at_counter`.
    """
    del reason  # kept with the request; the event needs no free text
    line = _in_state(tx, ticket, *AT_COUNTER, code="ticket_not_at_counter")
    to_lane = lane or line.lane
    _check_target(office, to_lane, counter)
    _set(
        tx,
        ticket,
        state=WAITING,
        lane=to_lane,
        counter=None,
        reserved_counter=counter,
        calls=0,
        called_at=None,
        started_at=None,
    )
    tickets.change_count(tx, to_lane, line.segment, +1)
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketTransferred(number, to_lane, line.lane, counter), subject=ticket)
    return _answer(tx, ticket)


def finish(tx: Tx, *, ticket: str, outcome: str = "done", note: str = "") -> Ticket:
    """End the service of a ticket at its counter. Raises Conflict `ticket_not_at_counter`."""
    del note
    line = _in_state(tx, ticket, *AT_COUNTER, code="ticket_not_at_counter")
    started = line.started_at or tx.at
    _set(tx, ticket, state=FINISHED, outcome=outcome, started_at=started, finished_at=tx.at)
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketFinished(number, line.counter, outcome), subject=ticket)
    return _answer(tx, ticket)


def note_paper(tx: Tx, *, ticket: str, paper: TicketPrinted) -> Ticket:
    """Record what became of a ticket's paper. Raises NotFound."""
    line = tickets.find_row(tx.connection, tx.office, ticket)
    _set(tx, ticket, printed=paper.state, copies=line.copies + int(paper.copy))
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketPaper(number, paper.state, paper.code, paper.copy), subject=ticket)
    return _answer(tx, ticket)


# ── below: what the verbs are made of ────────────────────────────────────────


def _service(office: OfficeConfig, request: IssueTicket) -> ServiceConfig:
    faults = []
    service = office.service(request.service)
    if service is None:
        known = ", ".join(service.code for service in office.services)
        faults.append(FieldFault(field="service", code="unknown", message=f"one of {known}"))
    if request.segment not in ("general", "priority"):
        faults.append(FieldFault(field="segment", code="unknown", message="general or priority"))
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
    known = select(Visit.id).where(Visit.office == tx.office, Visit.id == visit)
    if tx.connection.execute(known).first() is None:
        raise BadInput(
            "visit_unknown",
            "There is no such visit. Leave it out for a new one.",
            id="Tidak ada kunjungan itu. Kosongkan untuk kunjungan baru.",
            fields=[FieldFault(field="visit", code="unknown")],
        )


def _check_open(tx: Tx, office: OfficeConfig, service: ServiceConfig) -> None:
    why = office.closed_because(service.code, tx.at)
    if why is not None:
        raise Conflict("queue_closed", why.en, id=why.id)


def _next_serial(tx: Tx, office: OfficeConfig, service: ServiceConfig) -> int:
    day = office.today(tx.at)
    same = (
        NumberSeries.office == tx.office,
        NumberSeries.day == day,
        NumberSeries.prefix == service.prefix,
    )
    last = tx.connection.execute(select(NumberSeries.last).where(*same)).scalar_one_or_none()
    if service.quota is not None and (last or 0) >= service.quota:
        raise Conflict(
            "quota_used",
            f"Today's {service.quota} numbers for {service.name.en} are used up.",
            id=f"{service.quota} nomor {service.name.id} hari ini sudah habis.",
        )
    if last is None:
        tx.connection.execute(
            insert(NumberSeries).values(office=tx.office, day=day, prefix=service.prefix, last=1)
        )
        return 1
    tx.connection.execute(update(NumberSeries).where(*same).values(last=last + 1))
    return last + 1


def _open_visit(tx: Tx, office: OfficeConfig) -> str:
    visit = new_id()
    tx.connection.execute(
        insert(Visit).values(office=tx.office, id=visit, day=office.today(tx.at), opened_at=tx.at)
    )
    return visit


def _out_of_order(tx: Tx, ticket: str, reason: str) -> str:
    if not reason.strip():
        raise BadInput(
            "reason_missing",
            "Calling out of order needs a reason.",
            id="Memanggil di luar urutan memerlukan alasan.",
            fields=[FieldFault(field="reason", code="missing")],
        )
    _in_state(tx, ticket, WAITING, code="ticket_not_waiting")
    return ticket


def _arrival_after(tx: Tx, lane: str, places: int) -> object:
    """Return an arrival instant just behind the next `places` waiting tickets of `lane`."""
    query = (
        select(TicketRow.arrived_at)
        .where(TicketRow.office == tx.office, TicketRow.lane == lane, TicketRow.state == WAITING)
        .order_by(TicketRow.arrived_at)
        .limit(places)
    )
    arrivals = tx.connection.execute(query).scalars().all()
    return arrivals[-1] + JUST_AFTER if arrivals else tx.at


def _check_target(office: OfficeConfig, lane: str, counter: int | None) -> None:
    if office.lane(lane) is None:
        known = ", ".join(one.code for one in office.lanes)
        raise BadInput(
            "lane_unknown",
            f"There is no lane '{lane}'. Choose one of {known}.",
            id=f"Tidak ada jalur '{lane}'. Pilih salah satu: {known}.",
            fields=[FieldFault(field="lane", code="unknown")],
        )
    target = office.counter(counter) if counter is not None else None
    if counter is not None and (target is None or lane not in target.lanes):
        raise BadInput(
            "counter_unknown",
            f"There is no counter {counter} that serves {lane}.",
            id=f"Tidak ada loket {counter} yang melayani {lane}.",
            fields=[FieldFault(field="counter", code="unknown")],
        )


def _in_state(tx: Tx, ticket: str, *states: str, code: str) -> TicketLine:
    line = tickets.find_row(tx.connection, tx.office, ticket)
    if line.state not in states:
        number = number_of(line.prefix, line.serial)
        raise Conflict(
            code,
            f"Ticket {number} is {line.state} now. Reload and look again.",
            id=f"Tiket {number} sekarang berstatus {_STATE_ID[line.state]}. Muat ulang lalu lihat.",
        )
    return line


_STATE_ID = {
    WAITING: "menunggu",
    CALLED: "dipanggil",
    SERVING: "dilayani",
    ABSENT: "tidak hadir",
    FINISHED: "selesai",
}


def _set(tx: Tx, ticket: str, **values: object) -> None:
    tx.connection.execute(
        update(TicketRow)
        .where(TicketRow.office == tx.office, TicketRow.id == ticket)
        .values(**values)
    )


def _record_call(
    tx: Tx, ticket: str, counter: int, times: int, heads: str, reason: str, out_of_order: bool
) -> None:
    tx.connection.execute(
        insert(CallRow).values(
            office=tx.office,
            id=new_id(),
            ticket=ticket,
            counter=counter,
            actor=tx.actor.reference,
            at=tx.at,
            times=times,
            out_of_order=out_of_order,
            reason=reason,
            heads=heads,
        )
    )


def _answer(tx: Tx, ticket: str) -> Ticket:
    return tickets.to_wire(tickets.find_row(tx.connection, tx.office, ticket))
