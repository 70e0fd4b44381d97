"""Who was called and does not come: recalled up to a limit, then absent, then back once."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import bindparam, literal_column, select

from hub import tickets
from hub.database import table_of
from hub.errors import Conflict
from hub.events import TicketAbsent, TicketCalled, TicketReturned
from hub.models.queue import LaneCount
from hub.office import OfficeConfig
from hub.queue.undoing import memo
from hub.statements import Line
from hub.tickets import ABSENT, CALLED, WAITING, number_of
from hub.tickets.acts import Patience, answer, in_state, patience_with, record_call
from hub.wire import Ticket
from hub.writer import Tx

JUST_AFTER = timedelta(microseconds=1)

_T, _GROUPS = tickets.COLUMNS, table_of(LaneCount).c
_GROUPS_OF_CLASS = select(_GROUPS.language, _GROUPS.needed).where(
    _GROUPS.office == bindparam("of_office"),
    _GROUPS.lane == bindparam("of_lane"),
    _GROUPS.segment == bindparam("of_segment"),
    _GROUPS.held_for == literal_column("0"),
    _GROUPS.waiting > literal_column("0"),
)
_NEXT_OF_GROUP = (
    select(_T.arrived_at)
    .where(
        _T.office == bindparam("of_office"),
        _T.lane == bindparam("of_lane"),
        _T.segment == bindparam("of_segment"),
        _T.language == bindparam("of_language"),
        _T.needed == bindparam("of_needed"),
        _T.held_for == literal_column("0"),
        tickets.IS_WAITING,
    )
    .order_by(_T.arrived_at, _T.id)
    .limit(bindparam("places"))
)


def recall(tx: Tx, office: OfficeConfig, *, ticket: str) -> Ticket:
    """Call a called ticket once more. Raises Conflict `ticket_not_called`, `recall_limit`."""
    line = in_state(tx, ticket, CALLED, code="ticket_not_called")
    if line.calls >= _patience(office, line).recall_limit:
        raise Conflict(
            "recall_limit",
            f"Called {line.calls} times already. Mark the ticket absent.",
            id=f"Sudah dipanggil {line.calls} kali. Tandai tidak hadir.",
        )
    times = line.calls + 1
    tickets.change(tx, ticket, calls=times)
    record_call(tx, ticket, line.counter, times=times)
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketCalled(number, line.lane, line.counter, times, recall=True), subject=ticket)
    return answer(tx, ticket)


def absent(tx: Tx, office: OfficeConfig, *, ticket: str) -> Ticket:
    """Mark a called person absent and free the counter.

    Raises Conflict `ticket_not_called`, `absent_too_early` while the person may still be on the
    way: a ticket with a need has longer.
    """
    line = in_state(tx, ticket, CALLED, code="ticket_not_called")
    left = line.called_at + _patience(office, line).absent_after - tx.at
    if left > timedelta(0):
        seconds = max(1, round(left.total_seconds()))
        raise Conflict(
            "absent_too_early",
            f"This person has more time: absent is possible in {seconds} s.",
            id=f"Orang ini diberi waktu lebih lama: tidak hadir dapat ditandai {seconds} detik "
            "lagi.",
        )
    tickets.change(
        tx,
        ticket,
        state=ABSENT,
        counter=None,
        absent_at=tx.at,
        undo=memo(tx, line, "absent", "state", "counter", "absent_at"),
    )
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketAbsent(number, line.counter), subject=ticket)
    return answer(tx, ticket)


def return_(tx: Tx, office: OfficeConfig, *, ticket: str) -> Ticket:
    """Let an absent person wait again, behind the next few of the same lane and class.

    Raises Conflict `ticket_not_absent`, `return_too_late`, `return_used`.
    """
    line = in_state(tx, ticket, ABSENT, code="ticket_not_absent")
    _may_return(tx, office, line)
    tickets.change(
        tx,
        ticket,
        state=WAITING,
        calls=0,
        called_at=None,
        absent_at=None,
        returns=line.returns + 1,
        arrived_at=_place_behind(tx, line, office.queue.return_after),
        original_at=line.original_at or line.arrived_at,
        undo="",
    )
    tickets.change_count(tx, tickets.group_of(line), +1)
    tx.emit(TicketReturned(number_of(line.prefix, line.serial), line.lane), subject=ticket)
    return answer(tx, ticket)


def _patience(office: OfficeConfig, line: Line) -> Patience:
    return patience_with(office, msgspec.json.decode(line.needs, type=list[str]))


def _may_return(tx: Tx, office: OfficeConfig, line: Line) -> None:
    if line.returns >= office.queue.returns_allowed:
        raise Conflict(
            "return_used",
            "This ticket has returned before. Issue a new ticket.",
            id="Nomor ini sudah pernah kembali. Terbitkan nomor baru.",
        )
    within = _patience(office, line).return_within
    if tx.at - line.absent_at > within:
        minutes = within // timedelta(minutes=1)
        raise Conflict(
            "return_too_late",
            f"Returning was possible within {minutes} minutes. Issue a new ticket.",
            id=f"Batas kembali {minutes} menit sudah lewat. Terbitkan nomor baru.",
        )


def _place_behind(tx: Tx, line: Line, places: int) -> datetime:
    """Return an arrival just behind the next `places` of the same lane and class.

    Never before the ticket's own arrival: who was called out of order gains nothing by leaving.
    With fewer waiting it goes behind the last one, with none it is as if it arrived now.
    """
    asked = {"of_office": tx.office, "of_lane": line.lane, "of_segment": line.segment}
    arrivals: list[datetime] = []
    for group in tx.connection.execute(_GROUPS_OF_CLASS, asked).all():
        of = {"of_language": group.language, "of_needed": group.needed, "places": places}
        arrivals += tx.connection.execute(_NEXT_OF_GROUP, asked | of).scalars()
    first = sorted(arrivals)[:places]
    behind = first[-1] + JUST_AFTER if first else tx.at
    arrived: datetime = line.arrived_at
    return max(behind, arrived)
