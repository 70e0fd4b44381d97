"""A hub as a process of its own on loopback, which a test may kill and start again."""

from __future__ import annotations

import copy
import json
import re
import shutil
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from bench.cluster import Cluster
from bench.hall import lasting_port
from hub.demo import processes
from hub.demo.display import open_display
from hub.demo.hours import first_opening, real_now
from hub.demo.processes import Child, Crew, loket
from hub.demo.touch import Glass
from hub.office import load_office

PASSWORD = "contoh-uji"
COUNTERS = (1, 2, 3, 4)


def make_template(folder: Path, *options: str) -> Path:
    """Make a practice office with tokens, to be copied for each test."""
    hub = folder / "hub"
    processes.run("init", loket("hub", "init", "--data", hub, *options))
    processes.run("practise", loket("hub", "practise", "--data", hub), said=f"{PASSWORD}\n")
    stations = {
        "kiosk": ("--kiosk", "kios-1"),
        "program": ("--program", "uji"),
        **{f"counter-{n}": ("--counter", str(n)) for n in COUNTERS},
    }
    for name, option in stations.items():
        token = processes.run("token", loket("hub", "token", "--data", hub, *option))
        (folder / f"{name}.token").write_text(token.strip())
    return folder


class LivingHub:
    """One hub on one port; it keeps both over kill and start."""

    def __init__(
        self,
        template: Path,
        folder: Path,
        crew: Crew,
        *,
        tls: bool = False,
        inside: Sequence[str] = (),
        cluster: Cluster | None = None,
    ) -> None:
        shutil.copytree(template, folder)
        if cluster is not None:
            cluster.give_own_database(folder / "hub")
        self.inside = inside
        self.folder = folder
        self.crew = crew
        self.data = folder / "hub"
        self.tls = tls
        self.port = lasting_port()
        rules = load_office(self.data / "office.toml")
        now = real_now(rules.zone)
        self._ahead = first_opening(rules, now) - now
        self.zone = rules.zone
        self.child: Child
        self.start()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def beside(self) -> LivingHub:
        """Start another hub process on the same folder and database."""
        another = copy.copy(self)
        another.port = lasting_port()
        another.start()
        return another

    @property
    def authority(self) -> Path | None:
        """The certificate that stations and browsers pin, None without TLS."""
        return self.data / "tls" / "ca.pem" if self.tls else None

    def start(self) -> None:
        """Start serving; returns when it is ready."""
        at = real_now(self.zone) + self._ahead + timedelta(seconds=1)
        command = loket(
            *("hub", "serve", "--data", self.data, "--port", str(self.port)),
            *(() if self.tls else ("--plain",)),
            *("--interface", "127.0.0.1"),
            *("--practice-clock", at.strftime("%Y-%m-%dT%H:%M:%S")),
        )
        self.child = self.crew.start("hub", [*self.inside, *command])
        self.child.ready()

    def kill(self) -> None:
        """kill -9, as a power cut does to a process."""
        self.child.kill()

    def token(self, station: str) -> str:
        return (self.folder / f"{station}.token").read_text()

    def client(self, station: str = "program") -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token(station)}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)

    def asks(self, station: str = "program") -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.token(station)}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=30)

    def events(self) -> list[dict[str, object]]:
        """Every event a program may see, read from the feed to its present end."""
        with self.client() as client:
            end = int(client.get("/api/queue").json()["seq"])
            return read_feed(client, 0, end)

    def check(self) -> str:
        """What `loket hub check` says; fails the test when an invariant is broken."""
        command = loket("hub", "check", "--data", self.data)
        return processes.run("check", [*self.inside, *command]).strip()


def read_feed(client: httpx.Client, after: int, end: int) -> list[dict[str, object]]:
    """Events after `after`, until the feed has come to the position `end`."""
    events: list[dict[str, object]] = []
    position = after
    with client.stream("GET", "/api/feed", params={"after": after}) as answer:
        for line in answer.iter_lines():
            name, _, text = line.partition(": ")
            if name == "id":
                position = int(text)
            elif name == "data":
                events.append(json.loads(text))
            elif not line and position >= end:
                break
    return events


def await_event(hub: LivingHub, kind: str, after: int = 0) -> int:
    """Follow the feed until an event of `kind` comes; return its position."""
    with (
        hub.client() as client,
        client.stream("GET", "/api/feed", params={"after": after}, timeout=60) as answer,
    ):
        for line in answer.iter_lines():
            if line.startswith("data: "):
                event = json.loads(line.removeprefix("data: "))
                if event["kind"] == kind:
                    return int(event["seq"])
    message = f"the feed ended before {kind}"
    raise AssertionError(message)


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A kiosk's real window on a display of its own, and its simulated ticket printer."""

    glass: Glass
    printer: Child
    tray: Path

    def begin(self, service: str) -> None:
        """Touch the language and a service."""
        self.glass.on("language")
        self.glass.press("language-id")
        if f"service-{service}" not in self.glass.on("service").spots:
            self.glass.press("more")
        self.glass.press(f"service-{service}")

    def number(self) -> str:
        """The number on the ticket's screen, one of the kiosk's own (`AZ-001`) too."""
        texts = self.glass.on("ticket", limit_s=60).texts
        return next(text for text in texts if re.fullmatch(r"[A-Z]{1,2}-?\d{3,4}", text))


def open_kiosk(hub: LivingHub, crew: Crew, folder: Path) -> Kiosk:
    """Start display, ticket printer and kiosk; returns when the first screen is drawn."""
    tray, probe = folder / "tickets", Path(tempfile.mkdtemp(prefix="probe-")) / "kiosk"
    printer = crew.start("printer", loket("devices", "simulate", "escpos", "--out", tray))
    display = open_display(crew, own=True)
    kiosk = crew.start(
        "kiosk",
        loket(
            *("kiosk", "--windowed", "1080x1920", "--hub", hub.url),
            *("--token-file", hub.folder / "kiosk.token", "--state", folder / "state"),
            *("--printer", printer.ready()),
        ),
        environment={"DISPLAY": display.name, "LOKET_KIOSK_PROBE": str(probe)},
    )
    kiosk.ready()
    return Kiosk(Glass(display.name, probe, pid=kiosk.pid), printer, tray)


def key() -> Mapping[str, str]:
    """A fresh idempotency key as a header."""
    return {"Idempotency-Key": uuid.uuid4().hex}
