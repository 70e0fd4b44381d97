"""Reads the classes that officers confirmed or changed today, with their reasons."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from hub.models.officer import Officer
from hub.models.queue import TicketNote, TicketRow
from hub.queue.classes import ACT
from hub.tickets import number_of
from hub.web.desk import Desk
from hub.web.supervisor.views import Exceptional

MOST = 20


def classed(connection: Connection, desk: Desk, at: datetime) -> list[Exceptional]:
    """Return today's confirmed and changed classes, the newest first."""
    query = (
        select(
            TicketNote.ticket, TicketRow.prefix, TicketRow.serial, TicketNote.text, TicketNote.at,
            Officer.name,
        )
        .join(
            TicketRow,
            (TicketRow.office == TicketNote.office) & (TicketRow.id == TicketNote.ticket),
        )
        .outerjoin(
            Officer,
            (Officer.office == TicketNote.office)
            & (TicketNote.actor == func.concat("officer:", Officer.id)),
        )
        .where(
            TicketNote.office == desk.office_no,
            TicketNote.act == ACT,
            TicketRow.day == desk.office.today(at),
        )
        .order_by(TicketNote.at.desc())
        .limit(MOST)
    )  # fmt: skip
    return [
        Exceptional(
            row.ticket, number_of(row.prefix, row.serial), None, row.text, row.name or "", row.at
        )
        for row in connection.execute(query)
    ]
