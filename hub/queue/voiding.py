"""A supervisor voids a number that nobody holds: its request was lost and its person left.

It is called no more; what was said of it stays with the ticket. A booked time that it had used up
is free again for the person, who may come after all.
"""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import Connection, select

from hub import appointments, tickets
from hub.errors import BadInput
from hub.events.queue import TicketEnded
from hub.models.queue import EventRow
from hub.office import OfficeConfig
from hub.tickets import ABSENT, ENDED, WAITING, number_of
from hub.tickets.acts import answer, in_state, keep_note
from hub.wire import FieldFault, Ticket
from hub.writer import Tx

VOID = "void"
LONGEST_REASON = 300
_NUMBER = re.compile(r"([A-Za-z]{1,3})\s*-?\s*(\d{1,5})")
_T = tickets.COLUMNS


def void(tx: Tx, office: OfficeConfig, *, number: str, reason: str) -> Ticket:
    """End today's waiting or absent ticket `number` because nobody holds it.

    Raises BadInput `void_invalid` with the faulty fields, Conflict `ticket_not_waiting`: who was
    called is marked absent at the counter.
    """
    ticket = _ticket(tx, office.today(tx.at), number)
    said = reason.strip()
    faults = [] if ticket else [_fault("number", "unknown", "bukan nomor hari ini / not of today")]
    if not 3 <= len(said) <= LONGEST_REASON or not said.isprintable():
        faults.append(_fault("void-reason", "missing", "tulis alasannya / write the reason"))
    if faults or ticket is None:
        raise BadInput(
            "void_invalid",
            "No number was voided: correct the named fields.",
            id="Tidak ada nomor yang dibatalkan: perbaiki isian yang disebut.",
            fields=faults,
        )
    line = in_state(tx, ticket, WAITING, ABSENT, code="ticket_not_waiting")
    if line.state == WAITING:
        tickets.change_count(tx, tickets.group_of(line), -1)
    tickets.change(tx, ticket, state=ENDED, outcome=VOID, undo="")
    keep_note(tx, ticket, VOID, said)
    if line.appointment_at is not None:
        appointments.release(tx, ticket)
    tx.emit(TicketEnded(number_of(line.prefix, line.serial), line.lane, line.state), subject=ticket)
    return answer(tx, ticket)


def voided_by(connection: Connection, office_no: int, event: int, officer: str) -> str:
    """Return the number that `officer` voided with `event`; empty if it was something else."""
    query = (
        select(_T.prefix, _T.serial)
        .join(EventRow, (EventRow.office == _T.office) & (EventRow.subject == _T.id))
        .where(
            EventRow.office == office_no,
            EventRow.seq == event,
            EventRow.kind == TicketEnded.kind,
            EventRow.actor == officer,
            _T.outcome == VOID,
        )
    )
    found = connection.execute(query).one_or_none()
    return number_of(found.prefix, found.serial) if found else ""


def _ticket(tx: Tx, day: date, number: str) -> str | None:
    found = _NUMBER.fullmatch(number.strip())
    if found is None:
        return None
    query = select(_T.id).where(
        _T.office == tx.office,
        _T.day == day,
        _T.prefix == found[1].upper(),
        _T.serial == int(found[2]),
    )
    ticket: str | None = tx.connection.execute(query).scalar_one_or_none()
    return ticket


def _fault(field: str, code: str, message: str) -> FieldFault:
    return FieldFault(field=field, code=code, message=message)
