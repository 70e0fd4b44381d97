"""HTTP under the simulated printer: POST with a length or in chunks (RFC 9112 §7.1), keep-alive."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

Answer = Callable[[bytes], bytes | None]

_LARGEST = 64 * 1024 * 1024
_LATE_S = 1.0


def spoiled(answer: bytes, trouble: str) -> bytes:
    """Return the answer as `garbage` or `flipped_byte:N` make it."""
    if trouble == "garbage":
        return bytes(octet ^ 0x5A for octet in answer)
    if trouble.startswith("flipped_byte"):
        at = int(trouble.partition(":")[2] or 0) % len(answer)
        return answer[:at] + bytes([answer[at] ^ 0xFF]) + answer[at + 1 :]
    return answer


class PrinterServer(ThreadingHTTPServer):
    """Listen on 127.0.0.1 and hand every IPP request to `answer`; None breaks the connection."""

    daemon_threads = False  # server_close() waits for every connection to end
    block_on_close = True

    def __init__(self, port: int, answer: Answer, trouble: Callable[[], str]) -> None:
        self.answer = answer
        self.trouble = trouble
        self.unplugged = threading.Event()
        self._connections: set[socket.socket] = set()
        self._changing = threading.Lock()
        super().__init__(("127.0.0.1", port), _Connection)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return int(self.server_address[1])

    def note(self, connection: socket.socket, *, live: bool) -> None:
        """Remember which connections are live."""
        with self._changing:
            (self._connections.add if live else self._connections.discard)(connection)

    def unplug(self) -> None:
        """Stop listening and break every connection."""
        self.unplugged.set()
        self.shutdown()
        with self._changing:
            for connection in self._connections:
                with contextlib.suppress(OSError):  # its other end has left already
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()
        self._thread.join()

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a client that leaves in the middle."""


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self._printer.note(self.connection, live=True)

    def finish(self) -> None:
        self._printer.note(self.connection, live=False)
        super().finish()

    @property
    def _printer(self) -> PrinterServer:
        return cast("PrinterServer", self.server)

    def do_POST(self) -> None:
        body = self._body()
        while self._printer.trouble() == "silent" and not self._printer.unplugged.wait(0.05):
            pass
        answer = None if self._printer.unplugged.is_set() else self._printer.answer(body)
        if answer is None:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._send(answer, self._printer.trouble())

    def _send(self, answer: bytes, trouble: str) -> None:
        if trouble == "late":
            self._printer.unplugged.wait(_LATE_S)
        self.send_response(200)
        self.send_header("Content-Type", "application/ipp")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if trouble == "unplugged_midway":
            self.wfile.write(answer[: len(answer) // 2])
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        piece = 1 if trouble == "fragmented" else len(answer)
        answer = spoiled(answer, trouble)
        for start in range(0, len(answer), piece):
            self.wfile.write(answer[start : start + piece])

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 -- inherited name
        del format, arguments

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(min(int(self.headers.get("Content-Length", "0")), _LARGEST))
        body = bytearray()
        while (size := int(self.rfile.readline(64).split(b";")[0], 16)) and len(body) < _LARGEST:
            body += self.rfile.read(size)
            self.rfile.readline(4)
        self.rfile.readline(4)
        return bytes(body)
