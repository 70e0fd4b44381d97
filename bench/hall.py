"""A crowded hall with 16 counters: hubs that may be killed, kiosks and officers that insist.

Everybody repeats a request with the same key until somebody answers, as kiosks and pages do.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import sys
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx
from sqlalchemy import select

from bench.processes import OPEN_HOUR, Running
from hub.admin import AddStation, CheckRecords, perform
from hub.clock import SystemClock
from hub.house import create_house
from hub.house import open_house as open_folder
from hub.models.queue import EventRow, TicketRow
from hub.settings import Settings, settings_for

COUNTERS = range(21, 37)
AGAIN_AFTER_S = 0.1
SERVICE = {"service": "information"}
_LASTING = (15_000, 32_000)
# no TLS is spoken here, and reading the machine's authorities takes 30 ms a client
_PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_COUNTER = """
[[counter]]
number = {number}
lanes = ["information"]
devices = ["scanner"]
"""


def open_hall(folder: Path, database_url: str | None = None) -> Settings:
    """Create an office with 16 counters that take one lane."""
    create_house(settings_for(folder, database_url=database_url), SystemClock())
    rules = folder / "office.toml"
    text = rules.read_text("utf-8")
    more = "".join(_COUNTER.format(number=number) for number in COUNTERS)
    rules.write_text(text + more, "utf-8")
    return settings_for(folder)


def lasting_port() -> int:
    """Return a free port that nobody is given while a hub is down.

    Below those that the system gives to callers: else one who insists may be given the very port
    that they call, reach themselves, and keep the hub from coming back. Who else asks here, in this
    process or beside it, is given another one until this process ends.
    """
    while True:
        port = Random().randint(*_LASTING)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            _claim(port)
            return port


def _claim(port: int) -> None:
    """Hold a name that only one process can have, to the process's end. Raises OSError if taken."""
    with socket.socket(socket.AF_UNIX) as name:
        name.bind(f"\0loket-lasting-port-{port}")
        name.detach()


@dataclass
class MortalHub:
    """A hub process on a port of its own, which may be killed and started again."""

    settings: Settings
    port: int = 0
    serving: subprocess.Popen[str] | None = None

    def __post_init__(self) -> None:
        self.port = lasting_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def _complaints(self) -> Path:
        return self.settings.folder.with_suffix(".stderr")

    def start(self) -> None:
        """Start serving, and return when the hub says that it does."""
        with self._complaints.open("w") as complaints:
            self.serving = subprocess.Popen(
                [sys.executable, "-m", "hub.command", "hub", "serve",
                 "--data", self.settings.folder, "--plain", "--port", str(self.port),
                 "--interface", "127.0.0.1", "--practice-clock", OPEN_HOUR],
                stdout=subprocess.PIPE, stderr=complaints, text=True,
            )  # fmt: skip
        assert self.serving.stdout is not None
        said = self.serving.stdout.readline()
        assert said.startswith("ready "), said + self._complaints.read_text("utf-8")

    def with_token(self, token: str) -> Running:
        """Return this hub as a load generator wants it."""
        assert self.serving is not None
        log = self.settings.folder.with_suffix(".log")
        return Running(self.port, token, self.settings.folder, self.serving.pid, log)

    def kill(self) -> None:
        """kill -9."""
        assert self.serving is not None
        self.serving.kill()
        self._gone()

    def stop(self) -> None:
        """SIGTERM; nothing if it is gone."""
        if self.serving is not None:
            self.serving.terminate()
            self._gone()

    def _gone(self) -> None:
        assert self.serving is not None
        assert self.serving.stdout is not None
        self.serving.wait(timeout=30)
        self.serving.stdout.close()
        self.serving = None


@dataclass
class Crowd:
    """What the people at these hubs were told; `stop` ends their work."""

    hubs: list[MortalHub]
    token: str
    issued: dict[str, tuple[str, str]] = field(default_factory=dict)
    called: list[str] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def issue(self, place: int) -> None:
        """Take one number after the other at one of the hubs."""
        async with self.client(place) as kiosk:
            while not self.stop.is_set():
                await self.issue_one(kiosk)

    async def issue_one(self, kiosk: httpx.AsyncClient) -> None:
        key = uuid.uuid4().hex
        answer = await insist(kiosk, "/api/tickets", SERVICE, key)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        self.issued[key] = answer.json()["id"], answer.json()["number"]

    async def serve(self, counter: int, *, until_empty: bool = False) -> None:
        """Open a counter; call and finish one after the other."""
        async with self.client(counter) as desk:
            opened = await insist(desk, f"/api/counters/{counter}/open", {})
            assert opened.status_code == httpx.codes.OK, opened.text
            while not self.stop.is_set():
                answer = await insist(desk, f"/api/counters/{counter}/call-next", {})
                if answer.status_code == httpx.codes.NO_CONTENT:
                    if until_empty:
                        return
                    await asyncio.sleep(AGAIN_AFTER_S)
                    continue
                await self._finish(desk, answer)

    async def _finish(self, desk: httpx.AsyncClient, answer: httpx.Response) -> None:
        assert answer.status_code == httpx.codes.OK, answer.text
        ticket = answer.json()["id"]
        self.called.append(ticket)
        done = await insist(desk, f"/api/tickets/{ticket}/finish", {"outcome": "done"})
        assert done.status_code == httpx.codes.OK, done.text

    def client(self, place: int) -> httpx.AsyncClient:
        """Return a connection to one of the hubs; close it."""
        url = self.hubs[place % len(self.hubs)].url
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.AsyncClient(base_url=url, headers=headers, timeout=30, verify=_PLAIN)


async def insist(
    client: httpx.AsyncClient, path: str, body: dict[str, str], key: str = ""
) -> httpx.Response:
    """Send a command under one key until the hub answers."""
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    while True:
        with suppress(httpx.TransportError):
            answer = await client.post(path, json=body, headers=headers)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return answer
        await asyncio.sleep(AGAIN_AFTER_S)


def admit_program(settings: Settings) -> str:
    """Return a token that may issue and call."""
    [token] = perform(settings, SystemClock(), AddStation("program", "bench"))
    return token


@dataclass(frozen=True, slots=True)
class Findings:
    """What the records say against what the people were told."""

    lost: int
    numbers_twice: int
    called_twice: int
    never_called: int
    broken: list[str]


def compare(settings: Settings, crowd: Crowd) -> Findings:
    """Compare what was acknowledged with what is stored; call it when nobody works any more."""
    house = open_folder(settings, SystemClock())
    with house.database.reading_core() as connection:
        stored = {
            row.id: f"{row.prefix}-{row.serial:03d}"
            for row in connection.execute(
                select(TicketRow.id, TicketRow.prefix, TicketRow.serial).where(
                    TicketRow.office == house.office_no
                )
            )
        }
        calls = list(
            connection.execute(
                select(EventRow.subject).where(
                    EventRow.office == house.office_no, EventRow.kind == "ticket.called"
                )
            ).scalars()
        )
    house.database.close()
    numbers = list(stored.values())
    acknowledged = [*crowd.issued.values(), *((ticket, "") for ticket in crowd.called)]
    return Findings(
        lost=sum(
            ticket not in stored or (number not in ("", stored[ticket]))
            for ticket, number in acknowledged
        )
        + len(set(crowd.called) - set(calls)),
        numbers_twice=len(numbers) - len(set(numbers)),
        called_twice=len(calls) - len(set(calls)) + len(crowd.called) - len(set(crowd.called)),
        never_called=len(set(stored) - set(calls)),
        broken=perform(settings, SystemClock(), CheckRecords()),
    )
