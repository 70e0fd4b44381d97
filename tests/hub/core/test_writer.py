"""The writer's promises: durable answers, no batch half-told, keys that give the same answer."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import pytest
from last_one import REFUSED_AS, WANTED, given, refusals
from sqlalchemy import func, insert, select

from hub import check, queue
from hub.errors import BadInput, Busy, Conflict, Fault
from hub.events import Emitted, TicketAbsent
from hub.events.chain import take_chain, write_chain
from hub.house import House
from hub.models.queue import CommandRow, EventRow, NumberSeries, TicketRow
from hub.queue import counters
from hub.wire import IssueTicket, Ticket
from hub.writer import Actor, Joint, Tx, Writer

KIOSK = Actor("station", "k1", "Kios 1", frozenset({"kiosk"}))


def issuing(house: House, service: str = "information"):
    office = house.procedure.office
    return Joint(queue.issue_all, queue.NumberAsked(office, IssueTicket(service=service)))


async def issue(writer: Writer, house: House, key: str, request: bytes = b"{}"):
    return await writer.run(
        issuing(house), actor=KIOSK, key=key, request=request, name="issue", answer=Ticket
    )


def count(house: House, table: type) -> int:
    with house.database.reading_core() as connection:
        query = select(func.count()).where(table.office == house.office_no)
        return connection.execute(query).scalar_one()


def sound(house: House) -> None:
    with house.database.reading_core() as connection:
        assert check.check_records(connection, house.office_no) == []


def test_commands_that_wait_together_share_one_commit(house, run) -> None:
    batches = []

    async def body(writer: Writer) -> None:
        writer.listen(lambda events: batches.append(len(events)))
        await asyncio.gather(*(issue(writer, house, f"key-{n:05d}") for n in range(64)))

    run(body)

    assert sum(batches) == 64
    assert len(batches) < 16
    sound(house)


@pytest.mark.parametrize(("what", "code"), REFUSED_AS)
def test_the_last_one_is_given_once_to_five_who_ask_at_one_moment(house, run, what, code) -> None:
    begun, may_go = threading.Event(), threading.Event()

    def hold(_tx: Tx) -> None:
        begun.set()
        assert may_go.wait(timeout=60)

    async def body(writer: Writer) -> list[object]:
        busy = asyncio.create_task(writer.run(hold, actor=KIOSK))
        await asyncio.to_thread(begun.wait, 60)
        wanted = [
            asyncio.create_task(writer.run(WANTED[what](house), actor=KIOSK)) for _ in range(5)
        ]
        await asyncio.sleep(0)  # all five wait for the writer, which takes them as one batch
        may_go.set()
        await busy
        return await asyncio.gather(*wanted, return_exceptions=True)

    assert refusals(run(body)) == [code] * 4
    assert given(house, what) == 1
    sound(house)


def test_a_refusal_undoes_only_itself(house, run) -> None:
    office = house.procedure.office

    def half_done(tx: Tx) -> None:
        queue.issue(tx, office, IssueTicket(service="information"))
        raise Conflict("not_now", "Not now.")

    async def body(writer: Writer) -> None:
        outcomes = await asyncio.gather(
            issue(writer, house, "key-00001"),
            writer.run(half_done, actor=KIOSK),
            issue(writer, house, "key-00002"),
            return_exceptions=True,
        )
        assert [type(one).__name__ for one in outcomes] == ["Done", "Conflict", "Done"]

    run(body)

    assert count(house, TicketRow) == 2
    sound(house)


def test_a_bug_in_one_command_leaves_the_others_alone(house, run) -> None:
    def broken(tx: Tx) -> None:
        queue.issue(tx, house.procedure.office, IssueTicket(service="information"))
        raise KeyError("a bug")

    async def body(writer: Writer) -> None:
        outcomes = await asyncio.gather(
            writer.run(broken, actor=KIOSK), issue(writer, house, "key-00001"),
            return_exceptions=True,
        )  # fmt: skip
        assert isinstance(outcomes[0], Fault)
        assert outcomes[1].value.number == "I-001"

    run(body)
    sound(house)


def test_the_same_key_gives_the_same_answer_and_no_second_ticket(house, run) -> None:
    async def body(writer: Writer) -> None:
        first = await issue(writer, house, "key-00001")
        again = await issue(writer, house, "key-00001")

        assert again.replayed
        assert again.body == first.body
        assert (again.value, again.seq) == (first.value, first.seq)

    run(body)

    assert count(house, TicketRow) == 1


def test_the_same_key_twice_in_one_batch_is_one_ticket(house, run) -> None:
    async def body(writer: Writer) -> None:
        answers = await asyncio.gather(*(issue(writer, house, "key-00001") for _ in range(8)))
        assert {answer.value.id for answer in answers} == {answers[0].value.id}

    run(body)

    assert count(house, TicketRow) == 1


def test_a_key_is_remembered_by_the_next_process(house, run) -> None:
    async def once(writer: Writer) -> bytes:
        return (await issue(writer, house, "key-00001")).body

    assert run(once) == run(once)
    assert count(house, TicketRow) == 1


def test_a_key_used_for_another_request_is_refused(house, run) -> None:
    async def body(writer: Writer) -> None:
        await issue(writer, house, "key-00001", b'{"service":"information"}')
        with pytest.raises(BadInput) as refused:
            await issue(writer, house, "key-00001", b'{"service":"skim"}')
        assert refused.value.code == "key_reused"

    run(body)


def test_a_refusal_is_not_remembered(house, run, clock) -> None:
    async def body(writer: Writer) -> None:
        clock.pass_(hours=12)
        with pytest.raises(Conflict):
            await issue(writer, house, "key-00001")
        clock.pass_(hours=12)
        assert (await issue(writer, house, "key-00001")).value.number == "I-001"

    run(body)


def test_one_cancelled_caller_does_not_silence_the_batch(house, run) -> None:
    async def body(writer: Writer) -> None:
        tasks = [asyncio.create_task(issue(writer, house, f"key-{n:05d}")) for n in range(10)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(outcomes[0], asyncio.CancelledError)
        assert all(not isinstance(one, BaseException) for one in outcomes[1:])

    run(body)
    sound(house)


def test_a_broken_constraint_is_a_conflict_and_nothing_else(house, run) -> None:
    def number_twice(tx: Tx) -> None:
        day = house.procedure.office.today(tx.at)
        for _ in range(2):
            tx.connection.execute(
                insert(NumberSeries).values(office=tx.office, day=day, prefix="Z", last=1)
            )

    async def body(writer: Writer) -> None:
        with pytest.raises(Conflict) as refused:
            await writer.run(number_twice, actor=KIOSK)
        assert refused.value.code == "constraint"
        assert (await issue(writer, house, "key-00001")).value.number == "I-001"

    run(body)
    sound(house)


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_on_a_full_database_nobody_is_told_ok_wrongly(house, run) -> None:
    def pages(limit: int) -> None:
        with house.database.writing.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count={limit}")

    with house.database.reading_core() as connection:
        now = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    async def body(writer: Writer) -> list[object]:
        return await asyncio.gather(
            *(issue(writer, house, f"key-{n:05d}") for n in range(400)), return_exceptions=True
        )

    pages(now + 12)
    told = run(body)
    acknowledged = {one.value.id for one in told if not isinstance(one, BaseException)}
    refused = [one for one in told if isinstance(one, BaseException)]

    assert refused
    assert all(isinstance(one, Busy) and one.code == "storage_failed" for one in refused)
    with house.database.reading_core() as connection:
        stored = set(connection.execute(select(TicketRow.id)).scalars())
    assert stored == acknowledged
    sound(house)

    pages(1_000_000)
    repeated = run(body)
    assert len({one.value.number for one in repeated}) == 400
    assert acknowledged <= {one.value.id for one in repeated}
    sound(house)


def test_the_clock_never_goes_back_in_the_event_table(house, run, clock) -> None:
    async def body(writer: Writer) -> None:
        await issue(writer, house, "key-00001")
        clock.pass_(minutes=-30)
        await issue(writer, house, "key-00002")

    run(body)

    with house.database.reading_core() as connection:
        ours = select(EventRow.at).where(EventRow.office == house.office_no)
        instants = connection.execute(ours.order_by(EventRow.seq)).scalars().all()
    assert instants == sorted(instants)


def test_a_changed_event_is_found(house, run) -> None:
    async def body(writer: Writer) -> None:
        await issue(writer, house, "key-00001")

    run(body)
    with house.database.writing.begin() as connection:
        named = {"sqlite": "events_never_update", "postgresql": "events_never_change ON events"}
        connection.exec_driver_sql(f"DROP TRIGGER {named[connection.dialect.name]}")
        connection.exec_driver_sql("UPDATE events SET subject='forged' WHERE seq=2")

    with house.database.reading_core() as connection:
        assert "event 2 was changed after it was sealed" in check.check_records(
            connection, house.office_no
        )


def test_an_event_that_goes_back_in_time_is_found(house, run) -> None:
    async def body(writer: Writer) -> None:
        await writer.run(issuing(house), actor=KIOSK)

    run(body)
    with house.database.writing.begin() as connection:
        chain = take_chain(connection, house.office_no, house.clock.now(), None)
        late = Emitted("ticket.absent", 1, "public", "", "system:test", "x", "{}")
        chain.extend([late], chain.at - timedelta(hours=1))
        write_chain(connection, chain)

    with house.database.reading_core() as connection:
        findings = list(check.chain_is_whole(connection, house.office_no))
    assert findings == [f"event {chain.seq} is older than the one before it"]


def test_events_cannot_be_changed_or_deleted(house, run) -> None:
    async def body(writer: Writer) -> None:
        await issue(writer, house, "key-00001")

    run(body)

    for statement in ("UPDATE events SET body='{}'", "DELETE FROM events"):
        with (
            pytest.raises(Exception, match="events are never changed"),
            house.database.writing.begin() as connection,
        ):
            connection.exec_driver_sql(statement)


def test_only_what_changed_something_is_remembered(house, run) -> None:
    office = house.procedure.office

    async def body(writer: Writer) -> None:
        await writer.run(
            lambda tx: counters.open_counter(tx, office, counter=1), actor=KIOSK, key="open-0001"
        )
        nobody = await writer.run(
            lambda tx: queue.call_next(tx, office, counter=1), actor=KIOSK, key="call-0001"
        )
        assert nobody.value is None

    run(body)

    assert count(house, CommandRow) == 1


def test_events_are_sealed_in_the_order_of_their_numbers(house, run) -> None:
    def three(tx: Tx) -> None:
        for n in range(3):
            tx.emit(TicketAbsent(f"A-{n:03d}", 1), subject=str(n))

    async def body(writer: Writer) -> None:
        done = await asyncio.gather(*(writer.run(three, actor=KIOSK) for _ in range(5)))
        assert sorted(one.seq for one in done) == [4, 7, 10, 13, 16]

    run(body)
    sound(house)
