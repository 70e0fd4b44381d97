"""Commands are forgotten after 30 days and none before; files without a record after a day."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from hub import check, opening, queue
from hub.blobs import register
from hub.errors import NotFound
from hub.forgetting import (
    AT_ONCE,
    KEPT,
    UNNAMED_KEPT,
    forget_commands,
    forget_unnamed_files,
)
from hub.house import SYSTEM, House
from hub.models.queue import CommandRow
from hub.wire import IssueTicket, Ticket, Words
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
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loops[0]).result(10)

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
