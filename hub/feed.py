"""The feed: the event table as a stream, by sequence number, resumable from any of them.

What the writer committed is handed on once those who asked for it have their answers: written
straight to the line of a subscriber that waits, laid by for one that is still busy. One that reads
too slowly is disconnected and resumes from the table; one that is too far behind is told to take a
snapshot.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

import msgspec
from sqlalchemy import select

from hub.database import Database
from hub.events import Sealed
from hub.models.queue import EventRow
from hub.models.schema import Office
from hub.wire import Event

log = logging.getLogger(__name__)

PAGE = 500
FURTHEST_BEHIND = 10_000
HEARTBEAT_S = 15.0
STALLED_S = 0.5
"""How long a stream that is over may hang in its last write."""
MOST_WAITING = 256
MOST_WAITING_BYTES = 256 * 1024
ENVELOPE_BYTES = 200
"""What an event weighs on the wire beside its body, about."""

Level = Literal["public", "station", "staff", "wasdakim"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads: `public` the waiting room, `station` its own counter too, `staff` most."""

    level: Level
    counter: int | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One step of a stream: an event, a bare position, or `reset` (take a snapshot at `seq`).

    All subscribers are given the same frame; `encoded` keeps its bytes by the view they are for,
    so that they are made once.
    """

    seq: int
    event: Sealed | None = None
    reset: bool = False
    encoded: dict[str, bytes] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Step:
    """What a subscriber is handed at once: frames in order, and what they weigh in bytes.

    Like a frame's, its bytes are made once for all that share the view.
    """

    frames: list[Frame]
    weight: int
    encoded: dict[str, bytes] = field(default_factory=dict, compare=False, repr=False)


Outlet = Callable[[Step], Awaitable[None] | None]
"""Writes a step at once; returns what is still to be awaited when the line is full."""


class Subscription:
    """One reader of the feed: what it has not taken yet, and whether it may go on.

    With an `outlet`, what comes while nothing lies waiting goes out without waking anybody. A
    reader that leaves more than 256 events or 256 KiB lying is let go; it resumes from the table.
    """

    __slots__ = (
        "_after", "_bytes", "_feed", "_frames", "_reading", "_unfinished", "_until", "_woken",
        "holder", "outlet", "over", "sender", "viewer",
    )  # fmt: skip

    def __init__(self, feed: Feed, viewer: Viewer, after: int, holder: str) -> None:
        self.viewer = viewer
        self.holder = holder
        self.over = False
        self.outlet: Outlet | None = None
        self.sender: asyncio.Task[object] | None = None
        self._feed = feed
        self._after: int | None = after  # None once it has caught up
        self._until = feed.tail
        self._frames: list[Frame] = []
        self._bytes = 0
        self._reading = False
        self._unfinished: Awaitable[None] | None = None
        self._woken: asyncio.Future[None] | None = None

    async def next(self) -> list[Frame]:
        """Return the next frames, at least one; wait for them. Empty: the stream is over."""
        if self._after is not None and not self.over:
            return await self._next_of_table(self._after)
        while not self._frames and not self.over:
            self._woken = asyncio.get_running_loop().create_future()
            await self._woken
            unfinished, self._unfinished = self._unfinished, None
            if unfinished is not None:
                await unfinished
        frames, self._frames, self._bytes = self._frames, [], 0
        return [] if self.over else frames

    def offer(self, step: Step) -> None:
        """Let the reader have a step."""
        if self._woken is not None and self.outlet is not None:
            self._put_out(step, self.outlet)
            return
        self._frames += step.frames
        self._bytes += step.weight
        if len(self._frames) > MOST_WAITING or self._bytes > MOST_WAITING_BYTES:
            self.end()
        elif self._woken is not None:
            self._wake()

    def _put_out(self, step: Step, outlet: Outlet) -> None:
        try:
            self._unfinished = outlet(step)
        except Exception:
            log.exception("a stream could not be written to")
            self.end()
        else:
            if self._unfinished is not None:
                self._wake()

    def leave(self) -> None:
        """Say that nobody reads any more; safe to call twice."""
        self._feed.leave(self)

    def end(self) -> None:
        """End the stream; a `sender` that hangs on a stalled connection is cancelled."""
        if self.over:
            return
        self.over = True
        self._frames.clear()
        self._feed.leave(self)
        if self._woken is not None:
            self._wake()
        elif self.sender is not None and not self._reading:
            asyncio.get_running_loop().call_later(STALLED_S, self.sender.cancel)

    def _wake(self) -> None:
        woken, self._woken = self._woken, None
        if woken is not None and not woken.done():
            woken.set_result(None)

    async def _next_of_table(self, after: int) -> list[Frame]:
        if after > self._until and self._feed.catch_up is not None:
            await self._feed.catch_up()  # the reader was ahead of us at another process
            self._frames, self._bytes, self._until = [], 0, self._feed.tail
        until = self._until
        if after > until or until - after > FURTHEST_BEHIND:
            self._after = None
            return [Frame(until, reset=True)]
        if after == until:
            self._after = None
            return [Frame(until)]
        page = self._feed.recent(after, until) or await self._read_page(after, until)
        self._after = page[-1].seq if page else until
        seen = [frame for frame in page if frame.event and visible(frame.event, self.viewer)]
        return [] if self.over else seen or [Frame(self._after)]

    async def _read_page(self, after: int, until: int) -> list[Frame]:
        self._reading = True
        try:
            page = await asyncio.to_thread(self._feed.read_page, after, until)
        finally:
            self._reading = False
        return [Frame(event.seq, event) for event in page]


class Feed:
    """Fans committed events of one office out to its subscribers."""

    def __init__(self, database: Database, office: int) -> None:
        self._database = database
        self._office = office
        self._subscriptions: dict[Viewer, set[Subscription]] = {}
        self._recent: deque[Frame] = deque(maxlen=PAGE)
        self._fresh: list[Frame] = []
        self._beating: asyncio.TimerHandle | None = None
        self.tail = self._read_tail()
        self.catch_up: Callable[[], Awaitable[None]] | None = None
        """Brings what other processes committed; None where there are no others."""

    def publish(self, sealed: list[Sealed]) -> None:
        """Hand newly committed events to every subscriber, soon; call on the event loop."""
        if not self._fresh:
            asyncio.get_running_loop().call_soon(self._hand_on)
        for event in sealed:
            self.tail = max(self.tail, event.seq)
            frame = Frame(event.seq, event)
            self._recent.append(frame)
            self._fresh.append(frame)

    def _hand_on(self) -> None:
        if not self._fresh:
            return
        frames, self._fresh = self._fresh, []
        for viewer, readers in list(self._subscriptions.items()):
            seen = [frame for frame in frames if frame.event and visible(frame.event, viewer)]
            if seen:
                _offer_all(readers, Step(seen, sum(map(_weight, seen))))

    def recent(self, after: int, until: int) -> list[Frame]:
        """Return the frames behind `after` if all of them are at hand, else nothing."""
        frames = [frame for frame in self._recent if after < frame.seq <= until]
        return frames if len(frames) == until - after else []

    def subscribe(self, viewer: Viewer, after: int, holder: str = "") -> Subscription:
        """Return a reader of what `viewer` may see after `after`; `leave` when done with it.

        `holder` is whose right to read it is, by reference: it ends with that right (`end_of`).
        """
        self._hand_on()  # what is fresh is behind the tail that a new reader begins at
        subscription = Subscription(self, viewer, after, holder)
        self._subscriptions.setdefault(viewer, set()).add(subscription)
        if self._beating is None:
            self._beat_later()
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """Forget a reader; safe to call twice."""
        readers = self._subscriptions.get(subscription.viewer, set())
        readers.discard(subscription)
        if not readers:
            self._subscriptions.pop(subscription.viewer, None)

    def end_of(self, holder: str) -> None:
        """End every stream of `holder`, who has to show anew that they may read."""
        for readers in list(self._subscriptions.values()):
            for subscription in [one for one in readers if one.holder == holder]:
                subscription.end()

    def subscribers(self) -> int:
        """Return how many streams are open."""
        return sum(map(len, self._subscriptions.values()))

    def close(self) -> None:
        """End every stream; their clients resume elsewhere."""
        for readers in list(self._subscriptions.values()):
            for subscription in list(readers):
                subscription.end()
        if self._beating is not None:
            self._beating.cancel()
            self._beating = None

    async def follow(self, viewer: Viewer, after: int) -> AsyncGenerator[Frame, None]:
        """Yield what `viewer` may see after `after`; ends when the subscriber is too slow."""
        subscription = self.subscribe(viewer, after)
        try:
            while frames := await subscription.next():
                for frame in frames:
                    yield frame
        finally:
            self.leave(subscription)

    def _beat_later(self) -> None:
        self._beating = asyncio.get_running_loop().call_later(HEARTBEAT_S, self._beat)

    def _beat(self) -> None:
        # also moves the position of those for whom nothing of late was meant
        self._beating = None
        self._hand_on()
        position = Step([Frame(self.tail)], ENVELOPE_BYTES)
        for readers in list(self._subscriptions.values()):
            _offer_all(readers, position)
        if self._subscriptions:
            self._beat_later()

    def _read_tail(self) -> int:
        with self._database.reading_core() as connection:
            query = select(Office.seq).where(Office.id == self._office)
            return connection.execute(query).scalar_one_or_none() or 0

    def read_page(self, after: int, until: int) -> list[Sealed]:
        """Return the events behind `after`, at most a page of them; blocks."""
        columns = [getattr(EventRow, name) for name in Sealed._fields]
        query = (
            select(*columns)
            .where(EventRow.office == self._office, EventRow.seq > after, EventRow.seq <= until)
            .order_by(EventRow.seq)
            .limit(PAGE)
        )
        with self._database.reading_core() as connection:
            return [Sealed(*row) for row in connection.execute(query)]


def _weight(frame: Frame) -> int:
    return ENVELOPE_BYTES + (len(frame.event.body) if frame.event else 0)


def _offer_all(readers: set[Subscription], step: Step) -> None:
    # a copy: one that is too slow leaves the set
    for subscription in list(readers):
        subscription.offer(step)


_CEKAL = ("cekal.", "application.")


def visible(event: Sealed, viewer: Viewer) -> bool:
    """Return whether `viewer` may see `event`."""
    if event.audience == "public":
        return True
    if viewer.level == "wasdakim":
        return event.audience != "audit" or event.kind.startswith(_CEKAL)
    if viewer.level == "staff":
        return event.audience != "audit"
    if viewer.level == "station" and event.audience == "station":
        return viewer.counter is not None and event_counter(event) == viewer.counter
    return False


class _CounterOnly(msgspec.Struct):
    counter: int | None = None


def event_counter(event: Sealed) -> int | None:
    """Return the counter that the event's body names, None if none."""
    return msgspec.json.decode(event.body, type=_CounterOnly).counter


def to_wire(event: Sealed) -> Event:
    """Return the event as programs receive it."""
    return Event(
        seq=event.seq,
        at=event.at,
        kind=event.kind,
        v=event.v,
        audience=event.audience,
        subject=event.subject,
        actor=event.actor,
        station=event.station,
        body=msgspec.json.decode(event.body, type=dict[str, object]),
    )
