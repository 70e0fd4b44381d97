"""The class of a ticket: declared without proof, confirmed, changed or given by an officer.

Who puts a person first says for which vulnerable group; it is kept with the ticket, shown to the
supervisor, and in no event.
"""

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
    tx: Tx,
    office: OfficeConfig,
    *,
    ticket: str,
    segment: str,
    reason: str = "",
    group: str | None = None,
) -> Ticket:
    """Confirm the ticket's class, or change it; number and arrival stay.

    Raises BadInput `reason_missing`, `segment_unknown`, `group_unknown`, Conflict `ticket_over`.
    """
    if office.segment(segment) is None:
        known = ", ".join(one.code for one in office.segments)
        raise BadInput(
            "segment_unknown",
            f"There is no class '{segment}'. Choose one of {known}.",
            id=f"Tidak ada golongan '{segment}'. Pilih salah satu: {known}.",
            fields=[FieldFault(field="segment", code="unknown", message=f"one of {known}")],
        )
    because = group_name(office, segment, group)
    if not because:
        require_reason(
            reason,
            "Confirming or changing a class needs a reason.",
            "Menegaskan atau mengubah golongan memerlukan alasan.",
        )
    line = in_state(tx, ticket, WAITING, *AT_COUNTER, PARKED, code="ticket_over")
    was = line.segment
    if segment != was:
        if line.state == WAITING:
            waits = tickets.group_of(line)
            tickets.change_count(tx, waits, -1)
            tickets.change_count(tx, waits._replace(segment=segment), +1)
        tickets.change(tx, ticket, segment=segment)
    told = " – ".join(part for part in (because, reason.strip()) if part)
    keep_note(tx, ticket, ACT, f"{_change(office, was, segment)}: {told}")
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketClassed(number, line.lane, segment, was), subject=ticket)
    return answer(tx, ticket)


def note_given(
    tx: Tx, office: OfficeConfig, *, ticket: str, segment: str, group: str | None
) -> None:
    """Keep for whom a limited class was given at the desk; nothing for another class.

    Raises BadInput `reason_missing`, `group_unknown`.
    """
    if because := group_name(office, segment, group):
        keep_note(tx, ticket, ACT, f"{_name(office, segment)} diberikan petugas: {because}")


def group_name(office: OfficeConfig, segment: str, group: str | None) -> str:
    """Return the vulnerable group for which a class is given, empty if that class asks for none.

    Raises BadInput `reason_missing`, `group_unknown`, each naming the groups that there are.
    """
    known = office.segment(segment)
    if known is None or not known.groups:
        return ""
    codes = ", ".join(one.code for one in known.groups)
    names = "; ".join(one.name.id for one in known.groups)
    if not group:
        raise BadInput(
            "reason_missing",
            f"Say for which vulnerable group this person goes first: one of {codes}.",
            id=f"Pilih kelompok rentan yang menjadi alasan didahulukan: {names}.",
            fields=[FieldFault(field="group", code="missing", message=f"one of {codes}")],
        )
    found = known.group(group)
    if found is None:
        raise BadInput(
            "group_unknown",
            f"There is no vulnerable group '{group}'. Choose one of {codes}.",
            id=f"Tidak ada kelompok rentan '{group}'. Pilih salah satu: {names}.",
            fields=[FieldFault(field="group", code="unknown", message=f"one of {codes}")],
        )
    return found.name.id


def _change(office: OfficeConfig, was: str, segment: str) -> str:
    """Return the change in the words that staff use; a confirmed class names itself once."""
    before, after = _name(office, was), _name(office, segment)
    return f"{before} → {after}" if was != segment else f"{after} ditegaskan"


def _name(office: OfficeConfig, segment: str) -> str:
    known = office.segment(segment)
    return known.name.id if known else "–"
