"""A real HTTP server on loopback that answers as the hub's contract says, rudely on demand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
from offices import office, ticket

from hub.wire import (
    DraftOpened,
    Event,
    IssueTicket,
    OfficeState,
    Preregistration,
    Problem,
    StationReport,
    StationState,
    Ticket,
    TicketPrinted,
)

ME = StationState(id="5" * 32, name="kios", kind="kiosk", counter=None, seq=1)


class SmallHub:
    """Issues numbered tickets, once per idempotency key.

    `silent` swallows so many answers; one is given only while `answers` is set.
    """

    def __init__(self, *, knows_us: bool = True) -> None:
        self.knows_us = knows_us
        self.strangers = 0
        self.office: OfficeState = office()
        self.issued: dict[str, Ticket] = {}
        self.bodies: dict[str, bytes] = {}
        self.drafts: dict[str, Preregistration] = {}
        self.printed: list[tuple[str, TicketPrinted]] = []
        self.reports: list[StationReport] = []
        self.events: list[Event] = []
        self.keys: list[str] = []
        self.silent = 0
        self.answers = threading.Event()
        self.answers.set()
        self.refuse: tuple[int, str] | None = None
        self.feed_ended = threading.Event()
        self._lock = threading.Lock()

    def read(self, path: str) -> tuple[int, Any]:
        """Answer one GET; a hub that does not know us refuses whoever asks."""
        if not self.knows_us:
            self.strangers += 1
            return 401, Problem(title="Not known here", status=401, code="token_unknown")
        return 200, ME if path == "/api/stations/me" else self.office

    def news(self) -> Iterator[bytes]:
        """Yield each event once, as the feed writes it, until the feed ends."""
        told = 0
        while not self.feed_ended.wait(0.05):
            for event in self.events[told:]:
                data = msgspec.json.encode(event).decode()
                yield f"id: {event.seq}\ndata: {data}\n\n".encode()
                told += 1

    def command(self, path: str, key: str, body: bytes) -> tuple[int, Any]:
        """Carry out one POST; the same key and body give the same answer."""
        with self._lock:
            self.keys.append(key)
            if self.refuse is not None:
                status, code = self.refuse
                return status, Problem(title="Not possible now", status=status, code=code)
            if self.bodies.setdefault(key, body) != body:
                return 422, Problem(title="Wrong input", status=422, code="key_reused")
            return self._carry_out(path, key, body)

    def _carry_out(self, path: str, key: str, body: bytes) -> tuple[int, Any]:
        if path == "/api/tickets":
            wanted = msgspec.json.decode(body, type=IssueTicket)
            if key not in self.issued:
                number = f"A-{len(self.issued) + 1:03d}"
                ident = f"{len(self.issued) + 1:032x}"
                self.issued[key] = ticket(
                    id=ident, number=number, service=wanted.service, application=wanted.application
                )
            return 201, self.issued[key]
        if path == "/api/applications":
            self.drafts[key] = msgspec.json.decode(body, type=Preregistration)
            return 201, DraftOpened(id="d" * 32, case_code="CTH-261123-0001-K")
        if path == "/api/stations/me/report":
            self.reports.append(msgspec.json.decode(body, type=StationReport))
            return 204, None
        ident = path.split("/")[3]
        self.printed.append((ident, msgspec.json.decode(body, type=TicketPrinted)))
        return 200, ticket(id=ident)


def _handler(hub: SmallHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path.startswith("/api/feed"):
                self._feed()
                return
            self._answer(*hub.read(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, value = hub.command(self.path, self.headers["Idempotency-Key"], body)
            if hub.silent > 0 and self.path == "/api/tickets":
                hub.silent -= 1
                self.close_connection = True
                self.connection.close()
                return
            hub.answers.wait()
            self._answer(status, value)

        def _answer(self, status: int, value: Any) -> None:
            content = b"" if value is None else msgspec.json.encode(value)
            kind = "application/problem+json" if status >= 400 else "application/json"
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _feed(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.wfile.write(b"id: 1\n\n")
            self.wfile.flush()
            self.wfile.writelines(hub.news())
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_: object) -> None:
        """A client that went away is what these tests are about."""


@contextmanager
def serving(hub: SmallHub, port: int = 0) -> Iterator[str]:
    """Serve `hub` on loopback; yield its address. Serve again on the same port after a drop."""
    hub.feed_ended.clear()
    server = Server(("127.0.0.1", port), _handler(hub))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        hub.feed_ended.set()
        server.shutdown()
        server.server_close()
        thread.join(60)
