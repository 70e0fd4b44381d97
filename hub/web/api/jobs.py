"""Device jobs, from the agent's side."""

from __future__ import annotations

import asyncio

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from hub import jobs
from hub.cases import chip_reading
from hub.cases.applications import Examined
from hub.clock import Clock
from hub.database import Database
from hub.procedure import Procedure
from hub.queue import board
from hub.web.api.description import described
from hub.web.commanding import Commanding, answer
from hub.web.station_kinds import COUNTERS
from hub.wire import Job, JobList, JobProgress, JobResult, JobStarted, LeaseJob
from hub.writer import Actor, Tx

NOT_YOURS = {403: ("job_not_yours",), 404: ("job_unknown",)}
FENCED = NOT_YOURS | {409: ("job_fenced", "job_over")}


@get("/jobs", opt=described(JobList))
async def unfinished(
    station: NamedDependency[Actor],
    database: NamedDependency[Database],
    office_no: NamedDependency[int],
) -> JobList:
    """Return the unfinished jobs of the calling agent, with the feed position."""
    counter = station.counter

    def read() -> JobList:
        with database.reading_core() as connection:
            seq = board.position(connection, office_no)
            waiting = jobs.unfinished(connection, office_no, counter) if counter else []
            return JobList(seq=seq, jobs=waiting)

    return await asyncio.to_thread(read)


@post(
    "/jobs/{job:str}/lease",
    status_code=200,
    opt=described(
        Job, LeaseJob, refuses=NOT_YOURS | {409: ("job_taken", "job_over")}, kinds=COUNTERS
    ),
)
async def lease(job: FromPath[str], commanding: NamedDependency[Commanding]) -> Response[bytes]:
    """Take a job, or renew its lease."""
    ask = commanding.read(LeaseJob)
    return answer(await commanding.run(lambda tx: jobs.lease(tx, job=job, request=ask), Job))


@post(
    "/jobs/{job:str}/started",
    status_code=200,
    opt=described(Job, JobStarted, refuses=FENCED, kinds=COUNTERS),
)
async def started(job: FromPath[str], commanding: NamedDependency[Commanding]) -> Response[bytes]:
    """Say that the first byte goes to the device now."""
    said = commanding.read(JobStarted)
    return answer(await commanding.run(lambda tx: jobs.started(tx, job=job, request=said), Job))


@post(
    "/jobs/{job:str}/progress",
    status_code=200,
    opt=described(Job, JobProgress, refuses=FENCED, kinds=COUNTERS),
)
async def progress(job: FromPath[str], commanding: NamedDependency[Commanding]) -> Response[bytes]:
    """Say how far a running job is."""
    said = commanding.read(JobProgress)
    return answer(await commanding.run(lambda tx: jobs.progress(tx, job=job, request=said), Job))


@post(
    "/jobs/{job:str}/result",
    status_code=200,
    opt=described(
        Job, JobResult, refuses=FENCED | {404: ("job_unknown", "blob_unknown")}, kinds=COUNTERS
    ),
)
async def result(
    job: FromPath[str],
    commanding: NamedDependency[Commanding],
    database: NamedDependency[Database],
    office_no: NamedDependency[int],
    procedure: NamedDependency[Procedure],
    clock: NamedDependency[Clock],
) -> Response[bytes]:
    """Report the end of a job; what a chip gave is judged by the hub itself."""
    reported = commanding.read(JobResult)

    def judge() -> tuple[JobResult, Examined | None, jobs.JobView]:
        with database.reading_core() as connection:
            view = jobs.find(connection, office_no, job)
        return *chip_reading.judged(procedure, view, reported, clock), view

    said, found, view = await asyncio.to_thread(judge)

    def command(tx: Tx) -> Job:
        ended = jobs.result(tx, job=job, request=said)
        if found is not None:
            chip_reading.keep(tx, procedure, view, found)
        return ended

    return answer(await commanding.run(command, Job))


routes = [unfinished, lease, started, progress, result]
