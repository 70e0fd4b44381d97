"""The office, the queue's snapshot, and the calling station itself."""

from __future__ import annotations

import asyncio

from litestar import Response, get, post
from litestar.di import NamedDependency

from hub import stations
from hub.clock import Clock
from hub.database import Database
from hub.office import OfficeConfig
from hub.opening import numbers
from hub.opening.alone import alone_state
from hub.queue import board
from hub.web.api.description import described
from hub.web.commanding import Commanding
from hub.web.station_kinds import ONLY_KIOSKS
from hub.wire import SEQ_HEADER, OfficeState, QueueState, StationReport, StationState
from hub.wire.opening import AloneState
from hub.writer import Actor


@get("/office", opt=described(OfficeState))
async def office_state(
    station: NamedDependency[Actor],
    database: NamedDependency[Database],
    office_no: NamedDependency[int],
    office: NamedDependency[OfficeConfig],
    clock: NamedDependency[Clock],
) -> OfficeState:
    """Return the office: services with their waiting times, languages, the office's clock."""
    del station
    at = clock.now()

    def read() -> OfficeState:
        with database.reading_core() as connection:
            return board.office_state(connection, office_no, office, at)

    return await asyncio.to_thread(read)


@get("/queue", opt=described(QueueState))
async def queue_state(
    station: NamedDependency[Actor],
    database: NamedDependency[Database],
    office_no: NamedDependency[int],
    office: NamedDependency[OfficeConfig],
    clock: NamedDependency[Clock],
) -> QueueState:
    """Return lanes, counters and last calls, consistent with the feed position `seq`."""
    del station
    at = clock.now()

    def read() -> QueueState:
        with database.reading_core() as connection:
            return board.queue_state(connection, office_no, office, at)

    return await asyncio.to_thread(read)


@get("/stations/me", opt=described(StationState))
async def my_station(
    station: NamedDependency[Actor],
    database: NamedDependency[Database],
    office_no: NamedDependency[int],
) -> StationState:
    """Return the station that the token belongs to."""

    def read() -> StationState:
        with database.reading_core() as connection:
            series = numbers.letter_of(connection, office_no, station.id)
            return stations.state_of(station, board.position(connection, office_no), series)

    return await asyncio.to_thread(read)


@post("/stations/me/report", status_code=204, opt=described(None, StationReport))
async def report(commanding: NamedDependency[Commanding]) -> Response[None]:
    """Tell the hub this station's version and the state of its devices."""
    said = commanding.read(StationReport)
    done = await commanding.run(lambda tx: stations.report(tx, report=said))
    return Response(None, headers={SEQ_HEADER: str(done.seq)})


@get(
    "/stations/me/alone",
    opt=described(AloneState, refuses={403: ("series_missing",)}, kinds=ONLY_KIOSKS),
)
async def alone(
    station: NamedDependency[Actor],
    database: NamedDependency[Database],
    office_no: NamedDependency[int],
    office: NamedDependency[OfficeConfig],
    clock: NamedDependency[Clock],
) -> AloneState:
    """Return what the calling kiosk must know to give numbers while the hub is away."""
    at = clock.now()

    def read() -> AloneState:
        with database.reading_core() as connection:
            letter = numbers.letter_of(connection, office_no, station.id)
            if letter is None:
                raise numbers.series_missing()
            return alone_state(connection, office_no, office, letter, at)

    return await asyncio.to_thread(read)


routes = [office_state, queue_state, my_station, alone, report]
