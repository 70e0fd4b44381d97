"""Reads the officer's page at a counter: its ticket, who is next, devices, the day so far."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, select
from sqlalchemy.orm import Session

from hub import jobs, stations
from hub.cases.equipment import of_counter
from hub.errors import NotFound
from hub.models.queue import CallRow, TicketRow
from hub.models.station import Station
from hub.office import OfficeConfig
from hub.queue import board, counters
from hub.tickets import ABSENT, FINISHED, number_of, to_wire
from hub.web.desk import Desk
from hub.web.forms import fresh_key
from hub.web.officer import queue_reading
from hub.web.officer.case_brief import brief
from hub.web.officer.lamps import device_lamp, device_notice, unsure_notice
from hub.web.officer.views import (
    CounterView,
    CurrentTicket,
    DoneToday,
    LaneChoice,
    Notice,
    Today,
)
from hub.web.words import Speech, duration
from hub.wire import Ticket

LAST_ROWS = 3
_OUTCOMES = {
    "done": ("ok", "circle-check"),
    "incomplete": ("warn", "file-x"),
    "referred": ("info", "arrow-right"),
    "other": ("plain", "circle-check"),
}


def read_counter(session: Session, desk: Desk, number: int, at: datetime) -> CounterView:
    """Return the page of counter `number` as it stands. Raises NotFound `counter_unknown`."""
    configured = desk.office.counter(number)
    if configured is None:
        raise NotFound(
            "counter_unknown",
            f"There is no counter {number} in this office.",
            id=f"Tidak ada loket {number} di kantor ini.",
        )
    connection = session.connection()
    state = counters.read(connection, desk.office_no, desk.office, number)
    waiting = _waiting(connection, desk, at)
    served = state.lanes or list(configured.lanes)
    current = state.ticket
    return CounterView(
        number=number,
        state=state.state,
        reason=state.reason,
        lanes=_choices(desk, configured.lanes, chosen=state.lanes, waiting=waiting),
        current=_current(connection, desk, current, at) if current else None,
        case=brief(session, desk, current.application, at)
        if current and current.application
        else None,
        upcoming=tuple(counters.next_up(connection, desk.office_no, desk.office, number, at)),
        waiting=sum(waiting.get(lane, 0) for lane in served),
        equipment=of_counter(
            session, desk.procedure, desk.office_no, number, desk.office.today(at)
        ),
        devices=tuple(
            device_lamp(device, desk.speech)
            for device in stations.devices_at(connection, desk.office_no, number)
        ),
        agent_seen=_agent_seen(connection, desk.office_no, number),
        notices=_notices(connection, desk, number),
        today=_today(connection, desk, number, at),
        elsewhere=_elsewhere(desk, current, waiting),
        issued=_issued(desk),
        counters=tuple(one.number for one in desk.office.counters if one.number != number),
        key=fresh_key(),
        undoable=queue_reading.undoable(connection, desk, number, at),
        parked=queue_reading.parked(connection, desk, number),
        profiles=queue_reading.profiles(desk, connection, number),
        languages=queue_reading.languages(desk, connection, number),
        services=queue_reading.services(desk),
        needs=queue_reading.needs(desk),
        classes=queue_reading.classes(desk),
    )


def _waiting(connection: Connection, desk: Desk, at: datetime) -> dict[str, int]:
    lanes = board.lanes(connection, desk.office_no, desk.office, at)
    return {lane.lane: lane.waiting for lane in lanes}


def _choices(
    desk: Desk, lanes: tuple[str, ...], *, chosen: list[str], waiting: dict[str, int]
) -> tuple[LaneChoice, ...]:
    return tuple(
        LaneChoice(
            lane,
            _lane_name(desk.office, lane, desk.speech),
            lane in chosen,
            waiting.get(lane, 0),
        )
        for lane in lanes
    )


def _elsewhere(
    desk: Desk, ticket: Ticket | None, waiting: dict[str, int]
) -> tuple[LaneChoice, ...]:
    here = ticket.lane if ticket else ""
    return tuple(
        LaneChoice(lane.code, desk.speech.pick(lane.name), lane.code == here, waiting[lane.code])
        for lane in desk.office.lanes
    )


def _lane_name(office: OfficeConfig, lane: str, speech: Speech) -> str:
    known = office.lane(lane)
    return speech.pick(known.name) if known else lane


def _current(connection: Connection, desk: Desk, ticket: Ticket, at: datetime) -> CurrentTicket:
    service = desk.office.service(ticket.service)
    begun = ticket.started_at or at
    speech = desk.speech
    query = select(TicketRow.arrived_at, TicketRow.appointment_at).where(
        TicketRow.office == desk.office_no, TicketRow.id == ticket.id
    )
    arrived, booked_at = connection.execute(query).one()
    waited_s = int(((ticket.called_at or at) - arrived).total_seconds())
    return CurrentTicket(
        ticket=ticket,
        service=speech.pick(service.name) if service else ticket.service,
        segment=queue_reading.segment_of(desk, ticket),
        needs=queue_reading.needs_of(desk, ticket),
        visit_note=speech.say("visit_with_case", what=_issued(desk)) if ticket.application else "",
        booked_at=booked_at,
        waited_s=max(0, waited_s),  # waiting counts from the booked time
        elapsed_s=int((at - begun).total_seconds()),
        standard_s=service.minutes * 60 if service else 0,
    )


def _issued(desk: Desk) -> str:
    return desk.speech.pick(desk.procedure.sop.issued.brief)


def _agent_seen(connection: Connection, office_no: int, number: int) -> datetime | None:
    query = select(Station.seen_at).where(
        Station.office == office_no,
        Station.counter == number,
        Station.kind == "agent",
        Station.revoked_at.is_(None),
        Station.seen_at.is_not(None),
    )
    seen = [at for at in connection.execute(query).scalars() if at is not None]
    return max(seen, default=None)


def _notices(connection: Connection, desk: Desk, number: int) -> tuple[Notice, ...]:
    unsure = [
        unsure_notice(job, desk.speech)
        for job in jobs.unsettled(connection, desk.office_no)
        if job.counter == number
    ]
    troubled = [
        notice
        for device in stations.devices_at(connection, desk.office_no, number)
        if (notice := device_notice(device, desk.speech))
    ]
    return (*unsure, *troubled)


def _today(connection: Connection, desk: Desk, number: int, at: datetime) -> Today:
    rows = connection.execute(
        select(*TicketRow.__table__.c)
        .where(
            TicketRow.office == desk.office_no,
            TicketRow.day == desk.office.today(at),
            TicketRow.counter == number,
            TicketRow.state == FINISHED,
        )
        .order_by(TicketRow.finished_at.desc())
    ).all()
    gone = _absent_here(connection, desk, number, at)
    took = [(row.finished_at - row.started_at).total_seconds() for row in rows]
    lines = [(row.finished_at, _finished_line(row, desk.speech)) for row in rows[:LAST_ROWS]]
    lines += [(when, _absent_line(ticket, when, may, desk.speech)) for ticket, when, may in gone]
    lines.sort(key=lambda line: line[0], reverse=True)
    return Today(
        served=len(rows),
        mean_s=int(sum(took) / len(took)) if took else 0,
        absent=len(gone),
        rows=tuple(line for _, line in lines[:LAST_ROWS]),
    )


def _absent_here(
    connection: Connection, desk: Desk, number: int, at: datetime
) -> list[tuple[Ticket, datetime, bool]]:
    # an absent ticket has left its counter: its calls say where it was called
    called = select(CallRow.ticket).where(
        CallRow.office == desk.office_no, CallRow.counter == number
    )
    rows = connection.execute(
        select(*TicketRow.__table__.c).where(
            TicketRow.office == desk.office_no,
            TicketRow.day == desk.office.today(at),
            TicketRow.state == ABSENT,
            TicketRow.id.in_(called),
        )
    )
    allowed = desk.office.queue.returns_allowed
    return [(to_wire(row), row.absent_at, row.returns < allowed) for row in rows]


def _finished_line(row: Row[tuple[object, ...]], speech: Speech) -> DoneToday:
    kind, symbol = _OUTCOMES.get(row.outcome, ("plain", "circle-check"))
    return DoneToday(
        number=number_of(row.prefix, row.serial),
        outcome=speech.say(f"{row.outcome or 'done'}_at", time=speech.clock(row.finished_at)),
        kind=kind,
        symbol=symbol,
        took=duration(row.finished_at - row.started_at),
        ticket=row.id,
        comes_back_by="back" if row.outcome == "incomplete" else "",
    )


def _absent_line(ticket: Ticket, when: datetime, may_return: bool, speech: Speech) -> DoneToday:
    said = speech.say("absent_at", time=speech.clock(when))
    back = "return" if may_return else ""
    return DoneToday(ticket.number, said, "warn", "user-x", "", ticket.id, back)
