"""The series of numbers: kiosks' own series without the hub, voids and returns.

A kiosk's series is the service's prefix and the kiosk's letter: AX-001 beside A-001. Every number
of a series is a ticket, a void or a returned reservation.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from hub import tickets
from hub.database import table_of
from hub.errors import BadInput, Conflict, NotAllowed
from hub.events import TicketIssued
from hub.events.opening import NumbersVoided
from hub.events.queue import TicketEnded
from hub.models.opening import NumberVoid
from hub.models.queue import NumberSeries, Visit
from hub.models.schema import new_id_at
from hub.models.station import Station
from hub.office import OfficeConfig, ServiceConfig
from hub.opening.alone import replace_doubtful
from hub.opening.doors import now_of
from hub.tickets import ENDED, WAITING, Group, number_of
from hub.tickets.acts import answer
from hub.wire import FieldFault, Ticket
from hub.wire.opening import OfflineTicket, VoidNumbers
from hub.writer import Tx

LETTERS = "ZYXWVUTSRQPONMLKJIHGFEDCBA"
"""Kiosks' letters in the order in which they are given: far from the services' own."""
MOST_AT_ONCE = 500
CLOCK_MAY_LEAD = timedelta(minutes=5)
OLDEST = timedelta(days=7)

_T, _SERIES, _VOIDS = tickets.COLUMNS, table_of(NumberSeries), table_of(NumberVoid)
_STATIONS = table_of(Station)


def give_letter(tx: Tx, station: str) -> str:
    """Give a kiosk the letter of its own series, once. Raises Conflict `letters_used_up`."""
    rows = tx.connection.execute(
        select(_STATIONS.c.id, _STATIONS.c.series).where(_STATIONS.c.office == tx.office)
    )
    known = {row.id: row.series for row in rows}
    if letter := known.get(station):
        return str(letter)
    # the letter of a kiosk that left stays its own: its numbers may still come
    free = next((one for one in LETTERS if one not in known.values()), None)
    if free is None:
        raise Conflict(
            "letters_used_up",
            "All 26 kiosk letters of this office are given.",
            id="Semua 26 huruf kios kantor ini sudah terpakai.",
        )
    tx.connection.execute(
        update(_STATIONS)
        .where(_STATIONS.c.office == tx.office, _STATIONS.c.id == station)
        .values(series=free)
    )
    return free


def letter_of(connection: Connection, office_no: int, station: str) -> str | None:
    """Return the letter of a station's own series, None if it has none."""
    query = select(_STATIONS.c.series).where(
        _STATIONS.c.office == office_no, _STATIONS.c.id == station
    )
    return connection.execute(query).scalar_one_or_none()


def accept_offline(
    tx: Tx, office: OfficeConfig, request: OfflineTicket, *, application: str | None = None
) -> Ticket:
    """Take a ticket that a kiosk gave without the hub; it waits since its own instant.

    Hours, quota and stops are not judged: the person has the number. One of an earlier day, or of
    a closed one, has ended. The same number of the same instant again gives the same ticket. What
    `instead_of` had issued ends: its person has this number now, and its visit and arrival.
    Raises NotAllowed `series_missing`, BadInput `ticket_request`, Conflict `number_taken`.
    """
    service = _service(office, request.service)
    prefix = _own_prefix(tx, service)
    _check_request(tx, office, request)
    day = office.today(request.given_at)
    if earlier := _same_number(tx, day, prefix, request.serial):
        if earlier.issued_at == request.given_at and earlier.service == service.code:
            return answer(tx, earlier.id)
        raise _taken(number_of(prefix, request.serial))
    closed = _is_closed(tx, day)
    if _is_void(tx, day, prefix, request.serial):
        if not closed:
            raise _taken(number_of(prefix, request.serial))
        _withdraw_void(tx, day, prefix, request.serial)  # it was not lost, only late
    last = _reach(tx, day, prefix, request.serial)
    if closed:  # what lies between stays accounted for, until it comes too
        between = range(last + 1, request.serial)
        void(tx, day, prefix, between, kind="void", reason="not received / tidak diterima")
    before = replace_doubtful(tx, tx.actor, request.instead_of) if request.instead_of else None
    ticket = _add(tx, office, request, service, prefix, application, before)
    return answer(tx, ticket)


