"""A visit keeps its number: sent to another lane or counter, back, put aside, and on again."""

from __future__ import annotations

from datetime import timedelta

from hub import tickets
from hub.errors import BadInput, Conflict
from hub.events import TicketTransferred
from hub.events.queue import TicketParked, TicketResumed
from hub.office import OfficeConfig
from hub.queue import counters
from hub.queue.undoing import memo
from hub.statements import Line
from hub.tickets import AT_COUNTER, FINISHED, PARKED, SERVING, WAITING, number_of
from hub.tickets.acts import answer, in_state, keep_note
from hub.wire import FieldFault, Ticket
from hub.writer import Tx


def transfer(
    tx: Tx,
    office: OfficeConfig,
    *,
    ticket: str,
    lane: str | None = None,
    counter: int | None = None,
    back: bool = False,
    reason: str = "",
) -> Ticket:
    """Let a ticket wait in another lane, for a named counter, or `back` in its service's lane.

    The number stays. The arrival stays too; `back` is at the original one, and is also possible
    for a ticket that ended today as incomplete. Raises BadInput `target_missing`,
    `lane_unknown`, `counter_unknown`, Conflict `ticket_not_at_counter`.
    """
    line = _transferable(tx, office, ticket, back=back)
    to_lane = lane or (_own_lane(office, line) if back else line.lane)
    _check_target(office, to_lane, counter, named=back or bool(lane))
    changed = {
        "state": WAITING,
        "lane": to_lane,
        "counter": None,
        "held_for": counter or 0,
        "arrived_at": (line.original_at or line.arrived_at) if back else line.arrived_at,
        "calls": 0,
        "called_at": None,
        "started_at": None,
        "finished_at": None,
        "outcome": "",
        "served_s": line.served_s + _served_now(tx, line),
        "returns": 0,
    }
    tickets.change(tx, ticket, **changed, undo=memo(tx, line, "transfer", *changed))
    group = tickets.group_of(line)._replace(lane=to_lane, held_for=counter or 0)
    tickets.change_count(tx, group, +1)
    keep_note(tx, ticket, "transfer", reason)
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketTransferred(number, to_lane, line.lane, counter), subject=ticket)
    return answer(tx, ticket)


def park(tx: Tx, *, ticket: str, reason: str = "") -> Ticket:
    """Put a ticket aside and free its counter. Raises Conflict `ticket_not_at_counter`."""
    line = in_state(tx, ticket, *AT_COUNTER, code="ticket_not_at_counter")
    tickets.change(
        tx,
        ticket,
        state=PARKED,
        counter=None,
        parked_counter=line.counter,
        parked_at=tx.at,
        started_at=None,
        served_s=line.served_s + _served_now(tx, line),
        undo="",
    )
    keep_note(tx, ticket, "park", reason)
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketParked(number, line.lane, line.counter), subject=ticket)
    return answer(tx, ticket)


def resume(
    tx: Tx, office: OfficeConfig, *, ticket: str, counter: int | None = None, reason: str = ""
) -> Ticket:
    """Go on with a parked ticket: at a free `counter` at once, else waiting at its old arrival.

    Raises Conflict `ticket_not_parked`, and what a counter that may not call refuses.
    """
    line = in_state(tx, ticket, PARKED, code="ticket_not_parked")
    left = {"parked_at": None, "parked_counter": None, "held_for": 0, "undo": ""}
    if counter is None:
        tickets.change(tx, ticket, state=WAITING, calls=0, called_at=None, **left)
        tickets.change_count(tx, tickets.group_of(line)._replace(held_for=0), +1)
    else:
        counters.require_free(tx, office, counter)
        tickets.change(tx, ticket, state=SERVING, counter=counter, started_at=tx.at, **left)
    keep_note(tx, ticket, "resume", reason)
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketResumed(number, line.lane, counter), subject=ticket)
    return answer(tx, ticket)


def _transferable(tx: Tx, office: OfficeConfig, ticket: str, *, back: bool) -> Line:
    states = (*AT_COUNTER, FINISHED) if back else AT_COUNTER
    line = in_state(tx, ticket, *states, code="ticket_not_at_counter")
    today = line.day == office.today(tx.at)
    if line.state == FINISHED and not (line.outcome == "incomplete" and today):
        raise Conflict(
            "ticket_not_at_counter",
            "Only a ticket that ended today with papers missing comes back. Issue a new ticket.",
            id="Hanya nomor hari ini yang kurang berkas dapat kembali. Terbitkan nomor baru.",
        )
    return line


def _served_now(tx: Tx, line: Line) -> int:
    if line.started_at is None:
        return 0
    took: timedelta = (line.finished_at or tx.at) - line.started_at
    return round(took.total_seconds())


def _own_lane(office: OfficeConfig, line: Line) -> str:
    service = office.service(line.service)
    return service.lane if service else str(line.lane)


def _check_target(office: OfficeConfig, lane: str, counter: int | None, *, named: bool) -> None:
    if not named and counter is None:
        raise BadInput(
            "target_missing",
            "Name a lane, a counter, or back.",
            id="Sebutkan jalur, loket, atau kembali.",
            fields=[FieldFault(field="lane", code="missing")],
        )
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
