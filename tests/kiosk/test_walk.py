"""The black box: the program itself under Xvfb, touched by xdotool, ended by SIGTERM."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_hub import SmallHub, serving

WITHIN_S = 60.0


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of its own; Xvfb chooses a free number and tells it."""
    told, tell = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(tell), "-screen", "0", "540x960x24", "-nolisten", "tcp"],
        pass_fds=[tell],
        stderr=subprocess.DEVNULL,
    )
    os.close(tell)
    with os.fdopen(told) as number:
        yield f":{number.readline().strip()}"
    server.terminate()
    server.wait(WITHIN_S)


class Visitor:
    """Sees through the probe, touches through the X server."""

    def __init__(self, probe: Path, display: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(probe))
        self._lines = self._socket.makefile("rw")
        self._display = display

    def look(self) -> dict[str, Any]:
        self._lines.write('{"ask": "screen"}\n')
        self._lines.flush()
        return dict(json.loads(self._lines.readline()))

    def touch(self, name: str) -> None:
        place = self._wait(name)
        x, y = place["x"] + place["w"] // 2, place["y"] + place["h"] // 2
        touch = ["xdotool", "mousemove", str(x), str(y), "sleep", "0.1", "click", "1"]
        subprocess.run(touch, env={**os.environ, "DISPLAY": self._display}, check=True)

    def see(self, screen: str) -> dict[str, Any]:
        until = time.monotonic() + WITHIN_S
        while (seen := self.look())["screen"] != screen:
            assert time.monotonic() < until, f"{seen['screen']} instead of {screen}"
            time.sleep(0.05)
        return seen

    def leave(self) -> None:
        self._lines.close()
        self._socket.close()

    def _wait(self, name: str) -> dict[str, Any]:
        until = time.monotonic() + WITHIN_S
        while True:
            seen = self.look()
            found = [place for place in seen["operable"] if place["id"] == name]
            if found and seen["accepts"]:
                return dict(found[0])
            assert time.monotonic() < until, f"no {name} on {seen['screen']}"
            time.sleep(0.05)


def test_a_person_walks_from_the_first_touch_to_a_number(display: str, tmp_path: Path) -> None:
    hub = SmallHub()
    (tmp_path / "token").write_text("x" * 43)
    probe = tmp_path / "probe.sock"
    environment = {**os.environ, "DISPLAY": display, "LOKET_KIOSK_PROBE": str(probe)}
    environment.pop("SDL_VIDEODRIVER", None)
    with serving(hub) as url:
        program = subprocess.Popen(
            [sys.executable, "-c", "from kiosk.command import app; app()",
             "--hub", url, "--windowed", "540x960", "--state", str(tmp_path)],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == "ready kiosk\n"
            visitor = Visitor(probe, display)

            visitor.touch("language-en")
            visitor.see("service")
            visitor.touch("service-information")
            visitor.see("confirm")
            visitor.touch("next")
            ticket = visitor.see("ticket")

            assert "A-001" in ticket["texts"]
            assert probe.stat().st_mode & 0o077 == 0
            visitor.leave()
            program.send_signal(signal.SIGTERM)
            assert program.wait(WITHIN_S) == 0
        finally:
            program.kill()
            program.wait()
            program.stdout.close()  # type: ignore[union-attr]
    assert len(hub.issued) == 1
