"""Server-sent events: the feed for programs, and the streams that pages follow.

An own ASGI endpoint: it watches `receive()` so that a closed browser frees its subscriber, and
ends when the feed is closed. `Last-Event-ID` wins over `after`.
"""

from __future__ import annotations

import asyncio
import contextlib
import types
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qs

import msgspec
from litestar import asgi
from litestar.connection import ASGIConnection
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send
from sqlalchemy.exc import OperationalError

from hub.clock import Clock
from hub.database import Database
from hub.errors import BadInput, NotFound, Refused
from hub.events import Sealed
from hub.feed import Feed, Frame, Level, Step, Subscription, Viewer, to_wire
from hub.office import OfficeConfig
from hub.web.auth import signed_in
from hub.web.commanding import bearer
from hub.web.concerns import concerns, reaches_by_scan
from hub.web.connection import AnyConnection
from hub.web.display import fragments
from hub.web.problems import problem_headers, problem_of
from hub.web.tokens import Tokens
from hub.wire import FieldFault, Problem
from hub.writer import Actor

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
DISPLAY = "display"
PROGRAMS = "/api/feed"
MOST_DIGITS = 18
"""A longer number is no position of ours, and may be none that can be read."""
Renderer = Callable[[list[Frame]], Awaitable[bytes]]
Encoder = Callable[[str, Frame], bytes]


class Boards:
    """Renders the waiting room's board once per event and language, for all of its screens."""

    def __init__(
        self, database: Database, office_no: int, office: OfficeConfig, clock: Clock
    ) -> None:
        self._database = database
        self._office_no = office_no
        self._office = office
        self._clock = clock
        self.languages = office.office.languages
        self._rendered: dict[str, tuple[int, asyncio.Task[str]]] = {}

    async def draw(self, frames: list[Frame], lang: str) -> bytes:
        """Return the display's next step: the whole board as a fragment, once for all frames."""
        last = frames[-1].seq
        if any(frame.reset for frame in frames):
            return _named(last, "reset", "")
        if not any(frame.event and concerns(DISPLAY, to_wire(frame.event)) for frame in frames):
            return _only_position(last)
        return _named(last, "fragment", await self._html(last, lang))

    async def _html(self, seq: int, lang: str) -> str:
        known = self._rendered.get(lang)
        if known is None or known[0] < seq or _failed(known[1]):
            known = seq, asyncio.create_task(asyncio.to_thread(self._render, lang))
            self._rendered[lang] = known
        return await asyncio.shield(known[1])

    def _render(self, lang: str) -> str:
        with self._database.reading() as session:
            return fragments.render(session, self._office_no, self._office, self._clock.now(), lang)


