"""1,000 subscribers of the feed: how long until the last one has an event, and what they weigh."""

from __future__ import annotations

import asyncio
import re
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import cast

import uvloop

from bench.load import Kiosk
from bench.processes import Running, hub
from bench.report import Report, percentile

SUBSCRIBERS = 1000
EVENTS = 70
ROUNDS = 3
TIMES_THE_FLOOR = 2.5
IDLE_MB = 110
KIB_EACH = 16
KIB_EACH_WITH_TLS = 64
GONE_WITHIN_S = 2
# what an event of the hub weighs on the wire, so that the floor writes as much
FRAME = 330
_EVENT = re.compile(rb"id: (\d+)\r?\nevent: [\w.]+")


class Follower(asyncio.Protocol):
    """One subscriber: notes which events it has and tells the crowd."""

    def __init__(self, crowd: Followers, hello: bytes) -> None:
        self._crowd = crowd
        self._hello = hello
        self._rest = b""
        self._greeted = False
        self.seen: list[int] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's
        stream = cast("asyncio.Transport", transport)
        self._crowd.transports.append(stream)
        stream.write(self._hello)

    def data_received(self, data: bytes) -> None:
        if not self._greeted:
            self._greeted = True
            self._crowd.greets()
        whole, _, self._rest = (self._rest + data).rpartition(b"\n")
        for number in _EVENT.findall(whole):
            self.seen.append(int(number))
            self._crowd.has(int(number))


class Followers:
    """All subscribers; `everybody_has` waits until the last of them has an event."""

    def __init__(self) -> None:
        self.transports: list[asyncio.Transport] = []
        self.members: list[Follower] = []
        self._have: dict[int, int] = {}
        self._complete: dict[int, asyncio.Future[float]] = {}
        self._greetings = asyncio.Semaphore(0)

    async def join(self, port: int, hello: bytes, tls: ssl.SSLContext | None = None) -> None:
        """Let everybody connect, say `hello` and be answered."""
        loop, name = asyncio.get_running_loop(), "127.0.0.1"
        for _ in range(SUBSCRIBERS):
            _transport, member = await loop.create_connection(
                lambda: Follower(self, hello), name, port, ssl=tls
            )
            self.members.append(member)
        async with asyncio.timeout(60):
            for _ in range(SUBSCRIBERS):
                await self._greetings.acquire()

    def greets(self) -> None:
        self._greetings.release()

    def has(self, number: int) -> None:
        self._have[number] = self._have.get(number, 0) + 1
        if self._have[number] == SUBSCRIBERS:
            self._future(number).set_result(time.perf_counter())

    async def everybody_has(self, number: int) -> float:
        """Return the instant at which the last one had event `number`."""
        async with asyncio.timeout(60):
            return await self._future(number)

    def missed(self, numbers: list[int]) -> int:
        """Return how many of these events some subscriber did not get, or not in order."""
        return sum(
            len(numbers) - len([one for one in member.seen if one in set(numbers)])
            if member.seen == sorted(set(member.seen))
            else len(numbers)
            for member in self.members
        )

    def leave(self) -> None:
        for transport in self.transports:
            transport.close()

    def _future(self, number: int) -> asyncio.Future[float]:
        if number not in self._complete:
            self._complete[number] = asyncio.get_running_loop().create_future()
        return self._complete[number]


Publish = Callable[[], Awaitable[int]]


def measure(report: Report, folder: Path) -> None:
    """Measure hub and floor in interleaved rounds, and the hub's memory."""
    report.section(f"{SUBSCRIBERS} subscribers: request sent → the last one has its event")
    floor = subprocess.Popen(
        [sys.executable, "-m", "bench.fan_out"], stdout=subprocess.PIPE, text=True
    )
    assert floor.stdout is not None
    with floor, hub(folder / "feed") as running:
        port = int(floor.stdout.readline().split()[1])
        try:
            uvloop.run(_compare(report, running, port))
        finally:
            floor.terminate()
    report.section(f"{SUBSCRIBERS} subscribers over TLS")
    with hub(folder / "feed-tls", tls=True) as running:
        uvloop.run(_weigh_over_tls(report, running))


