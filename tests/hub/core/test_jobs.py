"""Jobs for devices: whose they are, and what becomes of a print nobody saw the end of."""

from __future__ import annotations

import pytest

from hub import jobs
from hub.errors import Conflict, NotFound
from hub.house import SYSTEM, House
from hub.web.reprint import settle
from hub.wire import JobResult, JobStarted, LeaseJob
from hub.writer import Actor, Writer

AGENT = Actor("station", "a1", "Loket 1", frozenset({"agent"}), counter=1)
CASE, OTHER = "a" * 32, "b" * 32


async def printing(writer: Writer, case: str) -> str:
    """Return a paper of a case that the printer has begun."""
    job = (
        await writer.run(
            lambda tx: jobs.ask(tx, counter=1, kind="print_document", application=case),
            actor=SYSTEM,
        )
    ).value.id
    lease = LeaseJob(boot="boot")
    leased = await writer.run(lambda tx: jobs.lease(tx, job=job, request=lease), actor=AGENT)
    begun = JobStarted(boot="boot", fence=leased.value.fence)
    await writer.run(lambda tx: jobs.started(tx, job=job, request=begun), actor=AGENT)
    return job


def test_an_uncertain_paper_is_settled_from_its_own_case_only(house: House, run, clock) -> None:
    async def body(writer: Writer) -> None:
        job = await printing(writer, CASE)
        clock.pass_(hours=1)
        await writer.run(jobs.expire, actor=SYSTEM)

        with pytest.raises(NotFound):
            await writer.run(
                lambda tx: settle(tx, job=job, came=False, application=OTHER), actor=SYSTEM
            )
        again = await writer.run(
            lambda tx: settle(tx, job=job, came=False, application=CASE), actor=SYSTEM
        )

        assert again.value.copy
        with house.database.reading_core() as connection:
            papers = jobs.of_application(connection, house.office_no, CASE)
        assert {(one.state, one.copy) for one in papers} == {("failed", False), ("queued", True)}

    run(body)


def test_a_result_with_an_old_fence_is_refused(house: House, run) -> None:
    async def body(writer: Writer) -> None:
        job = await printing(writer, CASE)
        late = JobResult(boot="boot", fence=0, state="done")

        with pytest.raises(Conflict) as refused:
            await writer.run(lambda tx: jobs.result(tx, job=job, request=late), actor=AGENT)

        assert refused.value.code == "job_fenced"

    run(body)
