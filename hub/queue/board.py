"""The queue as it stands: snapshots for stations, the waiting room and the supervisor."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, func, select

from hub import opening, tickets
from hub.confirming import papers_are_specimens
from hub.models.queue import CallRow, EventRow, TicketRow
from hub.models.schema import Office
from hub.office import OfficeConfig, ServiceConfig
from hub.opening import Now
from hub.queue import counters
from hub.tickets import FINISHED, WAITING, number_of
from hub.wire import (
    LaneState,
    LastCall,
    NeedState,
    OfficeState,
    QueueState,
    SegmentState,
    ServiceState,
    Ticket,
)

LAST_CALLS = 12
_CLOCK_WANDERS = timedelta(minutes=5)
_LOOKED_BACK = 500
"""So many of the last events are compared with the clock: what it said before it was set."""


def office_state(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime
) -> OfficeState:
    """Return the office as a station needs it: services with their waiting times, and the clock."""
    identity = office.office
    shown = opening.notices(connection, office_no)
    return OfficeState(
        seq=position(connection, office_no),
        name=identity.name,
        parent=identity.directorate,
        timezone=identity.timezone,
        today=office.today(at),
        now=at,
        languages=list(identity.languages),
        complaints=identity.complaints,
        fee_notice=identity.fee_notice,
        services=services(connection, office_no, office, at),
        counters=[one.number for one in office.counters],
        segments=[
            SegmentState(code=one.code, name=one.ask, about=one.about)
            for one in office.segments
            if one.ask
        ],
        needs=[NeedState(code=one.code, name=one.ask) for one in office.needs if one.ask],
        public_url=identity.public_url,
        device_care={
            name: uses for name, uses in msgspec.structs.asdict(office.device_care).items() if uses
        },
        specimen=papers_are_specimens(connection, office_no, office, office.today(at)),
        stop=next((one for one in shown if one.kind == "stop"), None),
        messages=[one for one in shown if one.kind == "message"],
    )


def queue_state(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime
) -> QueueState:
    """Return lanes, counters and last calls, consistent with the feed position in `seq`."""
    return QueueState(
        seq=position(connection, office_no),
        at=at,
        lanes=lanes(connection, office_no, office, at),
        counters=[
            counters.read(connection, office_no, office, one.number) for one in office.counters
        ],
        last_calls=last_calls(connection, office_no, office, at),
    )


def position(connection: Connection, office_no: int) -> int:
    """Return the sequence number of the office's last event."""
    query = select(Office.seq).where(Office.id == office_no)
    return int(connection.execute(query).scalar_one())


def later_than(connection: Connection, office_no: int, at: datetime) -> datetime | None:
    """Return the instant of a record minutes after `at`; None unless the clock went back.

    Who comes while a clock is behind counts as having waited longest.
    """
    query = select(func.max(EventRow.at)).where(
        EventRow.office == office_no,
        EventRow.seq > position(connection, office_no) - _LOOKED_BACK,
    )
    last = connection.execute(query).scalar()
    return last if last is not None and last - at > _CLOCK_WANDERS else None


def services(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime
) -> list[ServiceState]:
    """Return every service with its queue, closed ones with their reason."""
    left = opening.numbers_left(connection, office_no, office, at)
    now = opening.now_of(connection, office_no)
    return [
        _service(connection, office_no, office, service, now, left[service.code], at)
        for service in office.services
    ]


def lanes(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime
) -> list[LaneState]:
    """Return every lane: how many wait, the longest wait in seconds, the estimate."""
    oldest = _oldest_arrivals(connection, office_no)
    states = []
    for lane in office.lanes:
        waiting, since = oldest.get(lane.code, (0, at))
        estimate = tickets.expected_wait(
            connection, office_no, office, lane.code, ahead=waiting, at=at
        )
        longest = max(0, int((at - since).total_seconds()))
        states.append(
            LaneState(lane=lane.code, waiting=waiting, longest_wait_s=longest, estimate=estimate)
        )
    return states


def last_calls(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime
) -> list[LastCall]:
    """Return today's last calls, the newest first, each ticket once."""
    query = (
        select(
            CallRow.ticket,
            CallRow.counter,
            CallRow.at,
            CallRow.times,
            TicketRow.prefix,
            TicketRow.serial,
            TicketRow.lane,
        )
        .join(
            TicketRow,
            (TicketRow.office == CallRow.office) & (TicketRow.id == CallRow.ticket),
        )
        .where(
            CallRow.office == office_no,
            CallRow.undone.is_(False),
            TicketRow.day == office.today(at),
        )
        .order_by(CallRow.at.desc(), CallRow.times.desc())
        .limit(LAST_CALLS * 3)
    )
    seen: dict[str, LastCall] = {}
    for row in connection.execute(query):
        seen.setdefault(
            row.ticket,
            LastCall(
                ticket=row.ticket,
                number=number_of(row.prefix, row.serial),
                lane=row.lane,
                counter=row.counter,
                at=row.at,
                times=row.times,
            ),
        )
    return list(seen.values())[:LAST_CALLS]


def finished_today(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime, counter: int
) -> list[Ticket]:
    """Return what `counter` finished or lost today, the newest first."""
    query = (
        select(*tickets.COLUMNS)
        .where(
            TicketRow.office == office_no,
            TicketRow.day == office.today(at),
            TicketRow.counter == counter,
            TicketRow.state == FINISHED,
        )
        .order_by(TicketRow.finished_at.desc())
    )
    return [tickets.to_wire(row) for row in connection.execute(query)]


def _service(
    connection: Connection,
    office_no: int,
    office: OfficeConfig,
    service: ServiceConfig,
    now: Now,
    left: int | None,
    at: datetime,
) -> ServiceState:
    waiting = tickets.waiting_in(connection, office_no, service.lane)
    because = opening.why_no_numbers(office, service, now, left, at)
    return ServiceState(
        code=service.code,
        prefix=service.prefix,
        lane=service.lane,
        name=service.name,
        about=service.about,
        icon=service.icon,
        open=because is None,
        waiting=waiting,
        estimate=tickets.expected_wait(
            connection, office_no, office, service.lane, ahead=waiting, at=at
        ),
        form=service.form,
        requirements=list(service.requirements),
        closed_because=because,
        opens=service.opens,
        segments=list(service.segments),
        left=left,
    )


def _oldest_arrivals(connection: Connection, office_no: int) -> dict[str, tuple[int, datetime]]:
    query = (
        select(TicketRow.lane, func.count(), func.min(TicketRow.arrived_at))
        .where(TicketRow.office == office_no, TicketRow.state == WAITING)
        .group_by(TicketRow.lane)
    )
    return {lane: (count, oldest) for lane, count, oldest in connection.execute(query)}
