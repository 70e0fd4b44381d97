"""A hub as a process of its own on loopback, and its stations' tokens."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from hub.admin import AddStation, perform
from hub.clock import SystemClock
from hub.settings import settings_for

LOKET = [sys.executable, "-m", "hub.command"]


@dataclass
class RunningHub:
    """A served hub: its address, folder and process."""

    url: str
    folder: Path
    process: subprocess.Popen[str]
    clients: list[httpx.Client] = field(default_factory=list)

    def station(self, kind: str, counter: int | None = None, name: str = "") -> Station:
        name = name or f"{kind} {len(self.clients)}"
        [token] = perform(settings_for(self.folder), SystemClock(), AddStation(kind, name, counter))
        client = httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=30
        )
        self.clients.append(client)
        return Station(client)

    def stop(self) -> int:
        for client in self.clients:
            client.close()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


@dataclass
class Station:
    """A station that speaks plain HTTP."""

    http: httpx.Client

    def get(self, path: str) -> httpx.Response:
        return self.http.get(path)

    @contextmanager
    def follow(self) -> Iterator[Iterator[str]]:
        """Follow the feed from now on, line by line."""
        with self.http.stream("GET", "/api/feed") as answer:
            lines = answer.iter_lines()
            next(lines)
            yield lines

    def post(self, path: str, body: object, key: str | None = None) -> httpx.Response:
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return self.http.post(path, json=body, headers=headers)


def serve(folder: Path, *options: str) -> RunningHub:
    process = subprocess.Popen(
        [*LOKET, "hub", "serve", "--data", str(folder), "--port", "0", "--interface", "127.0.0.1",
         *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    line = process.stdout.readline()
    if not line.startswith("ready "):
        process.kill()
        message = f"the hub did not start: {line}{process.stderr.read()}"
        raise AssertionError(message)
    return RunningHub(line.split()[1], folder, process)


@pytest.fixture(scope="module")
def folder(empty_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub's folder of its own for each module."""
    copied = tmp_path_factory.mktemp("serving") / "hub"
    shutil.copytree(empty_house, copied)
    shutil.copy(empty_house.with_name("hub.key"), copied.with_name("hub.key"))
    return copied


@pytest.fixture(scope="module")
def hub(folder: Path) -> Iterator[RunningHub]:
    """One served hub for the tests of a module."""
    running = serve(folder, "--plain", "--practice-clock", "2026-11-24T09:00:00")
    yield running
    running.stop()
    running.process.stdout.close()
    running.process.stderr.close()
