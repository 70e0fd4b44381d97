"""What every act on a ticket is made of: its state looked at, its line, its call, its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, select

from hub.database import table_of
from hub.errors import BadInput, Conflict
from hub.models.queue import CallRow, TicketNote
from hub.models.schema import new_id_at
from hub.office import OfficeConfig
from hub.statements import Line, Statement
from hub.tickets import rows as tickets
from hub.tickets.rows import ABSENT, CALLED, ENDED, FINISHED, PARKED, SERVING, WAITING, number_of
from hub.wire import FieldFault, Ticket
from hub.writer import Tx

_ADD_CALL = Statement(insert(table_of(CallRow)))
_NOTES = table_of(TicketNote)
_ADD_NOTE = Statement(insert(_NOTES))
_NOTES_OF = (
    select(_NOTES.c.act, _NOTES.c.actor, _NOTES.c.at, _NOTES.c.text)
    .where(_NOTES.c.office == bindparam("of_office"), _NOTES.c.ticket == bindparam("of_ticket"))
    .order_by(_NOTES.c.at)
)

STATE_ID = {
    WAITING: "menunggu",
    CALLED: "dipanggil",
    SERVING: "dilayani",
    ABSENT: "tidak hadir",
    PARKED: "disisihkan",
    FINISHED: "selesai",
    ENDED: "berakhir",
}


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote when acting on a ticket."""

    act: str
    actor: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a ticket is recalled, how soon it may be absent, how long it may return."""

    recall_limit: int
    absent_after: timedelta
    return_within: timedelta


def in_state(tx: Tx, ticket: str, *states: str, code: str) -> Line:
    """Return the ticket's row in one of `states`. Raises NotFound, Conflict `code`."""
    line = tickets.find_row(tx.connection, tx.office, ticket)
    if line.state not in states:
        number = number_of(line.prefix, line.serial)
        raise Conflict(
            code,
            f"Ticket {number} is {line.state} now. Reload and look again.",
            id=f"Tiket {number} sekarang berstatus {STATE_ID[line.state]}. Muat ulang lalu lihat.",
            fields=[FieldFault(field="ticket", code=line.state)],
        )
    return line


def require_reason(reason: str, en: str, indonesian: str) -> None:
    """Refuse an act that needs a reason and has none. Raises BadInput `reason_missing`."""
    if not reason.strip():
        fault = FieldFault(field="reason", code="missing")
        raise BadInput("reason_missing", en, id=indonesian, fields=[fault])


def patience_with(office: OfficeConfig, needs: list[str]) -> Patience:
    """Return the rules of absence for a ticket: the most patient of the queue's and its needs'."""
    queue = office.queue
    known = [need for code in needs if (need := office.need(code)) is not None]
    return Patience(
        recall_limit=max([queue.recall_limit, *(n.recall_limit or 0 for n in known)]),
        absent_after=timedelta(
            seconds=max([queue.absent_after_s, *(n.absent_after_s for n in known)])
        ),
        return_within=timedelta(
            minutes=max([queue.return_within_min, *(n.return_within_min or 0 for n in known)])
        ),
    )


def record_call(
    tx: Tx,
    ticket: str,
    counter: int,
    *,
    times: int,
    heads: str = "[]",
    reason: str = "",
    out_of_order: bool = False,
) -> None:
    """Keep a call with the heads of all candidate groups at that instant."""
    call = {
        "office": tx.office,
        "id": new_id_at(tx.at),
        "ticket": ticket,
        "counter": counter,
        "actor": tx.actor.reference,
        "at": tx.at,
        "times": times,
        "out_of_order": out_of_order,
        "reason": reason,
        "heads": heads,
    }
    _ADD_CALL.run(tx.connection, call)


def keep_note(tx: Tx, ticket: str, act: str, text: str) -> None:
    """Keep what an officer wrote with an act; nothing when nothing was written."""
    if not text.strip():
        return
    note = {
        "office": tx.office,
        "id": new_id_at(tx.at),
        "ticket": ticket,
        "act": act,
        "actor": tx.actor.reference,
        "at": tx.at,
        "text": text.strip(),
    }
    _ADD_NOTE.run(tx.connection, note)


def notes_of(connection: Connection, office_no: int, ticket: str) -> list[Note]:
    """Return what was written about a ticket, the oldest first."""
    asked = {"of_office": office_no, "of_ticket": ticket}
    return [Note(*row) for row in connection.execute(_NOTES_OF, asked)]


def answer(tx: Tx, ticket: str) -> Ticket:
    """Return the ticket as it stands now."""
    return tickets.to_wire(tickets.find_row(tx.connection, tx.office, ticket))
