"""The queue as it stands: snapshots for stations, the waiting room and the supervisor."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, func, select

from hub import counters, tickets
from hub.errors import NotFound
from hub.estimate import estimate_wait
from hub.models.queue import CallRow, TicketRow
from hub.models.schema import Office
from hub.office import OfficeConfig, ServiceConfig
from hub.tickets import FINISHED, WAITING, number_of
from hub.wire import (
    Candidate,
    LaneState,
    LastCall,
    OfficeState,
    QueueState,
    ServiceState,
    Ticket,
    Why,
)

LAST_CALLS = 12


def office_state(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime
) -> OfficeState:
    """Return the office as a station needs it: services with their waiting times, and the clock."""
    identity = office.office
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
        public_url=identity.public_url,
        specimen=identity.specimen,
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


def services(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime
) -> list[ServiceState]:
    """Return every service with its queue, closed ones with their reason."""
    open_now = tickets.open_counters(connection, office_no)
    return [
        _service(connection, office_no, office, service, open_now, at)
        for service in office.services
    ]


def lanes(
    connection: Connection, office_no: int, office: OfficeConfig, at: datetime
) -> list[LaneState]:
    """Return every lane: how many wait, the longest wait in seconds, the estimate."""
    oldest = _oldest_arrivals(connection, office_no)
    open_now = tickets.open_counters(connection, office_no)
    states = []
    for lane in office.lanes:
        waiting, since = oldest.get(lane.code, (0, at))
        estimate = estimate_wait(
            office, lane.code, ahead=waiting, open_counters=open_now.get(lane.code, 0)
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
        .where(CallRow.office == office_no, TicketRow.day == office.today(at))
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


def why(connection: Connection, office_no: int, ticket: str) -> Why:
    """Return why `ticket` was called when it was. Raises NotFound `not_called_yet`."""
    line = tickets.find_row(connection, office_no, ticket)
    query = (
        select(CallRow.at, CallRow.reason, CallRow.heads)
        .where(CallRow.office == office_no, CallRow.ticket == ticket, CallRow.times == 1)
        .order_by(CallRow.at.desc())
        .limit(1)
    )
    call = connection.execute(query).one_or_none()
    if call is None:
        raise NotFound(
            "not_called_yet",
            "This ticket has not been called yet.",
            id="Tiket ini belum dipanggil.",
        )
    return Why(
        ticket=ticket,
        number=number_of(line.prefix, line.serial),
        at=call.at,
        reason=call.reason,
        candidates=msgspec.json.decode(call.heads, type=list[Candidate]),
    )


def _service(
    connection: Connection,
    office_no: int,
    office: OfficeConfig,
    service: ServiceConfig,
    open_now: dict[str, int],
    at: datetime,
) -> ServiceState:
    waiting = tickets.waiting_in(connection, office_no, service.lane)
    because = office.closed_because(service.code, at)
    return ServiceState(
        code=service.code,
        prefix=service.prefix,
        lane=service.lane,
        name=service.name,
        about=service.about,
        icon=service.icon,
        open=because is None,
        waiting=waiting,
        estimate=estimate_wait(
            office, service.lane, ahead=waiting, open_counters=open_now.get(service.lane, 0)
        ),
        form=service.form,
        requirements=list(service.requirements),
        closed_because=because,
    )


def _oldest_arrivals(connection: Connection, office_no: int) -> dict[str, tuple[int, datetime]]:
    query = (
        select(TicketRow.lane, func.count(), func.min(TicketRow.arrived_at))
        .where(TicketRow.office == office_no, TicketRow.state == WAITING)
        .group_by(TicketRow.lane)
    )
    return {lane: (count, oldest) for lane, count, oldest in connection.execute(query)}