async def _compare(report: Report, running: Running, floor_port: int) -> None:
    async with _hub_crowd(report, running) as (ours, publish), _floor_crowd(floor_port) as floor:
        took: dict[str, list[list[float]]] = {"hub": [], "bare fan-out": []}
        published: list[int] = []
        for _ in range(ROUNDS):
            took["hub"].append(await _round(ours, publish, published))
            took["bare fan-out"].append(await _round(*floor, []))
        print(f"{len(published)} events of the hub to each of {SUBSCRIBERS} subscribers")
        report.at_most("events missed", ours.missed(published), 0)
        _end(report, running)
    for part in (0.5, 0.99):
        medians = {
            name: report.rounds(
                f"{name}: p{part * 100:.0f}",
                [percentile(values, part) * 1000 for values in rounds],
                "ms",
            )
            for name, rounds in took.items()
        }
        times = medians["hub"] / medians["bare fan-out"]
        report.at_most(f"times the floor at p{part * 100:.0f}", times, TIMES_THE_FLOOR)


def _end(report: Report, running: Running) -> None:
    """Tell the hub to end while everybody follows."""
    began = time.perf_counter()
    running.end()
    took = time.perf_counter() - began
    report.at_most("seconds from SIGTERM to the end with all of them", took, GONE_WITHIN_S)
    quiet = not any(word in running.log.read_text() for word in ("Traceback", "ERROR"))
    report.holds("no traceback at the end", reached=quiet)


async def _round(crowd: Followers, publish: Publish, published: list[int]) -> list[float]:
    took = []
    for _ in range(EVENTS):
        began = time.perf_counter()
        number = await publish()
        took.append(await crowd.everybody_has(number) - began)
        published.append(number)
    return took


async def _weigh_over_tls(report: Report, running: Running) -> None:
    assert running.authority is not None
    trusting = ssl.create_default_context(cafile=running.authority)
    kiosk = await Kiosk.connect(running, trusting)
    _ticket, seq = await kiosk.issue()
    alone_kib = running.resident_kib()
    crowd = Followers()
    await crowd.join(running.port, _hello(running, seq), trusting)
    _ticket, seq = await kiosk.issue()
    await crowd.everybody_has(seq)
    each = (running.resident_kib() - alone_kib) / SUBSCRIBERS
    report.at_most("resident KiB for each subscriber with TLS", each, KIB_EACH_WITH_TLS)
    _end(report, running)
    crowd.leave()
    with suppress(OSError):  # it has ended
        await kiosk.close()


def _hello(running: Running, after: int) -> bytes:
    return (
        f"GET /api/feed?after={after} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {running.token}\r\n\r\n"
    ).encode()


@asynccontextmanager
async def _hub_crowd(report: Report, running: Running) -> AsyncIterator[tuple[Followers, Publish]]:
    report.at_most("idle hub, resident MB", running.resident_kib() * 1024 / 1e6, IDLE_MB)
    kiosk = await Kiosk.connect(running)
    _ticket, seq = await kiosk.issue()
    alone_kib = running.resident_kib()
    crowd = Followers()
    await crowd.join(running.port, _hello(running, seq))

    async def publish() -> int:
        return (await kiosk.issue())[1]

    await crowd.everybody_has(await publish())  # everybody is there
    each = (running.resident_kib() - alone_kib) / SUBSCRIBERS
    report.at_most("resident KiB for each subscriber", each, KIB_EACH)
    yield crowd, publish
    crowd.leave()
    with suppress(OSError):  # it has ended
        await kiosk.close()


@asynccontextmanager
async def _floor_crowd(port: int) -> AsyncIterator[tuple[Followers, Publish]]:
    _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    crowd = Followers()
    await crowd.join(port, b"F")
    number = 0

    async def publish() -> int:
        nonlocal number
        number += 1
        frame = f"id: {number}\nevent: bare\ndata: ".encode()
        writer.write(b"P" + frame + b"x" * (FRAME - len(frame)) + b"\n\n")
        return number

    await crowd.everybody_has(await publish())
    yield crowd, publish
    crowd.leave()
    writer.close()
