"""Who comes with a booked time: its code becomes a ticket, of the case it was booked for.

Who takes an ordinary number for that case on that day has come for it too: the time is used up.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from hub import appointments, tickets
from hub.appointments.booking import Line
from hub.errors import Conflict
from hub.office import OfficeConfig
from hub.queue.giving import grace_of, issue
from hub.queue.routing import arrival_of
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


def issue_for_case(
    tx: Tx, office: OfficeConfig, request: IssueTicket, *, application: str
) -> Ticket:
    """Give a number for a case; its booked time of today in that lane is used up by it.

    Who is early waits as others do, and not from the booked time. Raises what `queue.issue` raises.
    """
    line = _booked_in(tx, office, application, request.service, tx.at)
    booked = line.at if line is not None else None
    ticket = issue(tx, office, request, application=application, booked=booked)
    if line is not None:
        _use_up(tx, office, line, ticket, tx.at)
    return ticket


def use_booking(tx: Tx, office: OfficeConfig, ticket: Ticket) -> None:
    """Let a number that a kiosk gave without the hub use up the booked time of its case."""
    at = ticket.issued_at
    if ticket.application is None or ticket.state != tickets.WAITING:
        return
    line = _booked_in(tx, office, ticket.application, ticket.service, at)
    if line is not None:
        tickets.change(tx, ticket.id, appointment_at=line.at)
        _use_up(tx, office, line, ticket, at)


def _booked_in(
    tx: Tx, office: OfficeConfig, application: str, service: str, at: datetime
) -> Line | None:
    """Return the booked time of a case on the day of `at` in the lane of `service`, or None."""
    line = appointments.standing(tx.connection, tx.office, application)
    if line is None or line.day != office.today(at):
        return None
    asked, booked = office.service(service), office.service(str(line.service))
    same = asked is not None and booked is not None and asked.lane == booked.lane
    return line if same else None


def _use_up(tx: Tx, office: OfficeConfig, line: Line, ticket: Ticket, at: datetime) -> None:
    since = min(at, arrival_of(line.at, at, grace_of(office)))
    tickets.change(tx, ticket.id, arrived_at=since)
    appointments.arrive(tx, line, ticket)
