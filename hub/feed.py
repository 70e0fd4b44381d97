"""The feed: the event table as a stream, by sequence number, resumable from any of them.

Subscribers are woken by the writer after each commit. One that reads too slowly is disconnected
and resumes from the table; one that is too far behind is told to take a snapshot.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal

import msgspec
from sqlalchemy import select

from hub.database import Database
from hub.events import Sealed
from hub.models.queue import EventRow
from hub.models.schema import Office
from hub.wire import Event

PAGE = 500
FURTHEST_BEHIND = 10_000
HEARTBEAT_S = 15.0
MOST_WAITING = 256
MOST_WAITING_BYTES = 256 * 1024

Level = Literal["public", "station", "staff"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads: `public` the waiting room, `station` its own counter too, `staff` most."""

    level: Level
    counter: int | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One step of a stream: an event, a bare position, or `reset` (take a snapshot at `seq`)."""

    seq: int
    event: Sealed | None = None
    reset: bool = False


class _Subscriber:
    __slots__ = ("closed", "frames", "position", "viewer", "waiting_bytes", "woken")

    def __init__(self, viewer: Viewer, position: int) -> None:
        self.viewer = viewer
        self.position = position
        self.frames: deque[Sealed] = deque()
        self.waiting_bytes = 0
        self.woken = asyncio.Event()
        self.closed = False

    def offer(self, event: Sealed) -> None:
        self.position = event.seq
        if not visible(event, self.viewer):
            return
        self.frames.append(event)
        self.waiting_bytes += len(event.body) + 200
        if len(self.frames) > MOST_WAITING or self.waiting_bytes > MOST_WAITING_BYTES:
            self.closed = True  # it resumes from the table
        self.woken.set()

    def take(self) -> Sealed | None:
        if not self.frames:
            return None
        event = self.frames.popleft()
        self.waiting_bytes -= len(event.body) + 200
        return event


class Feed:
    """Fans committed events of one office out to its subscribers."""

    def __init__(self, database: Database, office: int) -> None:
        self._database = database
        self._office = office
        self._subscribers: set[_Subscriber] = set()
        self.tail = self._read_tail()

    def publish(self, sealed: list[Sealed]) -> None:
        """Hand newly committed events to every subscriber; call on the event loop."""
        for event in sealed:
            self.tail = max(self.tail, event.seq)
            for subscriber in self._subscribers:
                subscriber.offer(event)

    def subscribers(self) -> int:
        """Return how many streams are open."""
        return len(self._subscribers)

    def close(self) -> None:
        """End every stream; their clients resume elsewhere."""
        for subscriber in self._subscribers:
            subscriber.closed = True
            subscriber.woken.set()

    async def follow(self, viewer: Viewer, after: int) -> AsyncGenerator[Frame, None]:
        """Yield what `viewer` may see after `after`; ends when the subscriber is too slow."""
        subscriber = _Subscriber(viewer, self.tail)
        self._subscribers.add(subscriber)
        try:
            start = self.tail
            async with contextlib.aclosing(self._catch_up(viewer, after, start)) as earlier:
                async for frame in earlier:
                    yield frame
            async with contextlib.aclosing(self._live(subscriber)) as live:
                async for frame in live:
                    yield frame
        finally:
            self._subscribers.discard(subscriber)

    async def _catch_up(
        self, viewer: Viewer, after: int, until: int
    ) -> AsyncGenerator[Frame, None]:
        if after > until or until - after > FURTHEST_BEHIND:
            yield Frame(until, reset=True)
            return
        while after < until:
            page = await asyncio.to_thread(self._read_page, after, until)
            for event in page:
                if visible(event, viewer):
                    yield Frame(event.seq, event)
            after = page[-1].seq if page else until
        yield Frame(until)

    async def _live(self, subscriber: _Subscriber) -> AsyncGenerator[Frame, None]:
        while not subscriber.closed:
            event = subscriber.take()
            if event is not None:
                yield Frame(event.seq, event)
                continue
            subscriber.woken.clear()
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    await subscriber.woken.wait()
            except TimeoutError:
                yield Frame(subscriber.position)

    def _read_tail(self) -> int:
        with self._database.reading_core() as connection:
            query = select(Office.seq).where(Office.id == self._office)
            return connection.execute(query).scalar_one_or_none() or 0

    def _read_page(self, after: int, until: int) -> list[Sealed]:
        columns = [getattr(EventRow, name) for name in Sealed.__slots__]
        query = (
            select(*columns)
            .where(EventRow.office == self._office, EventRow.seq > after, EventRow.seq <= until)
            .order_by(EventRow.seq)
            .limit(PAGE)
        )
        with self._database.reading_core() as connection:
            return [Sealed(*row) for row in connection.execute(query)]


def visible(event: Sealed, viewer: Viewer) -> bool:
    """Return whether `viewer` may see `event`."""
    if event.audience == "public":
        return True
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
