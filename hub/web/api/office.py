"""The office, the queue's snapshot, and the calling station itself."""

from __future__ import annotations

import asyncio

from litestar import Response, get, post

from hub import board, stations
from hub.clock import Clock
from hub.database import Database
from hub.office import OfficeConfig
from hub.web.commanding import Commanding
from hub.wire import SEQ_HEADER, OfficeState, QueueState, StationReport, StationState
from hub.writer import Actor


@get("/office")
async def office_state(
    station: Actor, database: Database, office_no: int, office: OfficeConfig, clock: Clock
) -> OfficeState:
    """Return the office: services with their waiting times, languages, the office's clock."""
    del station
    at = clock.now()

    def read() -> OfficeState:
        with database.reading_core() as connection:
            return board.office_state(connection, office_no, office, at)

    return await asyncio.to_thread(read)


@get("/queue")
async def queue_state(
    station: Actor, database: Database, office_no: int, office: OfficeConfig, clock: Clock
) -> QueueState:
    """Return lanes, counters and last calls, consistent with the feed position `seq`."""
    del station
    at = clock.now()

    def read() -> QueueState:
        with database.reading_core() as connection:
            return board.queue_state(connection, office_no, office, at)

    return await asyncio.to_thread(read)


@get("/stations/me")
async def my_station(station: Actor, database: Database, office_no: int) -> StationState:
    """Return the station that the token belongs to."""

    def read() -> int:
        with database.reading_core() as connection:
            return board.position(connection, office_no)

    return stations.state_of(station, await asyncio.to_thread(read))


@post("/stations/me/report", status_code=204)
async def report(data: StationReport, commanding: Commanding) -> Response[None]:
    """Tell the hub this station's version and the state of its devices."""
    done = await commanding.run(lambda tx: stations.report(tx, report=data))
    return Response(None, headers={SEQ_HEADER: str(done.seq)})


routes = [office_state, queue_state, my_station, report]
