"""Commands are forgotten after 30 days and none before; files without a record after a day."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta

import pytest
import uvloop
from sqlalchemy import func, select

from hub import check, jobs, opening, queue
from hub.blobs import register
from hub.errors import NotFound
from hub.forgetting import (
    AT_ONCE,
    KEPT,
    UNNAMED_KEPT,
    forget_commands,
    forget_unnamed_files,
    forget_uploads,
    unclaimed_uploads,
)
from hub.house import SYSTEM, House
from hub.models.queue import CommandRow
from hub.web import housekeeping
from hub.wire import IssueTicket, JobResult, LeaseJob, Ticket, Words
from hub.writer import Actor, Tx, Writer

KIOSK = Actor("station", "k1", "Kios 1", frozenset({"kiosk"}))


async def issue(writer: Writer, house: House, key: str):
    office = house.procedure.office
    return await writer.run(
        lambda tx: queue.issue(tx, office, IssueTicket(service="information")),
        actor=KIOSK, key=key, request=b"{}", name="issue", answer=Ticket,
    )  # fmt: skip


def remembered(house: House) -> int:
    query = select(func.count()).where(CommandRow.office == house.office_no)
    with house.database.reading_core() as connection:
        return connection.execute(query).scalar_one()


def test_commands_are_forgotten_after_thirty_days_in_small_portions(house, run, clock) -> None:
    async def many(writer: Writer) -> None:
        await asyncio.gather(*(issue(writer, house, f"key-{n:05d}") for n in range(AT_ONCE + 20)))

    async def forget(writer: Writer) -> list[int]:
        return [(await writer.run(forget_commands, actor=SYSTEM)).value for _ in range(3)]

    run(many)
    clock.pass_(seconds=KEPT.total_seconds() - 1)
    assert run(forget) == [0, 0, 0]

    clock.pass_(minutes=1)

    assert run(forget) == [AT_ONCE, 20, 0]
    assert remembered(house) == 0


def test_a_younger_command_is_still_known_after_the_old_ones_are_forgotten(
    house, run, clock
) -> None:
    async def old_then_young(writer: Writer) -> None:
        await issue(writer, house, "key-old")
        clock.pass_(days=28)  # a Monday again
        young = await issue(writer, house, "key-young")
        clock.pass_(days=7)
        await writer.run(forget_commands, actor=SYSTEM)
        again = await issue(writer, house, "key-young")
        assert again.replayed
        assert again.body == young.body
        assert not (await issue(writer, house, "key-old")).replayed

    run(old_then_young)


def test_what_one_command_changed_the_next_of_its_batch_knows(house, run) -> None:
    """An emergency stop between two numbers, all three in one commit."""
    batches: list[int] = []
    text = Words(id="Berhenti sebentar", en="Stopped for a moment")

    def hold(_tx: Tx) -> None:
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loops[0]).result(60)

    loops: list[asyncio.AbstractEventLoop] = []

    async def body(writer: Writer) -> list[object]:
        loops.append(asyncio.get_running_loop())
        writer.listen(lambda events: batches.append(len(events)))
        held = asyncio.create_task(writer.run(hold, actor=SYSTEM))  # the others gather behind it
        await asyncio.sleep(0)
        outcomes = await asyncio.gather(
            issue(writer, house, "key-00001"),
            writer.run(lambda tx: opening.stop(tx, scope="numbers", text=text), actor=KIOSK),
            issue(writer, house, "key-00002"),
            writer.run(opening.resume, actor=KIOSK),
            issue(writer, house, "key-00003"),
            return_exceptions=True,
        )
        await held
        return outcomes

    first, stopped, refused, resumed, last = run(body)

    assert refused.code == "queue_stopped"
    assert stopped.value.scope == "numbers"
    assert [first.value.number, last.value.number] == ["I-001", "I-002"]
    assert resumed.value is None
    assert batches == [4]
    with house.database.reading_core() as connection:
        assert check.check_records(connection, house.office_no) == []


def test_a_file_that_no_record_names_goes_after_a_day_and_others_stay(house, run) -> None:
    blobs = house.procedure.blobs
    unnamed, named = blobs.put(b"let go"), blobs.put(b"kept")

    async def name_one(writer: Writer) -> None:
        await writer.run(lambda tx: register(tx, named, "text/plain").id, actor=SYSTEM)

    run(name_one)
    stored = datetime.now(UTC)
    sweep = (house.database, house.office_no, blobs)

    assert forget_unnamed_files(*sweep, stored + UNNAMED_KEPT - timedelta(minutes=1)) == 0
    assert forget_unnamed_files(*sweep, stored + UNNAMED_KEPT + timedelta(minutes=1)) == 1
    assert set(blobs.ids()) == {named.id}
    assert blobs.get(named.id) == b"kept"
    with pytest.raises(NotFound):
        blobs.get(unnamed.id)


def test_a_capture_that_was_called_off_on_its_way_leaves_no_finger_behind(
    house, run, clock
) -> None:
    agent = Actor("station", "a1", "Loket 1", frozenset({"agent"}), counter=1)
    blobs = house.procedure.blobs
    late, taken, printed = (blobs.put(content) for content in (b"finger", b"scan", b"paper"))

    async def upload(writer: Writer) -> None:
        for stored in (late, taken, printed):
            await writer.run(
                lambda tx, stored=stored: register(tx, stored, "image/png", station="a1").id,
                actor=agent,
            )
        paper = {"counter": 1, "kind": "print_ticket", "blob": printed.id}
        await writer.run(lambda tx: jobs.ask(tx, **paper), actor=SYSTEM)
        asked = await writer.run(lambda tx: jobs.ask(tx, counter=1, kind="scan"), actor=SYSTEM)
        job = asked.value.id
        leased = await writer.run(
            lambda tx: jobs.lease(tx, job=job, request=LeaseJob(boot="boot")), actor=agent
        )
        result = JobResult(boot="boot", fence=leased.value.fence, state="done", blobs=[taken.id])
        await writer.run(lambda tx: jobs.result(tx, job=job, request=result), actor=agent)

    async def forget(writer: Writer) -> int:
        unclaimed = unclaimed_uploads(house.database, house.office_no, clock.now())
        return (await writer.run(lambda tx: forget_uploads(tx, unclaimed), actor=SYSTEM)).value

    run(upload)
    assert run(forget) == 0

    clock.pass_(hours=25)

    assert (run(forget), run(forget)) == (1, 0)
    day_after = datetime.now(UTC) + UNNAMED_KEPT + timedelta(minutes=1)
    forget_unnamed_files(house.database, house.office_no, blobs, day_after)
    assert set(blobs.ids()) == {taken.id, printed.id}
    with house.database.reading_core() as connection:
        assert check.check_records(connection, house.office_no) == []


def test_forgetting_goes_on_after_the_database_was_away(house, run, monkeypatch, caplog) -> None:
    monkeypatch.setattr(housekeeping, "FORGETTING_EVERY", timedelta(seconds=0.01))
    unnamed = house.procedure.blobs.put(b"let go")
    path = next(house.settings.folder.glob(f"blobs/??/{unnamed.id}"))
    os.utime(path, (0, 0))

    def rename(before: str, after: str) -> None:
        with house.database.writing.begin() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {before} RENAME TO {after}")

    async def body(writer: Writer) -> None:
        rename("blobs", "blobs_away")
        forgetting = asyncio.create_task(housekeeping.forget_old(house, writer))
        async with asyncio.timeout(60):
            while "could not be forgotten yet" not in caplog.text:
                await asyncio.sleep(0.01)
            rename("blobs_away", "blobs")
            while path.exists():
                await asyncio.sleep(0.01)
        forgetting.cancel()
        await asyncio.gather(forgetting, return_exceptions=True)

    run(body)


def test_jobs_are_ended_also_after_the_writer_failed(house, monkeypatch, clock) -> None:
    monkeypatch.setattr(housekeeping, "JOBS_EXPIRE_EVERY", timedelta(seconds=0.01))
    writer = house.writer()
    job = writer.run_alone(lambda tx: jobs.ask(tx, counter=1, kind="scan"), actor=SYSTEM).id
    clock.pass_(days=1)

    def state() -> str:
        with house.database.reading_core() as connection:
            return jobs.find(connection, house.office_no, job).state

    async def body() -> None:
        expiring = asyncio.create_task(housekeeping.expire_jobs(writer))
        await asyncio.sleep(0.1)  # a writer that does not run fails each of these times
        assert not expiring.done()
        writer.start()
        async with asyncio.timeout(60):
            while state() != "expired":
                await asyncio.sleep(0.01)
        expiring.cancel()
        await asyncio.gather(expiring, return_exceptions=True)
        await writer.stop()

    uvloop.run(body())