def series_missing() -> NotAllowed:
    """Return the refusal of a station that may not give numbers of its own."""
    return NotAllowed(
        "series_missing",
        "This station has no series of its own: only kiosks give numbers without the hub.",
        id="Stasiun ini tidak memiliki seri nomor sendiri: hanya kios.",
    )


def void_own(tx: Tx, office: OfficeConfig, request: VoidNumbers) -> tuple[str, int]:
    """Account for numbers of the calling kiosk's series; return its prefix and how many were new.

    Raises NotAllowed `series_missing`, BadInput `range_invalid`, Conflict `number_taken`.
    """
    prefix = _own_prefix(tx, _service(office, request.service))
    today = office.today(tx.at)
    if not today - OLDEST <= request.day <= today or _is_closed(tx, request.day):
        fault = FieldFault(field="day", code="not_open", message="≤ 7 days, not closed")
        raise _bad([fault])
    serials = range(request.first, request.last + 1)
    if not 0 < len(serials) <= MOST_AT_ONCE:
        fault = FieldFault(field="last", code="range", message=f"1–{MOST_AT_ONCE}")
        raise BadInput(
            "range_invalid",
            f"`last` must not lie before `first`, and at most {MOST_AT_ONCE} numbers go at once.",
            id=f"`last` tidak boleh sebelum `first`, paling banyak {MOST_AT_ONCE} nomor sekaligus.",
            fields=[fault],
        )
    for serial in serials:
        if _same_number(tx, request.day, prefix, serial) is not None:
            raise _taken(number_of(prefix, serial))
    _reach(tx, request.day, prefix, request.last)
    return prefix, void(tx, request.day, prefix, serials, kind=request.kind, reason=request.reason)


def void(tx: Tx, day: date, prefix: str, serials: Sequence[int], *, kind: str, reason: str) -> int:
    """Note that numbers are no tickets; return how many were not noted before."""
    fresh = [serial for serial in serials if not _is_void(tx, day, prefix, serial)]
    if not fresh:
        return 0
    rows = [
        {
            "office": tx.office,
            "day": day,
            "prefix": prefix,
            "serial": serial,
            "kind": kind,
            "reason": reason,
            "actor": tx.actor.reference,
            "at": tx.at,
        }
        for serial in fresh
    ]
    tx.connection.execute(insert(_VOIDS), rows)
    event = NumbersVoided(day.isoformat(), prefix, min(fresh), max(fresh), kind)
    tx.emit(event, subject=f"{prefix}:{day.isoformat()}")
    return len(fresh)


def _service(office: OfficeConfig, code: str) -> ServiceConfig:
    service = office.service(code)
    if service is None:
        known = ", ".join(one.code for one in office.services)
        raise _bad([FieldFault(field="service", code="unknown", message=f"one of {known}")])
    return service


def _own_prefix(tx: Tx, service: ServiceConfig) -> str:
    letter = letter_of(tx.connection, tx.office, tx.actor.id) if tx.actor.kind == "station" else ""
    if not letter:
        raise series_missing()
    return service.prefix + letter


def _check_request(tx: Tx, office: OfficeConfig, request: OfflineTicket) -> None:
    faults = []
    if office.segment(request.segment) is None:
        faults.append(FieldFault(field="segment", code="unknown"))
    if any(office.need(need) is None for need in request.needs):
        faults.append(FieldFault(field="needs", code="unknown"))
    if request.language not in office.office.languages:
        faults.append(FieldFault(field="language", code="unknown"))
    if request.given_at.tzinfo is None or not (
        tx.at - OLDEST <= request.given_at <= tx.at + CLOCK_MAY_LEAD
    ):
        faults.append(
            FieldFault(field="given_at", code="not_recent", message="≤ 7 days, with zone")
        )
    if faults:
        raise _bad(faults)


