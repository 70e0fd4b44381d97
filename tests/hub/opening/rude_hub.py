"""The hub's own commands behind a real socket that breaks as it is told: for kiosks in tests.

Commands run in the real writer under their idempotency keys; only HTTP around them is small.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

import msgspec

from hub import queue
from hub.errors import Refused
from hub.house import House
from hub.opening import numbers
from hub.opening.alone import alone_state
from hub.queue import board
from hub.web.bodies import read_body
from hub.wire import IssueTicket, Ticket, TicketPrinted
from hub.wire.opening import NumbersVoidedAnswer, OfflineTicket, VoidNumbers
from hub.writer import Actor, Tx, Writer

Manner = Literal["well", "deaf", "mute"]
"""Deaf: closes before it did anything. Mute: does it, and closes without a word."""


class RudeHub:
    """One kiosk's hub; `manner` says how it treats the next commands."""

    def __init__(self, house: House, kiosk: Actor) -> None:
        self.house = house
        self.kiosk = kiosk
        self.office = house.procedure.office
        self.manner: Manner = "well"
        self.loop = asyncio.new_event_loop()
        self.writer = Writer(house.database, house.office_no, house.clock)

    def read(self, path: str) -> Any:
        at = self.house.clock.now()
        with self.house.database.reading_core() as connection:
            if path == "/api/office":
                return board.office_state(connection, self.house.office_no, self.office, at)
            letter = numbers.letter_of(connection, self.house.office_no, self.kiosk.id)
            return alone_state(connection, self.house.office_no, self.office, str(letter), at)

    def command(self, path: str, key: str, body: bytes) -> tuple[int, bytes]:
        command, answer = self._command(path, body)
        doing = self.writer.run(
            command, actor=self.kiosk, key=key, request=body, name=f"POST {path}", answer=answer
        )
        try:
            done = asyncio.run_coroutine_threadsafe(doing, self.loop).result(30)
        except Refused as refused:
            return refused.status, msgspec.json.encode(refused.problem())
        return 201, done.body

    def _command(self, path: str, body: bytes) -> tuple[Callable[[Tx], Any], Any]:
        office = self.office
        match path:
            case "/api/tickets":
                ask = read_body(body, IssueTicket)
                return lambda tx: queue.issue(tx, office, ask), Ticket
            case "/api/tickets/offline":
                told = read_body(body, OfflineTicket)
                return lambda tx: numbers.accept_offline(tx, office, told), Ticket
            case _ if path.endswith("/printed"):
                said = read_body(body, TicketPrinted)
                ticket = path.split("/")[3]
                return lambda tx: queue.note_paper(tx, ticket=ticket, paper=said), Ticket
            case _:
                void = read_body(body, VoidNumbers)
                return lambda tx: _voided(tx, office, void), NumbersVoidedAnswer


def _voided(tx: Tx, office: Any, void: VoidNumbers) -> NumbersVoidedAnswer:
    prefix, count = numbers.void_own(tx, office, void)
    return NumbersVoidedAnswer(prefix=prefix, count=count)


class _Handler(BaseHTTPRequestHandler):
    hub: RudeHub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.hub.manner != "well":
            self._hang_up()
            return
        self._answer(200, msgspec.json.encode(self.hub.read(self.path)))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.hub.manner == "deaf":
            self._hang_up()
            return
        status, answer = self.hub.command(self.path, self.headers["Idempotency-Key"], body)
        if self.hub.manner == "mute":
            self._hang_up()
            return
        self._answer(status, answer)

    def _hang_up(self) -> None:
        self.close_connection = True

    def _answer(self, status: int, content: bytes) -> None:
        kind = "application/problem+json" if status >= 400 else "application/json"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A kiosk that went away is what these tests are about."""


@contextmanager
def serving(hub: RudeHub) -> Iterator[str]:
    """Serve `hub` on loopback; yield its address."""
    loop = threading.Thread(target=hub.loop.run_forever, daemon=True)
    loop.start()
    hub.loop.call_soon_threadsafe(hub.writer.start)
    server = _Server(("127.0.0.1", 0), type("Bound", (_Handler,), {"hub": hub}))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        asyncio.run_coroutine_threadsafe(hub.writer.stop(), hub.loop).result(30)
        hub.loop.call_soon_threadsafe(hub.loop.stop)
        loop.join(60)
        hub.loop.close()
