"""Device jobs, from the agent's side."""

from __future__ import annotations

import asyncio

from litestar import Response, get, post

from hub import board, jobs
from hub.database import Database
from hub.web.commanding import Commanding, answer
from hub.wire import Job, JobList, JobProgress, JobResult, JobStarted, LeaseJob
from hub.writer import Actor


@get("/jobs")
async def unfinished(station: Actor, database: Database, office_no: int) -> JobList:
    """Return the unfinished jobs of the calling agent, with the feed position."""
    counter = station.counter

    def read() -> JobList:
        with database.reading_core() as connection:
            seq = board.position(connection, office_no)
            waiting = jobs.unfinished(connection, office_no, counter) if counter else []
            return JobList(seq=seq, jobs=waiting)

    return await asyncio.to_thread(read)


@post("/jobs/{job:str}/lease", status_code=200)
async def lease(job: str, data: LeaseJob, commanding: Commanding) -> Response[bytes]:
    """Take a job, or renew its lease."""
    return answer(await commanding.run(lambda tx: jobs.lease(tx, job=job, request=data), Job))


@post("/jobs/{job:str}/started", status_code=200)
async def started(job: str, data: JobStarted, commanding: Commanding) -> Response[bytes]:
    """Say that the first byte goes to the device now."""
    return answer(await commanding.run(lambda tx: jobs.started(tx, job=job, request=data), Job))


@post("/jobs/{job:str}/progress", status_code=200)
async def progress(job: str, data: JobProgress, commanding: Commanding) -> Response[bytes]:
    """Say how far a running job is."""
    return answer(await commanding.run(lambda tx: jobs.progress(tx, job=job, request=data), Job))


@post("/jobs/{job:str}/result", status_code=200)
async def result(job: str, data: JobResult, commanding: Commanding) -> Response[bytes]:
    """Report the end of a job."""
    return answer(await commanding.run(lambda tx: jobs.result(tx, job=job, request=data), Job))


routes = [unfinished, lease, started, progress, result]
