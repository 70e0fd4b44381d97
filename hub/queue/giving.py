"""Give numbers: one, or all that a batch asks for in a row.

A number is unique by constraint; the waiting order is arrival, never the number. Those who ask in
a row share one look at what holds for them all, and are stored by one statement a table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import bindparam, insert, select, update

from hub import opening, tickets
from hub.database import table_of
from hub.errors import BadInput, Refused
from hub.events import TicketIssued
from hub.models.queue import NumberSeries, Visit
from hub.models.schema import chances, new_id_at
from hub.office import OfficeConfig, ServiceConfig
from hub.queue.routing import arrival_of
from hub.statements import Statement
from hub.tickets import WAITING, Group, number_of
from hub.tickets.outlook import Outlook
from hub.wire import FieldFault, IssueTicket, Ticket
from hub.writer import Tx

# statements are built once: building one costs more than running it
_VISITS, _SERIES = table_of(Visit), table_of(NumberSeries)
_OF_PREFIX = (
    _SERIES.c.office == bindparam("of_office"),
    _SERIES.c.day == bindparam("of_day"),
    _SERIES.c.prefix == bindparam("of_prefix"),
)
_LAST_SERIAL = Statement(select(_SERIES.c.last).where(*_OF_PREFIX))
_MOVE_SERIES = Statement(update(_SERIES).where(*_OF_PREFIX))
_ADD_SERIES, _ADD_VISITS = Statement(insert(_SERIES)), Statement(insert(_VISITS))
_FIND_VISIT = Statement(
    select(_VISITS.c.id).where(
        _VISITS.c.office == bindparam("of_office"), _VISITS.c.id == bindparam("of_visit")
    )
)


@dataclass(frozen=True, slots=True)
class NumberAsked:
    """A number that somebody asks for; `booked` is the time of an appointment."""

    office: OfficeConfig
    request: IssueTicket
    application: str | None = None
    booked: datetime | None = None


def issue(
    tx: Tx,
    office: OfficeConfig,
    request: IssueTicket,
    *,
    application: str | None = None,
    booked: datetime | None = None,
) -> Ticket:
    """Give the next number of a service; `booked` is the time of an appointment.

    Raises BadInput `ticket_request`, `visit_unknown`, Conflict `queue_closed`, `quota_used`.
    """
    [given] = issue_all([(tx, NumberAsked(office, request, application, booked))])
    if isinstance(given, Refused):
        raise given
    return given


def issue_all(asked: Sequence[tuple[Tx, NumberAsked]]) -> list[Ticket | Refused]:
    """Give each its next number, in their order, or the refusal that `issue` raises."""
    first, ask = asked[0]
    hall = _Hall(first, ask.office, len(asked))
    given: list[Ticket | Refused] = []
    for tx, one in asked:
        try:
            given.append(hall.give(tx, one))
        except Refused as refusal:
            given.append(refusal)
    hall.store()
    return given


@dataclass(slots=True)
class _Lane:
    waiting: int
    outlook: Outlook


@dataclass(slots=True)
class _Series:
    last: int
    is_new: bool


class _Hall:
    """What those who ask in a row find: read when first needed, counted on, stored at the end.

    A batch looks at the clock once: the microseconds between its commands only tell their order.
    """

    def __init__(self, tx: Tx, office: OfficeConfig, many: int) -> None:
        self._tx = tx
        self._office = office
        self._day = office.today(tx.at)
        self._now = opening.now_of(tx.connection, tx.office)
        self._chances = iter(chances(2 * many))  # for each a ticket, and a visit if it is new
        self._open: set[str] = set()
        self._lanes: dict[str, _Lane] = {}
        self._series: dict[str, _Series] = {}
        self._visits: list[dict[str, object]] = []
        self._tickets: list[dict[str, object]] = []
        self._arrived: Counter[Group] = Counter()

    def give(self, tx: Tx, ask: NumberAsked) -> Ticket:
        """Give a number. Raises what `issue` raises; nothing is stored or counted then."""
        request, booked = ask.request, ask.booked
        service = _service(self._office, request)
        _check_visit(tx, request.visit)
        self._require_open(service)
        serial = self._next_serial(service, booked=booked is not None)
        lane = self._lane(service.lane)
        expected = lane.outlook.expected(lane.waiting)
        told = None if expected.today == "unsure" else expected  # no range was told then
        group = Group(service.lane, request.segment, request.language, _needed(ask))
        ticket, number = new_id_at(tx.at, next(self._chances)), number_of(service.prefix, serial)
        visit = request.visit or self._open_visit(tx)
        self._tickets.append(
            {
                "office": tx.office,
                "id": ticket,
                "visit": visit,
                "day": self._day,
                "prefix": service.prefix,
                "serial": serial,
                "service": service.code,
                "lane": group.lane,
                "segment": group.segment,
                "needs": msgspec.json.encode(request.needs).decode(),
                "needed": group.needed,
                "language": group.language,
                "state": WAITING,
                "issued_at": tx.at,
                "arrived_at": arrival_of(booked, tx.at, grace_of(ask.office)) if booked else tx.at,
                "appointment_at": booked,
                "application": ask.application,
                "low_min": told.low_min if told else None,
                "high_min": told.high_min if told else None,
            }
        )
        tx.emit(TicketIssued(number, service.lane, service.code, request.segment), subject=ticket)
        given = Ticket(
            id=ticket,
            number=number,
            service=service.code,
            lane=service.lane,
            state=WAITING,
            segment=request.segment,
            needs=request.needs,
            language=request.language,
            issued_at=tx.at,
            visit=visit,
            ahead=lane.waiting,
            estimate=expected,
            application=ask.application,
            appointment_at=booked,
        )
        lane.waiting += 1
        self._arrived[group] += 1
        return given

    def store(self) -> None:
        """Write what was given, a statement a table."""
        if not self._tickets:
            return
        connection = self._tx.connection
        if self._visits:
            _ADD_VISITS.run_many(connection, self._visits)
        tickets.add_all(connection, self._tickets)
        for prefix, series in self._series.items():
            self._store_series(prefix, series)
        for group, by in self._arrived.items():
            tickets.change_count(self._tx, group, by)

    def _require_open(self, service: ServiceConfig) -> None:
        if service.code not in self._open:
            opening.require_numbers(self._now, self._office, service, self._tx.at)
            self._open.add(service.code)

    def _next_serial(self, service: ServiceConfig, *, booked: bool) -> int:
        series = self._series.get(service.prefix)
        if series is None:
            series = self._series[service.prefix] = self._read_series(service.prefix)
        tx, serial = self._tx, series.last + 1
        if not booked:  # a booked time is a promise, it also takes one of the day's numbers
            opening.require_quota(tx.connection, tx.office, self._office, service, serial, tx.at)
        series.last = serial
        return serial

    def _read_series(self, prefix: str) -> _Series:
        last: int | None = _LAST_SERIAL.scalar(self._tx.connection, self._of(prefix))
        return _Series(last or 0, is_new=last is None)

    def _store_series(self, prefix: str, series: _Series) -> None:
        of = self._of(prefix)
        if not series.is_new:
            _MOVE_SERIES.run(self._tx.connection, {**of, "last": series.last})
        elif series.last:
            first = {"office": self._tx.office, "day": self._day, "prefix": prefix}
            _ADD_SERIES.run(self._tx.connection, {**first, "last": series.last})

    def _of(self, prefix: str) -> dict[str, object]:
        return {"of_office": self._tx.office, "of_day": self._day, "of_prefix": prefix}

    def _lane(self, code: str) -> _Lane:
        lane = self._lanes.get(code)
        if lane is None:
            connection, office_no, at = self._tx.connection, self._tx.office, self._tx.at
            lane = self._lanes[code] = _Lane(
                tickets.waiting_in(connection, office_no, code),
                tickets.outlook_of(connection, office_no, self._office, code, at=at),
            )
        return lane

    def _open_visit(self, tx: Tx) -> str:
        visit = new_id_at(tx.at, next(self._chances))
        self._visits.append(
            {"office": tx.office, "id": visit, "day": self._day, "opened_at": tx.at}
        )
        return visit


def _service(office: OfficeConfig, request: IssueTicket) -> ServiceConfig:
    faults = []
    service = office.service(request.service)
    if service is None:
        known = ", ".join(service.code for service in office.services)
        faults.append(FieldFault(field="service", code="unknown", message=f"one of {known}"))
    if office.segment(request.segment) is None:
        known = ", ".join(one.code for one in office.segments)
        faults.append(FieldFault(field="segment", code="unknown", message=f"one of {known}"))
    elif service is not None and service.segments and request.segment not in service.segments:
        only = ", ".join(service.segments)
        faults.append(FieldFault(field="segment", code="not_here", message=f"only {only}"))
    if any(office.need(need) is None for need in request.needs):
        known = ", ".join(one.code for one in office.needs)
        faults.append(FieldFault(field="needs", code="unknown", message=f"any of {known}"))
    if request.language not in office.office.languages:
        known = ", ".join(office.office.languages)
        faults.append(FieldFault(field="language", code="unknown", message=f"one of {known}"))
    if faults or service is None:
        raise BadInput(
            "ticket_request",
            "The ticket cannot be issued: correct the named fields.",
            id="Nomor tidak dapat diterbitkan: perbaiki isian yang disebut.",
            fields=faults,
        )
    return service


def _check_visit(tx: Tx, visit: str | None) -> None:
    if visit is None:
        return
    asked = {"of_office": tx.office, "of_visit": visit}
    if _FIND_VISIT.one_or_none(tx.connection, asked) is None:
        raise BadInput(
            "visit_unknown",
            "There is no such visit. Leave it out for a new one.",
            id="Tidak ada kunjungan itu. Kosongkan untuk kunjungan baru.",
            fields=[FieldFault(field="visit", code="unknown")],
        )


def _needed(ask: NumberAsked) -> str:
    """Return what a counter must have for this ticket, in one order whatever was sent."""
    if not ask.request.needs:
        return ""
    at_counter = {need.code for need in ask.office.needs if need.at_counter}
    return " ".join(sorted(at_counter.intersection(ask.request.needs)))


def grace_of(office: OfficeConfig) -> timedelta:
    """Return how long after a booked time its person still waits from that time."""
    return timedelta(minutes=office.queue.appointment_grace_min)
