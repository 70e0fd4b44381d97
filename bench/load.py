"""Kiosks that issue tickets as fast as the hub answers, over plain HTTP/1.1 with keep-alive."""

from __future__ import annotations

import asyncio
import itertools
import json
import ssl
import time
import uuid
from dataclasses import dataclass, field

from bench.processes import Running

_BODY = b'{"service":"information"}'
UNBOUNDED = 10**9


@dataclass
class Load:
    """What some clients got: seconds of each acknowledged ticket, and their ids."""

    began: float = 0.0
    ended: float = 0.0
    latencies_s: list[float] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.tickets) / (self.ended - self.began)


class Kiosk:
    """One connection that issues one ticket after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str):
        self._reader = reader
        self._writer = writer
        self._head = (
            "POST /api/tickets HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(_BODY)}\r\nIdempotency-Key: "
        ).encode()

    @classmethod
    async def connect(cls, running: Running, tls: ssl.SSLContext | None = None) -> Kiosk:
        streams = await asyncio.open_connection("127.0.0.1", running.port, ssl=tls)
        return cls(*streams, running.token)

    async def issue(self) -> tuple[str, int]:
        """Return id and event number of a new ticket; anything but 201 ends the measurement."""
        key = uuid.uuid4().hex.encode()
        self._writer.write(self._head + key + b"\r\n\r\n" + _BODY)
        head = await self._reader.readuntil(b"\r\n\r\n")
        fields = dict(
            line.split(": ", 1) for line in head.decode().lower().split("\r\n")[1:] if ": " in line
        )
        body = await self._reader.readexactly(int(fields["content-length"]))
        assert head.startswith(b"HTTP/1.1 201"), body
        return json.loads(body)["id"], int(fields["loket-seq"])

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


async def issue_tickets(
    running: Running, *, clients: int, tickets: int = UNBOUNDED, seconds: float = 3600.0
) -> Load:
    """Issue `tickets` by `clients` at once, or for `seconds`; return what they saw."""
    kiosks = [await Kiosk.connect(running) for _ in range(clients)]
    load, left = Load(), itertools.count(tickets, -1)
    until = time.perf_counter() + seconds

    async def work(kiosk: Kiosk) -> None:
        while next(left) > 0 and time.perf_counter() < until:
            began = time.perf_counter()
            ticket, _seq = await kiosk.issue()
            load.latencies_s.append(time.perf_counter() - began)
            load.tickets.append(ticket)

    load.began = time.time()
    await asyncio.gather(*map(work, kiosks))
    load.ended = time.time()
    for kiosk in kiosks:
        await kiosk.close()
    return load
