"""Who comes with a booked time: its code becomes a ticket, of the case it was booked for."""

from __future__ import annotations

import msgspec

from hub import appointments
from hub.errors import Conflict
from hub.office import OfficeConfig
from hub.queue.giving import issue
from hub.wire import IssueTicket, Ticket
from hub.writer import Tx


def check_in(tx: Tx, office: OfficeConfig, *, code: str, language: str | None = None) -> Ticket:
    """Give a number to somebody with a booked time; their waiting counts from that time.

    `language` replaces the booked one. Booked for a case, the ticket is linked to it.
    Raises NotFound `appointment_unknown`, Conflict `appointment_used`, `appointment_cancelled`,
    `appointment_other_day`, and what `queue.issue` raises.
    """
    line = appointments.find(tx, code)
    appointments.require_booked(line)
    if line.day != office.today(tx.at):
        day = f"{line.day:%d.%m.%Y}"
        raise Conflict(
            "appointment_other_day",
            f"This time is booked for {day}. Take a number without it, or come on that day.",
            id=f"Janji ini untuk {day}. Ambil nomor tanpa janji, atau datang pada hari itu.",
        )
    asked = IssueTicket(
        service=str(line.service),
        segment=str(line.segment),
        needs=msgspec.json.decode(line.needs, type=list[str]),
        language=language or str(line.language),
    )
    ticket = issue(tx, office, asked, application=line.application, booked=line.at)
    appointments.arrive(tx, line, ticket)
    return ticket
