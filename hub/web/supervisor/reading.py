"""Reads the supervisor's page: lanes, counters, stations on the network, what needs a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from hub import jobs, opening, queue, stations, tickets
from hub.announce import Neighbour
from hub.cases.payments import lost_proofs
from hub.models.officer import Officer
from hub.models.queue import CallRow, CounterRow, TicketRow
from hub.opening import days, roster
from hub.opening.roster import Shift
from hub.queue import board, counters
from hub.stations import KnownStation
from hub.tickets import ABSENT, FINISHED, estimate_error, number_of
from hub.web.desk import Desk
from hub.web.forms import fresh_key
from hub.web.officer.lamps import AGENT_QUIET, device_lamp, device_notice, unsure_notice
from hub.web.officer.views import Notice
from hub.web.supervisor.class_changes import classed
from hub.web.supervisor.queue_alarms import queue_alarms
from hub.web.supervisor.unheld import unheld_numbers
from hub.web.supervisor.views import (
    CounterLine,
    Exceptional,
    LaneLine,
    StationLine,
    SupervisorView,
)
from hub.web.words import other, pick
from hub.wire import CounterState, LaneState

MOST_EXCEPTIONAL = 5
SOON = timedelta(minutes=30)


def read_office(
    session: Session, desk: Desk, at: datetime, heard: Sequence[Neighbour], act: int = 0
) -> SupervisorView:
    """Return the whole office as it stands; `heard` are the agents found on the network.

    `act` is the event of what the officer has just done.
    """
    connection = session.connection()
    lanes = board.lanes(connection, desk.office_no, desk.office, at)
    known = stations.known(connection, desk.office_no)
    states = [
        counters.read(connection, desk.office_no, desk.office, one.number)
        for one in desk.office.counters
    ]
    busiest = max(lanes, key=lambda lane: lane.longest_wait_s, default=None)
    served, absent = _ended_today(connection, desk, at)
    day, shown = desk.office.today(at), opening.notices(connection, desk.office_no)
    return SupervisorView(
        lanes=_lane_lines(connection, desk, lanes),
        counters=_counter_lines(connection, desk, states, known, at),
        stations=_station_lines(desk, known, heard, at),
        alarms=_alarms(connection, desk, known, lanes, at),
        exceptional=_exceptional(connection, desk, at),
        waiting=sum(lane.waiting for lane in lanes),
        longest_s=busiest.longest_wait_s if busiest and busiest.waiting else 0,
        longest_lane=_lane_name(desk, busiest.lane) if busiest and busiest.waiting else "",
        served=served,
        absent=absent,
        open_counters=sum(state.state == "open" for state in states),
        key=fresh_key(),
        day=day,
        day_closed=days.is_closed(connection, desk.office_no, day),
        stop=next((one for one in shown if one.kind == "stop"), None),
        messages=tuple(one for one in shown if one.kind == "message"),
        estimates=estimate_error.of_days(connection, desk.office_no, desk.office, day, day),
        planned=_planned(connection, desk, states, at),
        may_act="supervisor" in desk.officer.roles,
        voided=queue.voided_by(connection, desk.office_no, act, desk.officer.actor.reference),
    )


def _planned(
    connection: Connection, desk: Desk, states: Sequence[CounterState], at: datetime
) -> tuple[Shift, ...]:
    """Return the shifts of now or the next half hour whose counter is not open."""
    closed = {one.counter for one in states if one.state == "closed"}
    shifts = roster.shifts(connection, desk.office_no, desk.office, desk.office.today(at))
    return tuple(
        one for one in shifts if one.counter in closed and one.starts_at - SOON <= at < one.ends_at
    )


def _lane_name(desk: Desk, lane: str) -> str:
    known = desk.office.lane(lane)
    return desk.speech.pick(known.name) if known else lane


def _lane_lines(
    connection: Connection, desk: Desk, states: Iterable[LaneState]
) -> tuple[LaneLine, ...]:
    open_now = tickets.open_counters(connection, desk.office_no)
    prefixes = {service.lane: service.prefix for service in reversed(desk.office.services)}
    lines = []
    for state in states:
        lane = desk.office.lane(state.lane)
        if lane is None:
            continue
        lines.append(
            LaneLine(
                prefix=prefixes.get(state.lane, "·"),
                name=desk.speech.pick(lane.name),
                also=pick(lane.name, other(desk.speech.lang)),
                waiting=state.waiting,
                longest_s=state.longest_wait_s if state.waiting else 0,
                limit_s=lane.max_wait_min * 60,
                span=desk.speech.span(state.estimate) if state.estimate else "",
                high_min=state.estimate.high_min if state.estimate else None,
                counters=open_now.get(state.lane, 0),
                today=state.estimate.today if state.estimate else "yes",
            )
        )
    return tuple(lines)


def _counter_lines(
    connection: Connection,
    desk: Desk,
    states: Iterable[CounterState],
    known: Sequence[KnownStation],
    at: datetime,
) -> tuple[CounterLine, ...]:
    officers = _officers_at(connection, desk.office_no)
    return tuple(
        _counter_line(desk, state, officers.get(state.counter, ""), known, at) for state in states
    )


def _counter_line(
    desk: Desk,
    state: CounterState,
    officer: str,
    known: Sequence[KnownStation],
    at: datetime,
) -> CounterLine:
    agents = [one for one in known if one.kind == "agent" and one.counter == state.counter]
    ticket = state.ticket
    service = desk.office.service(ticket.service) if ticket else None
    standard = service.minutes * 60 if service else 0
    since = (ticket.started_at or ticket.called_at) if ticket else None
    took = (at - since).total_seconds() if since else 0
    return CounterLine(
        number=state.counter,
        state=state.state,
        reason=state.reason,
        officer=officer if state.state != "closed" else "",
        lanes=", ".join(_lane_name(desk, lane) for lane in state.lanes),
        ticket=ticket.number if ticket else "",
        ticket_state=ticket.state if ticket else "",
        since=since,
        standard_s=standard,
        over=bool(ticket and ticket.started_at and standard and took > standard),
        devices=tuple(device_lamp(one, desk.speech) for agent in agents for one in agent.devices),
        agent=any(_present(agent, at) for agent in agents),
    )


def _officers_at(connection: Connection, office_no: int) -> dict[int, str]:
    rows = connection.execute(
        select(CounterRow.counter, Officer.name)
        .join(
            Officer,
            (Officer.office == CounterRow.office)
            & (CounterRow.actor == func.concat("officer:", Officer.id)),
        )
        .where(CounterRow.office == office_no)
    )
    return {row.counter: row.name for row in rows}


def _present(station: KnownStation, at: datetime) -> bool:
    return station.seen_at is not None and at - station.seen_at < AGENT_QUIET


def _station_lines(
    desk: Desk, known: Sequence[KnownStation], heard: Sequence[Neighbour], at: datetime
) -> tuple[StationLine, ...]:
    strange = list(heard)
    admitted = [_admitted(desk, one, _claim(strange, one), at) for one in known]
    strangers = [
        StationLine(
            name=one.station or one.name,
            kind="agent",
            counter=None,
            address=one.address,
            version=one.version,
            known=False,
            present=one.present,
            seen_at=one.last_seen,
            devices=(),
        )
        for one in strange
    ]
    return (*strangers, *admitted)


def _claim(strange: list[Neighbour], station: KnownStation) -> Neighbour | None:
    """Take the neighbour that calls itself like this station out of the strangers; a hint only."""
    names = {_plain(station.name), f"counter-{station.counter}"}
    found = next((one for one in strange if _plain(one.station) in names), None)
    if found is not None and station.kind == "agent":
        strange.remove(found)
        return found
    return None


def _plain(name: str) -> str:
    return "-".join(name.lower().split())


def _admitted(
    desk: Desk, station: KnownStation, heard: Neighbour | None, at: datetime
) -> StationLine:
    return StationLine(
        name=station.name,
        kind=station.kind,
        counter=station.counter,
        address=heard.address if heard else "",
        version=station.version or (heard.version if heard else ""),
        known=True,
        present=_present(station, at) or bool(heard and heard.present),
        seen_at=station.seen_at,
        devices=tuple(device_lamp(one, desk.speech) for one in station.devices),
    )


def _alarms(
    connection: Connection,
    desk: Desk,
    known: Sequence[KnownStation],
    lanes: Sequence[LaneState],
    at: datetime,
) -> tuple[Notice, ...]:
    unsure = [
        _at_counter(desk, job.counter, unsure_notice(job, desk.speech))
        for job in jobs.unsettled(connection, desk.office_no)
    ]
    troubled = [
        _at_station(desk, station, notice)
        for station in known
        for device in station.devices
        if (notice := device_notice(device, desk.speech))
    ]
    gone = [
        Notice(
            "bad",
            "unplug",
            desk.speech.say("station_gone", name=_called(desk, station)),
            desk.speech.say("seen_at", time=desk.speech.clock(station.seen_at)),
        )
        for station in known
        if station.seen_at is not None and not _present(station, at)
    ]
    paper = [
        Notice("warn", "ticket", desk.speech.say("ticket_paper", number=number), "")
        for number in _tickets_without_paper(connection, desk, at)
    ]
    lost = [
        Notice(
            "warn",
            "banknote",
            desk.speech.say("proof_lost_case", case=one.case_code),
            desk.speech.say("proof_lost_todo", who=one.asked_by),
            to=f"/money/{one.application}",
        )
        for one in lost_proofs.waiting_reports(connection, desk.office_no)
    ]
    unheld = unheld_numbers(connection, desk, known, at)
    ordered = [
        *queue_alarms(connection, desk, lanes, at),
        *(*lost, *unsure, *troubled, *gone, *unheld, *paper),
    ]
    return tuple(sorted(ordered, key=lambda notice: notice.kind != "bad"))


def _at_counter(desk: Desk, counter: int, notice: Notice) -> Notice:
    where = desk.speech.say("counter_n", number=counter)
    return Notice(notice.kind, notice.symbol, f"{where}: {notice.what}", notice.todo, notice.job)


def _at_station(desk: Desk, station: KnownStation, notice: Notice) -> Notice:
    where = _called(desk, station)
    return replace(notice, what=f"{where}: {notice.what}", station=station.id)


def _called(desk: Desk, station: KnownStation) -> str:
    """Return what people here call a station: its counter, else its own name."""
    if station.counter is None:
        return station.name
    return desk.speech.say("counter_n", number=station.counter)


def _tickets_without_paper(connection: Connection, desk: Desk, at: datetime) -> list[str]:
    query = (
        select(TicketRow.prefix, TicketRow.serial)
        .where(
            TicketRow.office == desk.office_no,
            TicketRow.day == desk.office.today(at),
            TicketRow.printed.in_(("failed", "unknown")),
            TicketRow.state == tickets.WAITING,
        )
        .order_by(TicketRow.issued_at.desc())
        .limit(5)
    )
    return [number_of(row.prefix, row.serial) for row in connection.execute(query)]


def _ended_today(connection: Connection, desk: Desk, at: datetime) -> tuple[int, int]:
    query = (
        select(TicketRow.state, func.count())
        .where(
            TicketRow.office == desk.office_no,
            TicketRow.day == desk.office.today(at),
            TicketRow.state.in_((FINISHED, ABSENT)),
        )
        .group_by(TicketRow.state)
    )
    counts = {state: count for state, count in connection.execute(query)}
    return counts.get(FINISHED, 0), counts.get(ABSENT, 0)


def _exceptional(connection: Connection, desk: Desk, at: datetime) -> tuple[Exceptional, ...]:
    query = (
        select(
            CallRow.ticket, TicketRow.prefix, TicketRow.serial, CallRow.counter, CallRow.reason,
            CallRow.at, Officer.name,
        )
        .join(TicketRow, (TicketRow.office == CallRow.office) & (TicketRow.id == CallRow.ticket))
        .outerjoin(
            Officer,
            (Officer.office == CallRow.office)
            & (CallRow.actor == func.concat("officer:", Officer.id)),
        )
        .where(
            CallRow.office == desk.office_no,
            CallRow.out_of_order.is_(True),
            TicketRow.day == desk.office.today(at),
        )
        .order_by(CallRow.at.desc())
        .limit(MOST_EXCEPTIONAL)
    )  # fmt: skip
    calls = [
        Exceptional(
            row.ticket, number_of(row.prefix, row.serial), row.counter, row.reason,
            row.name or "", row.at,
        )
        for row in connection.execute(query)
    ]  # fmt: skip
    both = sorted((*calls, *classed(connection, desk, at)), key=lambda one: one.at, reverse=True)
    return tuple(both[:MOST_EXCEPTIONAL])
