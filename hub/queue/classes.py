"""The class of a ticket: declared without proof, confirmed or changed by an officer."""

from __future__ import annotations

from hub import tickets
from hub.errors import BadInput
from hub.events.queue import TicketClassed
from hub.office import OfficeConfig
from hub.tickets import AT_COUNTER, PARKED, WAITING, number_of
from hub.tickets.acts import answer, in_state, keep_note, require_reason
from hub.wire import FieldFault, Ticket
from hub.writer import Tx

ACT = "class"


def put_into_class(
    tx: Tx, office: OfficeConfig, *, ticket: str, segment: str, reason: str
) -> Ticket:
    """Confirm the ticket's class, or change it; number and arrival stay.

    Raises BadInput `reason_missing`, `segment_unknown`, Conflict `ticket_over`.
    """
    require_reason(
        reason,
        "Confirming or changing a class needs a reason.",
        "Menegaskan atau mengubah golongan memerlukan alasan.",
    )
    if office.segment(segment) is None:
        known = ", ".join(one.code for one in office.segments)
        raise BadInput(
            "segment_unknown",
            f"There is no class '{segment}'. Choose one of {known}.",
            id=f"Tidak ada golongan '{segment}'. Pilih salah satu: {known}.",
            fields=[FieldFault(field="segment", code="unknown", message=f"one of {known}")],
        )
    line = in_state(tx, ticket, WAITING, *AT_COUNTER, PARKED, code="ticket_over")
    was = line.segment
    if segment != was:
        if line.state == WAITING:
            group = tickets.group_of(line)
            tickets.change_count(tx, group, -1)
            tickets.change_count(tx, group._replace(segment=segment), +1)
        tickets.change(tx, ticket, segment=segment)
    keep_note(tx, ticket, ACT, f"{_change(office, was, segment)}: {reason.strip()}")
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketClassed(number, line.lane, segment, was), subject=ticket)
    return answer(tx, ticket)


def _change(office: OfficeConfig, was: str, segment: str) -> str:
    """Return the change in the words that staff use; a confirmed class names itself once."""
    known = (office.segment(code) for code in (was, segment))
    before, after = (one.name.id if one else "–" for one in known)
    return f"{before} → {after}" if was != segment else f"{after} ditegaskan"
