"""The other end of the wire of an attached service: as rude as a real one may be."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TOKEN = "rahasia-contoh"
ANNA = {
    "id": "C-1",
    "names": ["ERIKSON ANA M"],
    "dob": "1974-12-08",
    "sex": "F",
    "nationality": "UTO",
    "kind": "cegah",
    "decree": "KEP-17",
    "agency": "Instansi Contoh",
    "valid_to": "2099-12-31",
}
REASON = {"id": "nama mirip", "en": "the name is alike", "adds": 2.4}
WELL = {
    "threshold": 0.6,
    "size": 7614,
    "found": [{"entry": ANNA, "score": 0.97, "reasons": [REASON]}],
}
HALF = -1
"""Says how long its answer is, and closes in the middle of it."""


@dataclass
class NationalService:
    """Answers every question with `status` and `content`; `silent` keeps it waiting for ever."""

    url: str = ""
    status: int = 200
    content: bytes = json.dumps(WELL).encode()
    silent: bool = False
    asked: list[dict[str, object]] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)

    def says(self, said: object) -> None:
        """Answer with this from now on."""
        self.status, self.silent = 200, False
        self.content = said if isinstance(said, bytes) else json.dumps(said).encode()


@contextmanager
def national_service(
    certificate: Path | None = None, key: Path | None = None
) -> Iterator[NationalService]:
    """Serve at a free port of this machine, by TLS if there is a certificate."""
    known = NationalService()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self.answer(401, b"")
                return
            known.asked.append(json.loads(body))
            if known.silent:
                known.let_go.wait()
            self.answer(known.status, known.content)

        def answer(self, status: int, content: bytes) -> None:
            self.send_response(200 if status == HALF else status)
            self.send_header("Content-Length", str(len(content)))
            if status in (301, 307):
                self.send_header("Location", known.url + "/elsewhere")
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if status == HALF else content)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    scheme = "http"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    known.url = f"{scheme}://127.0.0.1:{server.server_port}/periksa"
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield known
    finally:
        known.let_go.set()
        server.shutdown()
        server.server_close()
        serving.join()
