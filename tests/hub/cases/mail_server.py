"""A mail server that speaks SMTP (RFC 5321) on loopback and is as rude as it is told to be."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast


@dataclass
class MailServer:
    """What it took, and how it answers: a verb, or `.` for the content, to its reply.

    An empty reply hangs up; `silent` reads the content and never answers.
    """

    port: int = 0
    taken: list[str] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    rude: dict[str, str] = field(default_factory=dict)
    heard: threading.Event = field(default_factory=threading.Event)


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = cast("_Listening", self.server).mail
        self._say("220 mail.example ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(" ")[0].split(":")[0].upper()
            reply = server.rude.get(verb)
            if reply == "":
                return
            if verb == "RCPT" and reply is None:
                server.receivers.append(line.partition("<")[2].rstrip(">"))
            self._say(
                reply or {"EHLO": "250 mail.example", "DATA": "354 go on"}.get(verb, "250 ok")
            )
            if verb == "QUIT":
                return
            if verb == "DATA" and reply is None and not self._take(server):
                return

    def _take(self, server: MailServer) -> bool:
        content = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            content.append(line.decode())
        server.taken.append("".join(content))
        server.heard.set()
        reply = server.rude.get(".", "250 taken")
        if reply == "silent":
            self.rfile.readline()  # until the client goes
        if reply in ("", "silent"):
            return False
        self._say(reply)
        return True

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Listening(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    mail: MailServer


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Serve mail at a free port."""
    with _Listening(("127.0.0.1", 0), _Talk) as listening:
        listening.mail = MailServer(port=listening.server_address[1])
        serving = threading.Thread(target=listening.serve_forever, daemon=True)
        serving.start()
        yield listening.mail
        listening.shutdown()
        serving.join()
