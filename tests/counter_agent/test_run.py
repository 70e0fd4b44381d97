"""A job's company ends with its device's work, whenever the last progress came."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from counter_agent.run import Run
from hub.client import HubClient
from hub.wire import Job

NOBODY = "http://127.0.0.1:9"  # discard: nothing listens


def _scan() -> Job:
    deadline = datetime.now(UTC) + timedelta(minutes=1)
    return Job(
        id="j", kind="scan", counter=1, state="leased", options={}, fence=1, deadline=deadline
    )


async def _work_that_ends_with_its_last_row(turns: int) -> None:
    client = HubClient(NOBODY, "token")
    run = Run(client, _scan(), "boot")
    try:
        async with asyncio.timeout(30), run.accompanied():
            await asyncio.sleep(0)  # the company waits for news
            run.progress(100, 100)
            for _ in range(turns):
                await asyncio.sleep(0)
    finally:
        await client.close()


def test_progress_in_the_instant_of_the_end_does_not_keep_the_job_alive() -> None:
    for turns in range(4):
        asyncio.run(_work_that_ends_with_its_last_row(turns))
