"""Numbers that perhaps nobody holds: a kiosk lost the answer, and the person left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select

from hub.models.queue import EventRow, TicketRow
from hub.stations import KnownStation
from hub.tickets import WAITING, number_of
from hub.web.desk import Desk
from hub.web.officer.views import Notice

SPOKEN_OF_WITHIN = timedelta(minutes=2)
"""So long a kiosk may take to print a number's paper and to say so."""
MOST = 5


def unheld_numbers(
    connection: Connection, desk: Desk, known: Sequence[KnownStation], at: datetime
) -> tuple[Notice, ...]:
    """Return what to say of each number that perhaps nobody holds."""
    say = desk.speech.say
    found = numbers_without_word(connection, desk.office_no, desk.office.today(at), known, at)
    return tuple(
        Notice("warn", "ticket", say("unheld_number", number=number), say("unheld_todo"))
        for number in found
    )


def numbers_without_word(
    connection: Connection, office_no: int, day: date, known: Sequence[KnownStation], at: datetime
) -> list[str]:
    """Return the waiting numbers of kiosks that lost an answer, of whose paper nobody spoke.

    A kiosk reports of every paper, also of one that failed: what it never heard of it never
    printed. A number that it gave by itself and handed over later is on paper.
    """
    losing = [
        f"station:{station.id}"
        for station in known
        if any(device.code == "answers_lost" for device in station.devices)
    ]
    if not losing:
        return []
    query = (
        select(TicketRow.prefix, TicketRow.serial)
        .join(EventRow, (EventRow.office == TicketRow.office) & (EventRow.subject == TicketRow.id))
        .where(
            TicketRow.office == office_no,
            TicketRow.day == day,
            TicketRow.printed == "",
            TicketRow.state == WAITING,
            TicketRow.issued_at < at - SPOKEN_OF_WITHIN,
            EventRow.kind == "ticket.issued",
            EventRow.actor.in_(losing),
            EventRow.at == TicketRow.issued_at,
        )
        .order_by(TicketRow.issued_at)
        .limit(MOST)
    )
    return [number_of(row.prefix, row.serial) for row in connection.execute(query)]
