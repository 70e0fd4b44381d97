"""Two hubs' writers on one PostgreSQL: one order for all, whatever becomes of one of them."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest
from last_one import REFUSED_AS, WANTED, given, refusals
from sqlalchemy import event, insert, text
from sqlalchemy.exc import OperationalError

from bench.cluster import Cluster
from hub import check, queue
from hub.elsewhere import Elsewhere
from hub.errors import Busy, Conflict
from hub.events import TicketAbsent, chain
from hub.feed import Feed, Viewer
from hub.house import House, open_house
from hub.models.queue import NumberSeries
from hub.wire import IssueTicket, Ticket
from hub.writer import Actor, Tx, Writer

KIOSK = Actor("station", "k1", "Kios 1", frozenset({"kiosk"}))
on_postgresql = pytest.mark.parametrize("house", ["postgresql"], indirect=True)


@pytest.fixture
def other(house: House, clock) -> Iterator[House]:
    """The same office, opened by another hub."""
    opened = open_house(house.settings, clock)
    yield opened
    opened.database.close()


class Held:
    """Holds a hub right before its COMMIT until it is let go."""

    def __init__(self, house: House) -> None:
        self.is_there, self.may_go = threading.Event(), threading.Event()
        event.listen(house.database.writing, "commit", self._hold)

    def _hold(self, _connection: object) -> None:
        self.is_there.set()
        assert self.may_go.wait(timeout=60)


@contextlib.asynccontextmanager
async def writers(*houses: House) -> AsyncIterator[list[Writer]]:
    started = [house.writer() for house in houses]
    for writer in started:
        writer.start()
    try:
        yield started
    finally:
        for writer in started:
            await writer.stop()


@contextlib.asynccontextmanager
async def following(house: House) -> AsyncIterator[list[int]]:
    """Follow the feed of a hub that writes nothing itself; yields the list that it fills."""
    feed = Feed(house.database, house.office_no)
    elsewhere = Elsewhere(house.database, house.office_no, feed)
    elsewhere.start()
    seen: list[int] = []

    async def follow() -> None:
        last = feed.tail
        while True:  # as a client does that was let go because it was slow
            async with aclosing(feed.follow(Viewer("staff"), last)) as frames:
                async for frame in frames:
                    last = frame.seq
                    if frame.event is not None:
                        seen.append(frame.seq)

    task = asyncio.create_task(follow())
    yield seen
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await elsewhere.stop()


def emitting(count: int):
    def command(tx: Tx) -> None:
        for n in range(count):
            tx.emit(TicketAbsent(f"A-{n:03d}", 1), subject=str(n))

    return command


def issuing(house: House):
    return lambda tx: queue.issue(tx, house.procedure.office, IssueTicket(service="information"))


async def until(condition) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)  # until what was committed elsewhere has come


async def until_one_waits_for_the_lock(house: House) -> None:
    def waits() -> bool:
        query = text(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        with house.database.reading_core() as connection:
            return connection.execute(query).scalar_one() > 0

    async with asyncio.timeout(60):
        while not await asyncio.to_thread(waits):
            await asyncio.sleep(0.01)  # until the second writer stands at the lock


def sound(house: House) -> None:
    with house.database.reading_core() as connection:
        assert check.check_records(connection, house.office_no) == []


@on_postgresql
def test_the_feed_never_skips_a_late_committer(house: House, other: House, clock) -> None:
    async def main() -> tuple[list[int], list[int]]:
        reader = open_house(house.settings, clock)
        held = Held(house)
        async with writers(house, other) as (late, early), following(reader) as seen:
            first = asyncio.create_task(late.run(emitting(3), actor=KIOSK))
            await asyncio.to_thread(held.is_there.wait, 60)
            second = asyncio.create_task(early.run(emitting(2), actor=KIOSK))
            await until_one_waits_for_the_lock(reader)
            assert seen == []
            assert not second.done()
            held.may_go.set()
            ends = [(await first).seq, (await second).seq]
            await until(lambda: len(seen) == 5)
        reader.database.close()
        return seen, ends

    seen, (first_end, second_end) = asyncio.run(main())

    assert seen == list(range(first_end - 2, first_end + 3))
    assert second_end == first_end + 2
    sound(house)


@on_postgresql
def test_every_follower_hears_two_busy_hubs_in_one_order(house: House, other: House, clock) -> None:
    async def main() -> list[int]:
        reader = open_house(house.settings, clock)
        async with writers(house, other) as both, following(reader) as seen:
            commands = [
                one.run(emitting(n % 4 + 1), actor=KIOSK) for n in range(60) for one in both
            ]
            await asyncio.gather(*commands)
            await until(lambda: len(seen) == 300)
        reader.database.close()
        return seen

    seen = asyncio.run(main())

    assert seen == list(range(seen[0], seen[0] + 300))
    sound(house)


@on_postgresql
def test_a_frozen_hub_loses_the_lock_and_cannot_commit_on_waking(
    house: House, other: House
) -> None:
    async def main() -> list[Ticket]:
        held = Held(house)
        async with writers(house, other) as (frozen, awake):
            first = asyncio.create_task(
                frozen.run(issuing(house), actor=KIOSK, key="key-00001", answer=Ticket)
            )
            await asyncio.to_thread(held.is_there.wait, 60)
            second = await awake.run(issuing(other), actor=KIOSK, key="key-00002", answer=Ticket)
            held.may_go.set()
            return [(await first).value, second.value]

    woken, meanwhile = asyncio.run(main())

    assert (meanwhile.number, woken.number) == ("I-001", "I-002")
    sound(house)


@on_postgresql
@pytest.mark.parametrize(("what", "code"), REFUSED_AS)
def test_the_last_one_is_given_once_by_two_hubs_at_one_moment(
    house: House, other: House, what: str, code: str
) -> None:
    async def main() -> list[object]:
        held = Held(house)
        async with writers(house, other) as (here, there):
            first = asyncio.create_task(here.run(WANTED[what](house), actor=KIOSK))
            await asyncio.to_thread(held.is_there.wait, 60)
            second = asyncio.create_task(there.run(WANTED[what](other), actor=KIOSK))
            await until_one_waits_for_the_lock(house)
            held.may_go.set()
            return await asyncio.gather(first, second, return_exceptions=True)

    assert refusals(asyncio.run(main())) == [code]
    assert given(house, what) == 1
    sound(house)


@on_postgresql
def test_a_commit_whose_answer_was_lost_is_settled_by_looking(house: House) -> None:
    def commit_and_lose_the_answer(connection) -> None:
        connection.connection.dbapi_connection.commit()
        raise OperationalError("COMMIT", None, OSError("server closed the connection"))

    event.listen(house.database.writing, "commit", commit_and_lose_the_answer, once=True)

    async def main() -> Ticket:
        async with writers(house) as (writer,):
            return (await writer.run(issuing(house), actor=KIOSK, answer=Ticket)).value

    assert asyncio.run(main()).number == "I-001"
    with house.database.reading_core() as connection:
        ours = text("SELECT count(*) FROM tickets WHERE office = :office")
        assert connection.execute(ours, {"office": house.office_no}).scalar_one() == 1
    sound(house)


@on_postgresql
def test_what_does_not_fit_a_column_is_refused_and_nothing_else(house: House) -> None:
    def too_long(tx: Tx) -> None:
        day = house.procedure.office.today(tx.at)
        tx.connection.execute(
            insert(NumberSeries).values(office=tx.office, day=day, prefix="TOO LONG", last=1)
        )

    async def main() -> list[object]:
        async with writers(house) as (writer,):
            return await asyncio.gather(
                writer.run(too_long, actor=KIOSK), writer.run(issuing(house), actor=KIOSK),
                return_exceptions=True,
            )  # fmt: skip

    refused, done = asyncio.run(main())

    assert isinstance(refused, Conflict)
    assert done.value.number == "I-001"


@pytest.fixture
def mortal(tmp_path, clock) -> Iterator[tuple[House, Cluster]]:
    """A hub with a PostgreSQL of its own that the test may stop."""
    from hub.house import create_house
    from hub.settings import settings_for

    with Cluster(durable=True) as cluster:
        settings = settings_for(tmp_path / "hub", database_url=cluster.create("mortal"))
        create_house(settings, clock)
        opened = open_house(settings_for(tmp_path / "hub"), clock)
        yield opened, cluster
        opened.database.close()


def test_commands_are_refused_while_the_database_is_gone_and_work_again(mortal) -> None:
    house, cluster = mortal

    async def main() -> list[object]:
        async with writers(house) as (writer,):

            async def issue() -> object:
                try:
                    return (await writer.run(issuing(house), actor=KIOSK)).value.number
                except Busy as refused:
                    return refused.code

            before = await issue()
            cluster.stop()
            gone = await asyncio.gather(*(issue() for _ in range(5)))
            cluster.start()
            return [before, *gone, await issue()]

    assert asyncio.run(main()) == ["I-001", *["storage_failed"] * 5, "I-002"]
    sound(house)


def test_nobody_is_told_wrongly_when_the_database_goes_during_a_commit(mortal, monkeypatch) -> None:
    house, cluster = mortal
    # how long the hub waits for the database to come back: the time itself is what is tested
    monkeypatch.setattr(chain, "SETTLE_WITHIN_S", 0.5)
    held = Held(house)

    async def main() -> tuple[str, str]:
        async with writers(house) as (writer,):
            task = asyncio.create_task(writer.run(issuing(house), actor=KIOSK, key="key-00001"))
            await asyncio.to_thread(held.is_there.wait, 60)
            cluster.stop()
            held.may_go.set()
            with pytest.raises(Busy) as unknown:
                await task
            cluster.start()
            again = await writer.run(issuing(house), actor=KIOSK, key="key-00001", answer=Ticket)
            return unknown.value.code, again.value.number

    assert asyncio.run(main()) == ("outcome_unknown", "I-001")
    sound(house)
