"""The short way of the two commands that a crowded hall sends most: a number, the next person.

The framework's routing, dependencies and answer take 110 µs of a request, the command itself 75,
the server below both 20 (measured on one core at 64 clients). So an ordinary request of these two
is answered here, straight on the server. Whatever is out of the ordinary — a token not yet looked
up or of another kind, another media type, a body that does not fit — goes the framework's way from
its beginning; that way documents both commands, and refuses in words. The feed goes past the
framework too: each subscriber would carry four kilobytes of its frames while the stream lives.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, ReceiveMessage, Scope, Send

from hub.errors import LoketError
from hub.office import OfficeConfig
from hub.tickets.tracking import Tracking
from hub.web.api import counters, tickets
from hub.web.api.counters import calling
from hub.web.api.tickets import issuing
from hub.web.commanding import JSON, is_key
from hub.web.problems import problem_headers, problem_of
from hub.web.station_kinds import kinds_of
from hub.web.tokens import Tokens
from hub.wire import SEQ_HEADER, CallNext, IssueTicket, Ticket
from hub.writer import Actor, Done, Tx, Writer

Command = Callable[[Tx], "Ticket | None"]
_LARGEST_BODY = 64 * 1024
_BEARER = b"Bearer "


@dataclass(frozen=True, slots=True)
class _Way:
    """A command by its address: its body, what it does, how success is said, who may ask."""

    body: type[msgspec.Struct]
    command: Callable[[OfficeConfig, str, Any], Command]  # Any: the struct that `body` names
    status: int
    kinds: frozenset[str]


_ISSUE = _Way(
    IssueTicket, lambda office, _, ask: issuing(office, ask), 201, kinds_of(tickets.issue)
)
_CALL = _Way(
    CallNext,
    lambda office, counter, ask: calling(office, int(counter), ask),
    200,
    kinds_of(counters.call_next),
)
_COUNTER = re.compile(r"/api/counters/([1-9][0-9]{0,5})/call-next")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that has everything it needs, but for its body."""

    way: _Way
    place: str
    path: str
    station: Actor
    key: str


class ShortWay:
    """The hub as the server sees it: two commands answered here, everything else by `app`."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        tokens: Tokens,
        writer: Writer,
        office: OfficeConfig,
        tracking: Tracking,
        feed: ASGIApp,
        safe: dict[str, str],
    ) -> None:
        self._app = app
        self._feed = feed
        self._tokens = tokens
        self._writer = writer
        self._office = office
        self._tracking = tracking
        self._headers = _encoded({**safe, "Cache-Control": "no-store"})

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer a request, or let the framework answer it."""
        asked = self._asked(scope)
        if asked is not None:
            return self._command(asked, scope, receive, send)
        # no frame of ours lives as long as a stream does
        return (self._feed if _is_feed(scope) else self._app)(scope, receive, send)

    async def _command(self, asked: _Asked, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[ReceiveMessage] = []
        body = await _read(receive, messages)
        if body is None:
            return
        try:
            ask = msgspec.json.decode(body, type=asked.way.body)
        except ValueError:
            await self._app(scope, _again(messages, receive), send)
            return
        await self._answer(asked, ask, body, send)

    async def _answer(self, asked: _Asked, ask: msgspec.Struct, body: bytes, send: Send) -> None:
        name = f"POST {asked.path}"
        try:
            done: Done[Ticket | None] = await self._writer.run(
                asked.way.command(self._office, asked.place, ask),
                actor=asked.station,
                key=asked.key,
                request=body,
                name=name,
                answer=Ticket,
            )
        except LoketError as error:
            problem = problem_of(error, name)
            headers = _encoded(problem_headers(problem))
            await _send(send, problem.status, headers, msgspec.json.encode(problem))
            return
        headers = [*self._headers, (SEQ_HEADER.lower().encode(), b"%d" % done.seq)]
        if done.value is None:
            await _send(send, 204, headers, b"")
        else:
            await _send(
                send, asked.way.status, [*headers, _TYPE], self._body(asked, done.value, done.body)
            )

    def _body(self, asked: _Asked, ticket: Ticket, remembered: bytes) -> bytes:
        if asked.way is not _ISSUE or not self._tracking.on:
            return remembered
        return msgspec.json.encode(self._tracking.told(ticket))

    def _asked(self, scope: Scope) -> _Asked | None:
        """Return an ordinary request of one of the two commands, else None."""
        if scope["type"] != ScopeType.HTTP:
            return None
        path = scope["path"]
        if scope["method"] != "POST" or scope["query_string"]:
            return None
        if path == "/api/tickets":
            way, place = _ISSUE, ""
        elif called := _COUNTER.fullmatch(path):
            way, place = _CALL, called[1]
        else:
            return None
        given_headers = list(scope["headers"])
        headers = dict(given_headers)
        if len(headers) != len(given_headers) or not _is_small_json(headers):
            return None
        given = headers.get(b"authorization", b"")
        station = self._tokens.known(given[len(_BEARER) :].decode("latin-1"))
        key = headers.get(b"idempotency-key", b"").decode("latin-1")
        if station is None or not given.startswith(_BEARER) or not is_key(key):
            return None
        if not station.roles <= way.kinds:
            return None
        return _Asked(way, place, path, station, key)


def _is_feed(scope: Scope) -> bool:
    return (
        scope["type"] == ScopeType.HTTP
        and scope["method"] == "GET"
        and scope["path"] == "/api/feed"
    )


_TYPE = (b"content-type", JSON.encode())


def _is_small_json(headers: dict[bytes, bytes]) -> bool:
    length = headers.get(b"content-length", b"")
    return (
        headers.get(b"content-type") == JSON.encode()
        and length.isdigit()
        and int(length) <= _LARGEST_BODY
    )


async def _read(receive: Receive, messages: list[ReceiveMessage]) -> bytes | None:
    """Return the whole body, None if the caller has gone; keep what came in `messages`."""
    body, more = b"", True
    while more:
        message = await receive()
        messages.append(message)
        if message["type"] != "http.request":
            return None
        body += message["body"]
        more = message["more_body"]
    return body


def _again(messages: list[ReceiveMessage], receive: Receive) -> Receive:
    kept = deque(messages)

    async def receive_again() -> ReceiveMessage:
        return kept.popleft() if kept else await receive()

    return receive_again


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    # RFC 9110 §8.6: no length is said where there is no content
    sized = [*headers, (b"content-length", b"%d" % len(body))] if body else headers
    await send({"type": "http.response.start", "status": status, "headers": sized})
    await send({"type": "http.response.body", "body": body, "more_body": False})
