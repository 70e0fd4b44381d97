"""The feed: every event once, in order, from any position, also while more are written."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from hub import feed as feeds
from hub.events import JobChanged, OfficerSignedIn, Sealed, TicketAbsent
from hub.feed import Feed, Frame, Subscription, Viewer, visible
from hub.house import House
from hub.web.stream import begun
from hub.writer import Actor, Tx, Writer

SYSTEM = Actor("system", "test", "test")
STAFF = Viewer("staff")


def emitting(count: int):
    def command(tx: Tx) -> None:
        for n in range(count):
            tx.emit(TicketAbsent(f"A-{n:03d}", 1), subject=str(n))

    return command


async def take(feed: Feed, after: int, count: int, viewer: Viewer = STAFF) -> list[Sealed]:
    """Follow until `count` events came; who is let go comes again, as a client does."""
    events: list[Sealed] = []
    async with asyncio.timeout(60):
        while len(events) < count:
            async with aclosing(feed.follow(viewer, after)) as frames:
                async for frame in frames:
                    after = frame.seq
                    if frame.event is not None:
                        events.append(frame.event)
                    if len(events) == count:
                        break
    return events


def test_a_follower_misses_nothing_while_others_write(house: House, run) -> None:
    async def body(writer: Writer) -> None:
        feed = Feed(house.database, house.office_no)
        writer.listen(feed.publish)
        start = feed.tail
        await writer.run(emitting(700), actor=SYSTEM)
        following = asyncio.create_task(take(feed, start, 1000))
        for _ in range(30):
            await writer.run(emitting(10), actor=SYSTEM)

        seqs = [event.seq for event in await following]

        assert seqs == list(range(start + 1, start + 1001))

    run(body)


def test_one_that_resumes_gets_what_came_after(house: House, run) -> None:
    async def body(writer: Writer) -> None:
        feed = Feed(house.database, house.office_no)
        writer.listen(feed.publish)
        done = await writer.run(emitting(5), actor=SYSTEM)

        events = await take(feed, done.seq - 2, 2)

        assert [event.seq for event in events] == [done.seq - 1, done.seq]

    run(body)


def test_a_slow_reader_is_let_go_and_resumes_without_a_gap(house: House, run) -> None:
    async def body(writer: Writer) -> None:
        feed = Feed(house.database, house.office_no)
        writer.listen(feed.publish)
        start = feed.tail
        seen = []
        async with aclosing(feed.follow(STAFF, start)) as frames:
            first = await anext(frames)
            assert first == Frame(start)
            waiting = asyncio.create_task(anext(frames))
            await asyncio.sleep(0)
            for _ in range(5):
                await writer.run(emitting(100), actor=SYSTEM)
            seen.append((await waiting).seq)
            seen += [frame.seq async for frame in frames if frame.event is not None]
        assert len(seen) < 500

        rest = await take(feed, seen[-1], 500 - len(seen))

        assert seen + [event.seq for event in rest] == list(range(start + 1, start + 501))
        assert feed.subscribers() == 0

    run(body)


@pytest.mark.parametrize("position", [10**9, -feeds.FURTHEST_BEHIND - 1])
def test_a_position_that_cannot_be_is_told_to_reset(house: House, run, position: int) -> None:
    async def body(_writer: Writer) -> None:
        feed = Feed(house.database, house.office_no)
        async with aclosing(feed.follow(STAFF, position)) as frames:
            assert await anext(frames) == Frame(feed.tail, reset=True)

    run(body)


def test_a_reader_that_hangs_in_a_stalled_connection_is_cancelled(house: House, run) -> None:
    async def body(writer: Writer) -> None:
        feed = Feed(house.database, house.office_no)
        writer.listen(feed.publish)
        subscription = feed.subscribe(STAFF, feed.tail)
        taken = asyncio.Event()

        async def send_and_hang() -> None:
            await subscription.next()
            taken.set()
            await asyncio.Event().wait()  # the other end reads no more

        subscription.sender = sending = asyncio.create_task(send_and_hang())
        await taken.wait()
        await writer.run(emitting(feeds.MOST_WAITING + 1), actor=SYSTEM)

        async with asyncio.timeout(60):
            await asyncio.wait({sending})

        assert sending.cancelled()
        assert subscription.over
        assert feed.subscribers() == 0

    run(body)


def test_what_is_committed_together_is_taken_together(house: House, run) -> None:
    async def body(writer: Writer) -> None:
        feed = Feed(house.database, house.office_no)
        writer.listen(feed.publish)
        subscription = feed.subscribe(STAFF, feed.tail)
        assert await subscription.next() == [Frame(feed.tail)]

        await writer.run(emitting(20), actor=SYSTEM)

        assert len(await subscription.next()) == 20
        feed.close()
        assert await subscription.next() == []

    run(body)


class Line:
    """A reader's connection: writes at once while it has room, and at a wish breaks."""

    def __init__(self, subscription: Subscription) -> None:
        self.room = asyncio.Event()
        self.broken = False
        self.position = -1
        self.sent: list[int] = []
        subscription.outlet = lambda step: begun(self._send(step.frames))
        self.reading = asyncio.create_task(self._read(subscription))

    async def _send(self, frames: list[Frame]) -> None:
        await self.room.wait()
        if self.broken:
            raise ConnectionResetError
        self.position = frames[-1].seq
        self.sent += [frame.seq for frame in frames if frame.event]

    async def _read(self, subscription: Subscription) -> None:
        while frames := await subscription.next():
            await self._send(frames)

    async def has(self, seq: int) -> None:
        async with asyncio.timeout(60):
            while self.position < seq:
                await asyncio.sleep(0)


