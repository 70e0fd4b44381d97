"""Booked times: booked one by one, given back, known by their code when the person comes.

A booking holds the caller's own reference, never a name. The person has a code of eight letters.
A case has one booked time at most; `hub.queue.arriving` makes its ticket.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from hub.database import table_of
from hub.errors import BadInput, Conflict, NotFound
from hub.events.opening import (
    AppointmentArrived,
    AppointmentBooked,
    AppointmentCancelled,
    CaseAppointment,
)
from hub.models.opening import Appointment
from hub.models.schema import new_id
from hub.office import OfficeConfig
from hub.wire import FieldFault, Ticket, Words
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


@dataclass(frozen=True, slots=True)
class ForCase:
    """The case for which its person comes again, and where it stands now."""

    application: str
    place: str


def book(
    tx: Tx, office: OfficeConfig, request: BookAppointment, case: ForCase | None = None
) -> AppointmentState:
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
    [booked] = store(tx, office, [request], case)
    tx.emit(AppointmentBooked(booked.id, booked.service), subject=booked.id)
    _tell_case(tx, case.application if case else None, booked.id, BOOKED)
    return booked


def cancel(tx: Tx, *, code: str, why: str = "") -> AppointmentState:
    """Give a booked time back. Raises NotFound, Conflict `appointment_used`."""
    line = find(tx, code)
    require_booked(line)
    _give_back(tx, line, why)
    return state_of(find(tx, code))


def give_back(tx: Tx, application: str, why: str, *, place: str = "") -> Line | None:
    """Give the booked time of a case back and return it; with `place`, only one booked there."""
    line = standing(tx.connection, tx.office, application)
    if line is None or place not in ("", line.place):
        return None
    _give_back(tx, line, why)
    return line


def arrive(tx: Tx, line: Line, ticket: Ticket) -> None:
    """Note that the person of a booked time came and has a number."""
    _change(tx, line.id, state=ARRIVED, ticket=ticket.id)
    tx.emit(AppointmentArrived(str(line.id), ticket.number), subject=str(line.id))
    _tell_case(tx, ticket.application, str(line.id), ARRIVED)


def release(tx: Tx, ticket: str) -> None:
    """Let the booked time that a voided ticket had used up be used by its person after all.

    A case that has another booked time by now keeps that one.
    """
    mine = (_A.office == tx.office, _A.ticket == ticket, _A.state == ARRIVED)
    line = tx.connection.execute(select(*_A).where(*mine)).one_or_none()
    if line is None:
        return
    if line.application is not None and standing(tx.connection, tx.office, line.application):
        return
    _change(tx, line.id, state=BOOKED, ticket=None)
    tx.emit(AppointmentBooked(str(line.id), str(line.service)), subject=str(line.id))
    _tell_case(tx, line.application, str(line.id), BOOKED)


def standing(connection: Connection, office_no: int, application: str) -> Line | None:
    """Return the booked time of a case, or None; one whose day is over still stands."""
    query = select(*_A).where(
        _A.office == office_no, _A.application == application, _A.state == BOOKED
    )
    line: Line | None = connection.execute(query).one_or_none()
    return line


def of_cases(
    connection: Connection, office_no: int, applications: Collection[str]
) -> dict[str, AppointmentState]:
    """Return the booked time of each of these cases that has one."""
    query = select(*_A).where(
        _A.office == office_no, _A.application.in_(applications), _A.state == BOOKED
    )
    return {str(row.application): state_of(row) for row in connection.execute(query)}


def of_day(connection: Connection, office_no: int, day: date) -> list[AppointmentState]:
    """Return the booked times of a day in their order."""
    query = select(*_A).where(_A.office == office_no, _A.day == day).order_by(_A.at, _A.code)
    return [state_of(row) for row in connection.execute(query)]


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


def store(
    tx: Tx, office: OfficeConfig, requests: list[BookAppointment], case: ForCase | None = None
) -> list[AppointmentState]:
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
            "application": case.application if case else None,
            "place": case.place if case else "",
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


def find(tx: Tx, code: str) -> Line:
    """Return the booked time that has a code. Raises NotFound `appointment_unknown`."""
    query = select(*_A).where(_A.office == tx.office, _A.code == plain_code(code))
    line: Line | None = tx.connection.execute(query).one_or_none()
    if line is None:
        raise NotFound(
            "appointment_unknown",
            "No booked time has this code. Check it, or take a number without it.",
            id="Tidak ada janji dengan kode ini. Periksa, atau ambil nomor tanpa janji.",
        )
    return line


def require_booked(line: Line) -> None:
    """Raise Conflict `appointment_used` or `appointment_cancelled` unless it still stands."""
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


def _give_back(tx: Tx, line: Line, why: str) -> None:
    _change(tx, line.id, state=CANCELLED, why=why)
    tx.emit(AppointmentCancelled(str(line.id)), subject=str(line.id))
    _tell_case(tx, line.application, str(line.id), CANCELLED, why)


def _tell_case(tx: Tx, application: object, appointment: str, act: str, why: str = "") -> None:
    if application is not None:
        case = str(application)
        tx.emit(CaseAppointment(case, appointment, act, why), subject=case)


def _change(tx: Tx, appointment: object, **values: object) -> None:
    of = (_A.office == tx.office, _A.id == appointment)
    tx.connection.execute(update(_APPOINTMENTS).where(*of).values(**values))


def state_of(row: Line) -> AppointmentState:
    """Return a booked time as it crosses the interface."""
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
