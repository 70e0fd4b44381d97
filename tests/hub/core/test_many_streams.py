"""A hub with a crowd of followers: all hear everything, and it ends at once when it is told to."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.admin import AddStation, perform
from hub.clock import SystemClock
from hub.settings import settings_for

FOLLOWERS = 1000


@dataclass
class Served:
    """A hub process, a station's token, and where its log goes."""

    process: subprocess.Popen[str]
    port: int
    token: str
    log: Path


@pytest.fixture
def served(empty_house: Path, tmp_path: Path) -> Iterator[Served]:
    folder, log = tmp_path / "hub", tmp_path / "log"
    for name in ("hub", "hub.key"):
        subprocess.run(["cp", "-a", empty_house.with_name(name), tmp_path / name], check=True)
    with log.open("w") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "hub.command", "hub", "serve", "--data", folder, "--plain",
             "--port", "0", "--interface", "127.0.0.1"],
            stdout=subprocess.PIPE, stderr=told, text=True,
        )  # fmt: skip
    assert process.stdout is not None
    with process:
        try:
            port = int(process.stdout.readline().rpartition(":")[2])
            [token] = perform(settings_for(folder), SystemClock(), AddStation("program", "crowd"))
            yield Served(process, port, token, log)
        finally:
            process.kill()


@asynccontextmanager
async def following(served: Served) -> AsyncIterator[list[asyncio.StreamReader]]:
    """Let everybody follow, and be answered."""
    hello = (
        "GET /api/feed?after=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {served.token}\r\n\r\n"
    ).encode()
    crowd = []
    try:
        for _ in range(FOLLOWERS):
            reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
            crowd.append((reader, writer))
            writer.write(hello)
        for reader, _writer in crowd:
            assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
        yield [reader for reader, _writer in crowd]
    finally:
        for _reader, writer in crowd:
            writer.close()


def test_a_thousand_followers_do_not_hold_up_the_end(served: Served) -> None:
    async def body() -> None:
        async with asyncio.timeout(120), following(served) as readers:
            served.process.send_signal(signal.SIGTERM)
            rest = [await reader.read() for reader in readers]
            await asyncio.to_thread(served.process.wait, 60)
            assert all(one.endswith(b"0\r\n\r\n") for one in rest)

    asyncio.run(body())

    assert served.process.returncode == 0
    assert "Traceback" not in served.log.read_text()
    assert not re.search("error|cancel", served.log.read_text(), re.IGNORECASE)