def _bad(faults: list[FieldFault]) -> BadInput:
    return BadInput(
        "ticket_request",
        "The ticket cannot be taken over: correct the named fields.",
        id="Nomor tidak dapat diterima: perbaiki isian yang disebut.",
        fields=faults,
    )


def _taken(number: str) -> Conflict:
    return Conflict(
        "number_taken",
        f"{number} is already another ticket or void. Give the next number of the series.",
        id=f"{number} sudah menjadi tiket lain atau batal. Berikan nomor berikutnya dari seri.",
    )


def _same_number(tx: Tx, day: date, prefix: str, serial: int) -> Row[tuple[object, ...]] | None:
    query = select(*_T).where(
        _T.office == tx.office, _T.day == day, _T.prefix == prefix, _T.serial == serial
    )
    row: Row[tuple[object, ...]] | None = tx.connection.execute(query).one_or_none()
    return row


def _is_void(tx: Tx, day: date, prefix: str, serial: int) -> bool:
    query = select(_VOIDS.c.serial).where(
        _VOIDS.c.office == tx.office,
        _VOIDS.c.day == day,
        _VOIDS.c.prefix == prefix,
        _VOIDS.c.serial == serial,
    )
    return tx.connection.execute(query).first() is not None


def _reach(tx: Tx, day: date, prefix: str, serial: int) -> int:
    """Let the series know its highest number, in any order; return the highest before."""
    of = (_SERIES.c.office == tx.office, _SERIES.c.day == day, _SERIES.c.prefix == prefix)
    last = tx.connection.execute(select(_SERIES.c.last).where(*of)).scalar_one_or_none()
    if last is None:
        first = {
            "office": tx.office,
            "day": day,
            "prefix": prefix,
            "last": serial,
            "station": tx.actor.id,
        }
        tx.connection.execute(insert(_SERIES), first)
    elif last < serial:
        tx.connection.execute(update(_SERIES).where(*of).values(last=serial))
    return last or 0


def _withdraw_void(tx: Tx, day: date, prefix: str, serial: int) -> None:
    tx.connection.execute(
        delete(_VOIDS).where(
            _VOIDS.c.office == tx.office,
            _VOIDS.c.day == day,
            _VOIDS.c.prefix == prefix,
            _VOIDS.c.serial == serial,
        )
    )


def _is_closed(tx: Tx, day: date) -> bool:
    closed = now_of(tx.connection, tx.office).closed_day
    return closed is not None and day <= closed


def _add(
    tx: Tx,
    office: OfficeConfig,
    request: OfflineTicket,
    service: ServiceConfig,
    prefix: str,
    application: str | None,
    before: Ticket | None,
) -> str:
    day, at = office.today(request.given_at), min(request.given_at, tx.at)
    if before is not None:
        at, application = min(at, before.issued_at), application or before.application
    at_counter = {need.code for need in office.needs if need.at_counter}
    needed = " ".join(sorted(at_counter.intersection(request.needs)))
    group = Group(service.lane, request.segment, request.language, needed)
    over = day < office.today(tx.at) or _is_closed(tx, day)
    ticket = new_id_at(at)
    visit = before.visit if before is not None else _open_visit(tx, day, at)
    tickets.add(
        tx,
        id=ticket,
        visit=visit,
        day=day,
        prefix=prefix,
        serial=request.serial,
        service=service.code,
        lane=group.lane,
        segment=group.segment,
        needs=msgspec.json.encode(request.needs).decode(),
        needed=group.needed,
        language=group.language,
        state=ENDED if over else WAITING,
        outcome="closed" if over else "",
        issued_at=request.given_at,
        arrived_at=at,
        application=application,
    )
    number = number_of(prefix, request.serial)
    tx.emit(TicketIssued(number, service.lane, service.code, request.segment), subject=ticket)
    if over:
        tx.emit(TicketEnded(number, service.lane, WAITING), subject=ticket)
    else:
        tickets.change_count(tx, group, +1)
    return ticket


def _open_visit(tx: Tx, day: date, at: datetime) -> str:
    visit = new_id_at(at)
    visiting = {"office": tx.office, "id": visit, "day": day, "opened_at": at}
    tx.connection.execute(insert(table_of(Visit)), visiting)
    return visit