def test_what_comes_while_a_line_is_full_follows_in_order(house: House, run) -> None:
    async def body(writer: Writer) -> None:
        feed = Feed(house.database, house.office_no)
        writer.listen(feed.publish)
        start = feed.tail
        line = Line(feed.subscribe(STAFF, start))
        line.room.set()
        await line.has(start)

        await writer.run(emitting(1), actor=SYSTEM)
        await line.has(start + 1)
        line.room.clear()
        for _ in range(5):
            await writer.run(emitting(3), actor=SYSTEM)
        assert line.sent == [start + 1]
        line.room.set()
        await line.has(start + 16)
        await writer.run(emitting(1), actor=SYSTEM)
        await line.has(start + 17)

        assert line.sent == list(range(start + 1, start + 18))
        feed.close()
        await line.reading

    run(body)


def test_a_line_that_breaks_costs_its_own_reader_only(house: House, run) -> None:
    async def body(writer: Writer) -> None:
        feed = Feed(house.database, house.office_no)
        writer.listen(feed.publish)
        broken, sound = (Line(feed.subscribe(STAFF, feed.tail)) for _ in range(2))
        for line in (broken, sound):
            line.room.set()
            await line.has(feed.tail)

        broken.broken = True
        done = await writer.run(emitting(2), actor=SYSTEM)

        await sound.has(done.seq)
        await broken.reading
        assert feed.subscribers() == 1
        feed.close()
        await sound.reading

    run(body)


def test_who_comes_between_a_commit_and_its_telling_has_each_event_once(house: House, run) -> None:
    async def body(writer: Writer) -> None:
        feed = Feed(house.database, house.office_no)
        lines: list[Line] = []

        def come(sealed: list[Sealed]) -> None:
            feed.publish(sealed)
            lines.append(Line(feed.subscribe(STAFF, sealed[0].seq - 1)))
            lines[-1].room.set()

        writer.listen(come)
        start = feed.tail
        for _ in range(3):
            await writer.run(emitting(2), actor=SYSTEM)
        await asyncio.gather(*(line.has(start + 6) for line in lines))

        assert [line.sent for line in lines] == [
            list(range(start + first, start + 7)) for first in (1, 3, 5)
        ]
        feed.close()
        await asyncio.gather(*(line.reading for line in lines))

    run(body)


def test_all_readers_are_given_the_same_frame(house: House, run) -> None:
    async def body(writer: Writer) -> None:
        feed = Feed(house.database, house.office_no)
        writer.listen(feed.publish)
        readers = [feed.subscribe(viewer, feed.tail) for viewer in (STAFF, Viewer("public"))]
        for reader in readers:
            await reader.next()

        await writer.run(emitting(1), actor=SYSTEM)

        [first], [second] = [await reader.next() for reader in readers]
        assert first is second

    run(body)


def test_closing_the_feed_ends_every_stream(house: House, run) -> None:
    async def body(_writer: Writer) -> None:
        feed = Feed(house.database, house.office_no)

        async def to_its_end() -> list[Sealed]:
            async with aclosing(feed.follow(STAFF, feed.tail)) as frames:
                return [frame.event async for frame in frames if frame.event is not None]

        following = asyncio.create_task(to_its_end())
        await asyncio.sleep(0)
        while not feed.subscribers():
            await asyncio.sleep(0)

        feed.close()

        async with asyncio.timeout(60):
            assert await following == []

    run(body)


def test_a_quiet_feed_still_moves_the_position(house: House, run, monkeypatch) -> None:
    monkeypatch.setattr(feeds, "HEARTBEAT_S", 0.05)  # time only: the feed itself is real

    async def body(_writer: Writer) -> None:
        feed = Feed(house.database, house.office_no)
        async with asyncio.timeout(60), aclosing(feed.follow(STAFF, feed.tail)) as frames:
            await anext(frames)
            assert await anext(frames) == Frame(feed.tail)

    run(body)


@pytest.mark.parametrize(
    ("viewer", "sees"),
    [
        (Viewer("public"), ["public"]),
        (Viewer("station", 1), ["public", "own job"]),
        (Viewer("station", 2), ["public"]),
        (Viewer("station"), ["public"]),
        (STAFF, ["public", "own job"]),
    ],
)
def test_each_sees_only_its_own(house: House, run, viewer: Viewer, sees: list[str]) -> None:
    def command(tx: Tx) -> None:
        tx.emit(TicketAbsent("A-001", 1), subject="public")
        tx.emit(JobChanged("j", 1, "scan", "queued"), subject="own job")
        tx.emit(OfficerSignedIn("o"), subject="audit")

    async def body(writer: Writer) -> None:
        feed = Feed(house.database, house.office_no)
        committed: list[Sealed] = []
        writer.listen(committed.extend)
        await writer.run(command, actor=SYSTEM)
        assert [event.subject for event in committed if visible(event, viewer)] == sees
        assert feed.tail <= committed[-1].seq

    run(body)
