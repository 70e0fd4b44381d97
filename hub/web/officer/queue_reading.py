"""Reads what the counter's page shows of the queue's rules: undo, parked tickets, choices."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from hub import tickets
from hub.errors import BadInput
from hub.models.queue import TicketRow
from hub.office.queue_rules import GENERAL
from hub.queue import candidates, counters
from hub.queue.undoing import GIVE_BACK, read_memo
from hub.tickets import acts as ticket_acts
from hub.tickets import number_of
from hub.web.desk import Desk
from hub.web.officer.views import Choice, ParkedTicket, Undoable
from hub.wire import FieldFault, Ticket

_NUMBER = re.compile(r"\s*([A-Za-z]{1,4})[\s.-]*0*(\d{1,7})\s*")
MOST_PARKED = 6


def undoable(connection: Connection, desk: Desk, number: int, at: datetime) -> tuple[Undoable, ...]:
    """Return what this officer may still take back at this counter: the own acts first, the newest.

    That is their own act here, and a number of the counter's lanes that a visitor gave back.
    """
    within = timedelta(seconds=desk.office.queue.undo_within_s)
    lanes = _lanes_served(connection, desk, number)
    rows = connection.execute(
        select(
            TicketRow.id, TicketRow.prefix, TicketRow.serial, TicketRow.lane, TicketRow.undo
        ).where(
            TicketRow.office == desk.office_no,
            TicketRow.day == desk.office.today(at),
            TicketRow.undo != "",
        )
    )
    found = list[tuple[bool, Undoable]]()
    for row in rows:
        memo = read_memo(row.undo)
        if memo is None:
            continue
        mine = memo.by == desk.officer.actor.reference and memo.counter == number
        if not mine and not (memo.act == GIVE_BACK and row.lane in lanes):
            continue
        if at - memo.done_at <= within:
            said = desk.speech.say(f"did_{memo.act}", number=number_of(row.prefix, row.serial))
            found.append((mine, Undoable(row.id, said, memo.done_at + within)))
    # one's own first: Alt Z takes the first one back
    found.sort(key=lambda one: (one[0], one[1].until), reverse=True)
    return tuple(one for _, one in found)


def _lanes_served(connection: Connection, desk: Desk, number: int) -> list[str]:
    row = counters.find_row(connection, desk.office_no, number)
    return row.lanes.split() if row is not None and row.state != counters.CLOSED else []


def parked(connection: Connection, desk: Desk, number: int) -> tuple[ParkedTicket, ...]:
    """Return what this counter put aside, the longest first."""
    rows = connection.execute(
        select(TicketRow.id, TicketRow.prefix, TicketRow.serial, TicketRow.parked_at)
        .where(
            TicketRow.office == desk.office_no,
            TicketRow.parked_counter == number,
            tickets.COLUMNS.state == tickets.PARKED,
        )
        .order_by(TicketRow.parked_at)
        .limit(MOST_PARKED)
    ).all()
    return tuple(
        ParkedTicket(
            row.id, number_of(row.prefix, row.serial), row.parked_at,
            _why_parked(connection, desk, row.id),
        )
        for row in rows
    )  # fmt: skip


def profiles(desk: Desk, connection: Connection, number: int) -> tuple[Choice, ...]:
    """Return the office's work profiles; the chosen one is the counter's."""
    configured = desk.office.counter(number)
    row = counters.find_row(connection, desk.office_no, number)
    now = row.profile if row is not None and row.state != counters.CLOSED else None
    chosen = now if now is not None else (configured.profile if configured else "")
    return tuple(
        Choice(one.code, desk.speech.pick(one.name), one.code == chosen)
        for one in desk.office.profiles
    )


def languages(desk: Desk, connection: Connection, number: int) -> tuple[Choice, ...]:
    """Return the office's languages; chosen are those spoken at the counter."""
    configured = desk.office.counter(number)
    if configured is None:
        return ()
    row = counters.find_row(connection, desk.office_no, number)
    today = row.languages if row is not None and row.state != counters.CLOSED else ""
    spoken = candidates.spoken(desk.office, configured, today)
    return tuple(
        Choice(code, desk.speech.known(f"language_{code}", code), code in spoken)
        for code in desk.office.office.languages
    )


def services(desk: Desk) -> tuple[Choice, ...]:
    """Return the office's services, for a ticket given at the counter."""
    return tuple(
        Choice(one.code, desk.speech.pick(one.name), False) for one in desk.office.services
    )


def needs(desk: Desk) -> tuple[Choice, ...]:
    """Return the needs that a ticket can carry, as what staff do."""
    return tuple(Choice(one.code, desk.speech.pick(one.name), False) for one in desk.office.needs)


def classes(desk: Desk) -> tuple[Choice, ...]:
    """Return the classes that a ticket can have, a limited one once for each vulnerable group."""
    pick = desk.speech.pick
    return tuple(
        Choice(*choice, chosen=False)
        for one in desk.office.segments
        for choice in (
            [(f"{one.code}:{g.code}", f"{pick(one.name)} – {pick(g.name)}") for g in one.groups]
            or [(one.code, pick(one.name))]
        )
    )


def segment_of(desk: Desk, ticket: Ticket) -> str:
    """Return the class of a ticket in words, empty for the general one."""
    known = desk.office.segment(ticket.segment)
    return desk.speech.pick(known.name) if known and known.code != GENERAL else ""


def needs_of(desk: Desk, ticket: Ticket) -> tuple[str, ...]:
    """Return what staff do for this person, in words."""
    known = [need for code in ticket.needs if (need := desk.office.need(code)) is not None]
    return tuple(desk.speech.pick(need.name) for need in known)


def ticket_of_number(connection: Connection, desk: Desk, typed: str, at: datetime) -> str:
    """Return the id of today's ticket with a typed number such as `a 43`. Raises BadInput."""
    fits = _NUMBER.fullmatch(typed)
    found = None
    if fits:
        query = select(TicketRow.id).where(
            TicketRow.office == desk.office_no,
            TicketRow.day == desk.office.today(at),
            TicketRow.prefix == fits[1].upper(),
            TicketRow.serial == int(fits[2]),
        )
        found = connection.execute(query).scalar_one_or_none()
    if found is None:
        raise BadInput(
            "number_unknown",
            "There is no such number today. Type it as on the ticket, such as A-043.",
            id="Tidak ada nomor itu hari ini. Ketik seperti pada tiket, misalnya A-043.",
            fields=[FieldFault(field="number", code="unknown")],
        )
    return str(found)


def _why_parked(connection: Connection, desk: Desk, ticket: str) -> str:
    notes = ticket_acts.notes_of(connection, desk.office_no, ticket)
    return next((note.text for note in reversed(notes) if note.act == "park"), "")