def _failed(task: asyncio.Task[str]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


@dataclass(frozen=True, slots=True)
class Streams:
    """The endpoints of the feed and of the pages' streams."""

    feed: Feed
    tokens: Tokens
    database: Database
    office_no: int
    clock: Clock
    boards: Boards
    office: OfficeConfig

    async def programs(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve GET /api/feed to a station."""
        try:
            station, after = await self._program(scope)
        except (Refused, OperationalError) as error:
            await _refuse(send, problem_of(error, "GET /api/feed"))
            return
        reading = self._reading(viewer_of(station), after, station.reference)
        await _serve_encoded(reading, PROGRAMS, _program_bytes, receive, send)

    async def pages(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve GET /stream/<view> to a page; only the waiting room's display needs no login."""
        connection: AnyConnection = ASGIConnection(scope)
        view = str(scope["path"]).removeprefix("/stream/").strip("/")
        try:
            viewer, holder = await self._page_viewer(connection, view)
            after = _position(connection)
        except Refused as refused:
            await _refuse(send, refused.problem())
            return
        reading = self._reading(viewer, after, holder)
        if view == DISPLAY:
            await _serve(reading, self._drawer(connection), receive, send)
        else:
            await _serve_encoded(reading, view, _page_bytes, receive, send)

    def heard(self, events: list[Sealed]) -> None:
        """End the streams of a revoked token and of who signed out; listens to the writer."""
        for event in events:
            if event.kind == "station.revoked":
                self.feed.end_of(f"station:{event.subject}")
            elif event.kind == "officer.signed_out":
                self.feed.end_of(f"officer:{event.subject}")

    async def _program(self, scope: Scope) -> tuple[Actor, int | None]:
        # what the framework notes about a connection would stay as long as the stream: a copy
        connection: AnyConnection = ASGIConnection(cast("Scope", {**scope, "state": {}}))
        return await self.tokens.station(bearer(connection)), _position(connection)

    async def _page_viewer(self, connection: AnyConnection, view: str) -> tuple[Viewer, str]:
        """Return what a page may see, and whose right that is."""
        if view == DISPLAY:
            return Viewer("public"), ""
        officer = await signed_in(connection, self.database, self.office_no, self.clock)
        level: Level = "wasdakim" if officer.roles & self.office.cekal.browses else "staff"
        return Viewer(level), officer.actor.reference

    def _drawer(self, connection: AnyConnection) -> Renderer:
        lang = _query(connection, "lang")
        known = lang if lang in self.boards.languages else "id"
        return lambda frames: self.boards.draw(frames, known)

    def _reading(self, viewer: Viewer, after: int | None, holder: str) -> Subscription:
        return self.feed.subscribe(viewer, self.feed.tail if after is None else after, holder)


async def _serve_encoded(
    subscription: Subscription, view: str, encode: Encoder, receive: Receive, send: Send
) -> None:
    """Send what needs no drawing: while the reader waits, straight from the feed."""

    def written(frames: list[Frame]) -> bytes:
        return b"".join([_once(frame, view, encode) for frame in frames])

    async def render(frames: list[Frame]) -> bytes:
        return written(frames)

    def put_out(step: Step) -> Awaitable[None] | None:
        # a thousand followers of one event: all but the first find its bytes ready
        body = step.encoded.get(view)
        if body is None:
            body = step.encoded[view] = written(step.frames)
        return begun(send({"type": "http.response.body", "body": body, "more_body": True}))

    subscription.outlet = put_out
    await _serve(subscription, render, receive, send)


async def _serve(
    subscription: Subscription, render: Renderer, receive: Receive, send: Send
) -> None:
    """Send what `subscription` reads until either side ends it."""
    subscription.sender = asyncio.current_task()
    watching = asyncio.create_task(_end_when_closed(receive, subscription))
    try:
        await _send_all(subscription, render, send)
    except asyncio.CancelledError:
        if not subscription.over:
            raise
    finally:
        subscription.leave()
        watching.cancel()


def begun(work: Awaitable[None]) -> Awaitable[None] | None:
    """Do `work` here and now as far as it goes; return its rest, None if nothing is left.

    Sending waits only while a line is full: a task each, only to write some bytes, costs more
    than writing them.
    """
    steps = work.__await__()
    try:
        waits_for = next(steps)
    except StopIteration:
        return None
    return _rest(steps, waits_for)


@types.coroutine
def _rest(
    steps: Generator[object, object, None], waits_for: object
) -> Generator[object, object, None]:
    yield waits_for
    yield from steps


def viewer_of(station: Actor) -> Viewer:
    """Return what a station may see: an agent its counter, a program all but audit."""
    if "program" in station.roles:
        return Viewer("staff")
    return Viewer("station", station.counter)


async def _send_all(subscription: Subscription, render: Renderer, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    while frames := await subscription.next():
        body = await render(frames)
        await send({"type": "http.response.body", "body": body, "more_body": True})
    with contextlib.suppress(OSError, RuntimeError):
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _end_when_closed(receive: Receive, subscription: Subscription) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscription.end()


def _once(frame: Frame, view: str, encode: Encoder) -> bytes:
    """Return the frame's bytes for a view, encoded for whoever asks first."""
    encoded = frame.encoded.get(view)
    if encoded is None:
        encoded = frame.encoded[view] = encode(view, frame)
    return encoded


def _program_bytes(_view: str, frame: Frame) -> bytes:
    if frame.reset:
        return _named(frame.seq, "reset", "{}")
    if frame.event is None:
        return _only_position(frame.seq)
    text = msgspec.json.encode(to_wire(frame.event)).decode()
    return _named(frame.seq, frame.event.kind, text)


def _page_bytes(view: str, frame: Frame) -> bytes:
    if frame.reset:
        return _named(frame.seq, "reset", "")
    if frame.event is not None and reaches_by_scan(view, to_wire(frame.event)):
        return _named(frame.seq, "scanned", str(frame.seq))
    if frame.event is None or not concerns(view, to_wire(frame.event)):
        return _only_position(frame.seq)
    # a page that caused the event itself need not fetch what it knows
    return _named(frame.seq, "changed", f"{frame.event.kind} {frame.event.actor}")


def _named(seq: int, name: str, text: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in text.split("\n"))
    return f"id: {seq}\nevent: {name}\n{lines}\n".encode()


def _only_position(seq: int) -> bytes:
    # no data: moves the client's Last-Event-ID without an event
    return f"id: {seq}\n\n".encode()


def _position(connection: AnyConnection) -> int | None:
    given = connection.headers.get("last-event-id") or _query(connection, "after")
    if not given:
        return None
    if not given.isascii() or not given.isdigit() or len(given) > MOST_DIGITS:
        raise BadInput(
            "position_invalid",
            "`after` and Last-Event-ID are sequence numbers.",
            id="`after` dan Last-Event-ID adalah nomor urut.",
            fields=[FieldFault(field="after", code="invalid")],
        )
    return int(given)


def _query(connection: AnyConnection, name: str) -> str:
    return parse_qs(connection.scope["query_string"].decode("latin-1")).get(name, [""])[0]


async def _refuse(send: Send, problem: Problem) -> None:
    given = problem_headers(problem).items()
    headers = [(name.lower().encode(), value.encode()) for name, value in given]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    body = msgspec.json.encode(problem)
    await send({"type": "http.response.body", "body": body, "more_body": False})


def routes(streams: Streams) -> list[ASGIRouteHandler]:
    """Return the two endpoints for the application to mount."""

    @asgi("/api/feed", copy_scope=True)
    async def programs(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "GET":
            refused = NotFound("method_unknown", "The feed is read with GET.")
            await _refuse(send, refused.problem())
            return
        await streams.programs(scope, receive, send)

    @asgi("/stream", is_mount=True, copy_scope=True)
    async def pages(scope: Scope, receive: Receive, send: Send) -> None:
        await streams.pages(scope, receive, send)

    return [programs, pages]
