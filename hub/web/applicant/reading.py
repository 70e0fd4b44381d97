"""Reads what a visit's page shows: number, place, range, what to bring; no name, no reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Row, select

from hub import opening, tickets
from hub.office import OfficeConfig
from hub.queue import board, counters
from hub.tickets import (
    ABSENT,
    CALLED,
    ENDED,
    FINISHED,
    GIVEN_BACK,
    PARKED,
    SERVING,
    WAITING,
    number_of,
)
from hub.tickets.acts import patience_with
from hub.web.words import Speech
from hub.wire import NoticeState, Ticket, Today, Words

OVER = (FINISHED, ENDED)
DOTS = 10
"""The bar of the queue: so many places are drawn one by one."""
WALK_BACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class PhoneView:
    """The page of a visit as it stands at `seq`; `state` decides what is shown."""

    seq: int
    at: datetime
    code: str
    state: str
    number: str
    service: Words
    lane: Words
    counters: tuple[int, ...]
    counter: int | None
    ahead: int
    low_min: int | None
    high_min: int | None
    today: Today
    arrived: datetime
    expected: tuple[datetime, datetime] | None
    back_before: datetime | None
    return_within_min: int
    dots: tuple[bool, ...]
    requirements: tuple[Words, ...]
    fee_notice: Words
    complaints: str
    notices: tuple[NoticeState, ...]
    lane_code: str = ""
    ticket: str = ""
    calls: int = 0


def read_visit(
    connection: Connection,
    office_no: int,
    office: OfficeConfig,
    visit: str,
    at: datetime,
    code: str,
) -> tuple[PhoneView, str] | None:
    """Return the page of a visit and its ticket's language; None when the visit is over."""
    row = _newest(connection, office_no, visit)
    if row is None or row.state in OVER or row.day != office.today(at):
        return None
    ticket = tickets.read(connection, office_no, office, row.id, at=at)
    return _view(connection, office_no, office, ticket, row.arrived_at, at, code), row.language


def given_back(connection: Connection, office_no: int, visit: str, today: date) -> str:
    """Return the number with which a visit of today ended because it was given back, or ""."""
    row = _newest(connection, office_no, visit)
    if row is None or row.outcome != GIVEN_BACK or row.day != today:
        return ""
    return number_of(row.prefix, row.serial)


def _newest(connection: Connection, office_no: int, visit: str) -> Row[tuple[object, ...]] | None:
    query = (
        select(*tickets.COLUMNS)
        .where(tickets.COLUMNS.office == office_no, tickets.COLUMNS.visit == visit)
        .order_by(tickets.COLUMNS.state.in_(OVER), tickets.COLUMNS.issued_at.desc())
        .limit(1)
    )
    row: Row[tuple[object, ...]] | None = connection.execute(query).one_or_none()
    return row


def _view(
    connection: Connection,
    office_no: int,
    office: OfficeConfig,
    ticket: Ticket,
    arrived: datetime,
    at: datetime,
    code: str,
) -> PhoneView:
    service, lane = office.service(ticket.service), office.lane(ticket.lane)
    ahead = ticket.ahead or 0
    expected = _expected(ticket, at)
    unknown = Words(id=ticket.service, en=ticket.service)
    return PhoneView(
        seq=board.position(connection, office_no),
        at=at,
        code=code,
        state=ticket.state,
        number=ticket.number,
        service=service.name if service else unknown,
        lane=lane.name if lane else unknown,
        counters=_open_counters(connection, office_no, office, ticket.lane),
        counter=ticket.counter,
        ahead=ahead,
        low_min=ticket.estimate.low_min if ticket.estimate else None,
        high_min=ticket.estimate.high_min if ticket.estimate else None,
        today=ticket.estimate.today if ticket.estimate else "yes",
        arrived=arrived,
        expected=expected,
        back_before=_back_before(expected, at),
        return_within_min=_minutes(patience_with(office, ticket.needs).return_within),
        dots=tuple(place >= ahead for place in reversed(range(DOTS))),
        requirements=service.requirements if service else (),
        fee_notice=office.office.fee_notice,
        complaints=office.office.complaints,
        notices=tuple(opening.notices(connection, office_no)),
        lane_code=ticket.lane,
        ticket=ticket.id,
        calls=ticket.calls,
    )


def _open_counters(
    connection: Connection, office_no: int, office: OfficeConfig, lane: str
) -> tuple[int, ...]:
    found = []
    for one in office.counters:
        state = counters.read(connection, office_no, office, one.number)
        if state.state == "open" and lane in state.lanes:
            found.append(one.number)
    return tuple(found)


def _expected(ticket: Ticket, at: datetime) -> tuple[datetime, datetime] | None:
    if ticket.state != WAITING or ticket.estimate is None or ticket.estimate.today == "unsure":
        return None
    low, high = ticket.estimate.low_min, ticket.estimate.high_min
    return at + timedelta(minutes=low), at + timedelta(minutes=high)


def _back_before(expected: tuple[datetime, datetime] | None, at: datetime) -> datetime | None:
    """Return until when one may step out: some minutes before the first expected call."""
    if expected is None or expected[0] - WALK_BACK <= at + WALK_BACK:
        return None
    return expected[0] - WALK_BACK


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


def said_of(view: PhoneView, speech: Speech) -> str:
    """Return where the person is to go, or how it stands, in one sentence."""
    if view.state in (CALLED, SERVING) and view.counter is not None:
        return speech.say(f"phone_{view.state}", counter=view.counter)
    if view.state in (ABSENT, PARKED):
        return speech.say(f"phone_{view.state}", minutes=view.return_within_min)
    return ""
