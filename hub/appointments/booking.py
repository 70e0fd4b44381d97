"""Booked times: booked one by one, given back, turned into tickets at the kiosk.

A booking holds the caller's own reference, never a name. The person has a code of eight letters.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from hub import queue
from hub.database import table_of
from hub.errors import BadInput, Conflict, NotFound
from hub.events.opening import AppointmentArrived, AppointmentBooked, AppointmentCancelled
from hub.models.opening import Appointment
from hub.models.schema import new_id
from hub.office import OfficeConfig
from hub.wire import FieldFault, IssueTicket, Ticket, Words
from hub.wire.opening import AppointmentState, BookAppointment
from hub.writer import Tx

BOOKED: Final = "booked"
ARRIVED: Final = "arrived"
CANCELLED: Final = "cancelled"
FARTHEST = timedelta(days=366)
SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without 0 O 1 I L: a code is read aloud and typed."""
CODE_LENGTH = 8

_APPOINTMENTS = table_of(Appointment)
_A = _APPOINTMENTS.c
Line = Row[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a time cannot be booked: the field and the words."""

    field: str
    words: Words


def book(tx: Tx, office: OfficeConfig, request: BookAppointment) -> AppointmentState:
    """Book a time. Raises BadInput `appointment_invalid` with every faulty field."""
    problems = list(problems_of(office, request, tx.at))
    if not problems and is_full(tx, office, request):
        problems = [Problem("at", FULL)]
    if problems:
        faults = [
            FieldFault(field=one.field, code="invalid", message=f"{one.words.id} / {one.words.en}")
            for one in problems
        ]
        raise BadInput(
            "appointment_invalid",
            "The time cannot be booked: correct the named fields.",
            id="Waktu tidak dapat dipesan: perbaiki isian yang disebut.",
            fields=faults,
        )
    [booked] = store(tx, office, [request])
    tx.emit(AppointmentBooked(booked.id, booked.service), subject=booked.id)
    return booked


def check_in(tx: Tx, office: OfficeConfig, *, code: str, language: str | None = None) -> Ticket:
    """Give a number to somebody with a booked time; their waiting counts from that time.

    `language` replaces the booked one.
    Raises NotFound `appointment_unknown`, Conflict `appointment_used`, `appointment_cancelled`,
    `appointment_other_day`, and what `queue.issue` raises.
    """
    line = _find(tx, code)
    _require_booked(line)
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
    ticket = queue.issue(tx, office, asked, booked=line.at)
    _change(tx, line.id, state=ARRIVED, ticket=ticket.id)
    tx.emit(AppointmentArrived(line.id, ticket.number), subject=line.id)
    return ticket


def cancel(tx: Tx, *, code: str) -> AppointmentState:
    """Give a booked time back. Raises NotFound, Conflict `appointment_used`."""
    line = _find(tx, code)
    _require_booked(line)
    _change(tx, line.id, state=CANCELLED)
    tx.emit(AppointmentCancelled(line.id), subject=line.id)
    return _state(_find(tx, code))


def of_day(connection: Connection, office_no: int, day: date) -> list[AppointmentState]:
    """Return the booked times of a day in their order."""
    query = select(*_A).where(_A.office == office_no, _A.day == day).order_by(_A.at, _A.code)
    return [_state(row) for row in connection.execute(query)]


def plain_code(code: str) -> str:
    """Return a code as it is stored: capitals, without spaces and hyphens."""
    return code.upper().replace(" ", "").replace("-", "")


def problems_of(office: OfficeConfig, request: BookAppointment, now: datetime) -> Iterator[Problem]:
    """Return why a time cannot be booked; nothing when it can."""
    service = office.service(request.service)
    if service is None:
        yield Problem("service", _UNKNOWN)
    if office.segment(request.segment) is None:
        yield Problem("segment", _UNKNOWN)
    elif service is not None and service.segments and request.segment not in service.segments:
        yield Problem("segment", _NOT_HERE)
    if any(office.need(need) is None for need in request.needs):
        yield Problem("needs", _UNKNOWN)
    if request.language not in office.office.languages:
        yield Problem("language", _UNKNOWN)
    if because := _why_not_then(office, request, now):
        yield Problem("at", because)


def _why_not_then(office: OfficeConfig, request: BookAppointment, now: datetime) -> Words | None:
    if request.at.tzinfo is None:
        return _NO_ZONE
    if request.at <= now:
        return _PAST
    if request.at > now + FARTHEST:
        return _FAR
    known = office.service(request.service) is not None
    return office.closed_because(request.service, request.at) if known else None


def is_full(tx: Tx, office: OfficeConfig, request: BookAppointment, *, more: int = 0) -> bool:
    """Return whether the quarter of an hour of `request` has no place left.

    `more` are places that are about to be taken by others of the same list.
    """
    service = office.service(request.service)
    if service is None or service.booked_per_quarter is None:
        return False
    begins, ends = quarter_of(request.at)
    query = select(func.count()).where(
        _A.office == tx.office,
        _A.service == request.service,
        _A.state != CANCELLED,
        _A.at >= begins,
        _A.at < ends,
    )
    taken = int(tx.connection.execute(query).scalar_one()) + more
    return taken >= service.booked_per_quarter


def quarter_of(at: datetime) -> tuple[datetime, datetime]:
    """Return the quarter of an hour in which `at` lies; every zone here keeps whole quarters."""
    begins = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    return begins, begins + timedelta(minutes=15)


def store(tx: Tx, office: OfficeConfig, requests: list[BookAppointment]) -> list[AppointmentState]:
    """Keep booked times that were looked at, each with a code of its own."""
    rows = [
        {
            "office": tx.office,
            "id": new_id(),
            "code": "".join(secrets.choice(SIGNS) for _ in range(CODE_LENGTH)),
            "day": office.today(one.at),
            "at": one.at,
            "service": one.service,
            "segment": one.segment,
            "language": one.language,
            "needs": msgspec.json.encode(one.needs).decode(),
            "reference": one.reference,
            "state": BOOKED,
            "booked_at": tx.at,
            "actor": tx.actor.reference,
        }
        for one in requests
    ]
    if rows:
        tx.connection.execute(insert(_APPOINTMENTS), rows)
    return [
        AppointmentState(
            id=str(row["id"]),
            code=str(row["code"]),
            service=one.service,
            at=one.at,
            state=BOOKED,
            segment=one.segment,
            language=one.language,
            reference=one.reference,
        )
        for row, one in zip(rows, requests, strict=True)
    ]


def _find(tx: Tx, code: str) -> Line:
    query = select(*_A).where(_A.office == tx.office, _A.code == plain_code(code))
    line: Line | None = tx.connection.execute(query).one_or_none()
    if line is None:
        raise NotFound(
            "appointment_unknown",
            "No booked time has this code. Check it, or take a number without it.",
            id="Tidak ada janji dengan kode ini. Periksa, atau ambil nomor tanpa janji.",
        )
    return line


def _require_booked(line: Line) -> None:
    if line.state == ARRIVED:
        raise Conflict(
            "appointment_used",
            "This booked time already has its number.",
            id="Janji ini sudah mendapat nomor.",
        )
    if line.state == CANCELLED:
        raise Conflict(
            "appointment_cancelled",
            "This booked time was given back. Take a number without it.",
            id="Janji ini sudah dibatalkan. Ambil nomor tanpa janji.",
        )


def _change(tx: Tx, appointment: object, **values: object) -> None:
    of = (_A.office == tx.office, _A.id == appointment)
    tx.connection.execute(update(_APPOINTMENTS).where(*of).values(**values))


def _state(row: Line) -> AppointmentState:
    return AppointmentState(
        id=row.id,
        code=row.code,
        service=row.service,
        at=row.at,
        state=row.state,
        segment=row.segment,
        language=row.language,
        reference=row.reference,
        ticket=row.ticket,
    )


FULL = Words(id="seperempat jam ini sudah penuh", en="this quarter of an hour is full")
_UNKNOWN = Words(id="tidak dikenal di kantor ini", en="not known in this office")
_NOT_HERE = Words(id="tidak boleh untuk layanan ini", en="not for this service")
_NO_ZONE = Words(id="tulis dengan zona waktu", en="write it with its time zone")
_FAR = Words(id="lebih dari setahun lagi", en="more than a year ahead")
_PAST = Words(id="sudah lewat", en="has passed")
