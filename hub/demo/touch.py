"""The applicant's finger: real pointer events on the kiosk's window, sent by xdotool.

Where things are is told by the kiosk's probe; what is pressed goes through the display like a
touch. The probe can press nothing itself.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hub.demo.errors import TouchFailed

_LOOK_EVERY_S = 0.05
_FINGER_DOWN_S = 0.04
_REST_S, _KEY_REST_S = 0.4, 0.2


@dataclass(frozen=True, slots=True)
class Spot:
    """Something that can be touched: its centre in window pixels."""

    x: int
    y: int
    enabled: bool


@dataclass(frozen=True, slots=True)
class Screen:
    """What is on the glass now."""

    name: str
    panel: str
    accepts: bool
    texts: tuple[str, ...]
    spots: dict[str, Spot]


class Glass:
    """The window of the kiosk with this process id, on one display."""

    def __init__(self, display: str, probe: Path, *, pid: int) -> None:
        self._display = display
        self._pid = pid
        self._probe = probe
        self._last = ("", 0.0)
        self._corner: tuple[int, int] | None = None

    def look(self) -> Screen:
        """Return what is on the glass. Raises TouchFailed, OSError when the kiosk is gone."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(30)
            connection.connect(str(self._probe))
            connection.sendall(b'{"ask": "screen"}\n')
            with connection.makefile("rb") as lines:
                told = lines.readline()
        if not told:
            message = "the kiosk's window is gone"
            raise TouchFailed(message)
        return _screen(json.loads(told))

    def until(self, true: Callable[[Screen], bool], what: str, *, limit_s: float = 60.0) -> Screen:
        """Look until `true`. Raises TouchFailed naming `what` and where the screen stands."""
        until = time.monotonic() + limit_s
        while not true(screen := self.look()):
            if time.monotonic() > until:
                words = " · ".join(screen.texts[:4])
                message = f"the kiosk did not show {what}; it shows '{screen.name}': {words}"
                raise TouchFailed(message)
            time.sleep(_LOOK_EVERY_S)
        return screen

    def on(self, name: str, *, limit_s: float = 60.0) -> Screen:
        """Wait for the screen `name`, when it takes touches. Raises TouchFailed."""
        return self.until(
            lambda screen: screen.name == name and screen.accepts and not screen.panel,
            f"the screen '{name}'",
            limit_s=limit_s,
        )

    def press(self, name: str, *, limit_s: float = 60.0) -> None:
        """Touch what is called `name` once it is there. Raises TouchFailed."""

        def there(screen: Screen) -> bool:
            return screen.accepts and name in screen.spots and screen.spots[name].enabled

        screen = self.until(there, f"'{name}' to touch", limit_s=limit_s)
        self._tap(name, screen.spots[name])

    def type(self, text: str) -> None:
        """Type on the kiosk's own keyboard, key by key. Raises TouchFailed."""
        for sign in text:
            self.press(f"key-{sign}")

    def _tap(self, name: str, spot: Spot) -> None:
        self._rest(name)
        left, top = self._window_corner()
        self._xdotool(
            *("mousemove", str(left + spot.x), str(top + spot.y)),
            *("mousedown", "1", "sleep", str(_FINGER_DOWN_S), "mouseup", "1"),
        )
        self._last = name, time.monotonic()

    def _rest(self, name: str) -> None:
        """Wait as long as the kiosk takes a second touch of the same part for a tremble."""
        last, at = self._last
        rest_s = _KEY_REST_S if name.startswith("key-") else _REST_S
        if last == name:
            time.sleep(max(0.0, at + rest_s - time.monotonic()))

    def _window_corner(self) -> tuple[int, int]:
        if self._corner is None:
            window = self._xdotool("search", "--sync", "--onlyvisible", "--pid", str(self._pid))
            shell = self._xdotool("getwindowgeometry", "--shell", window.split()[0])
            told = dict(line.split("=", 1) for line in shell.splitlines() if "=" in line)
            self._corner = int(told["X"]), int(told["Y"])
        return self._corner

    def _xdotool(self, *arguments: str) -> str:
        done = subprocess.run(
            ["xdotool", *arguments],
            env={**os.environ, "DISPLAY": self._display},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            message = f"xdotool {arguments[0]} failed on display {self._display}: {done.stderr}"
            raise TouchFailed(message)
        return done.stdout


def _screen(told: dict[str, object]) -> Screen:
    operable = told["operable"]
    texts = told["texts"]
    assert isinstance(operable, list)  # noqa: S101 — the probe's own contract
    assert isinstance(texts, list)  # noqa: S101
    return Screen(
        name=str(told["screen"]),
        panel=str(told["panel"]),
        accepts=bool(told["accepts"]),
        texts=tuple(str(text) for text in texts),
        spots={
            str(one["id"]): Spot(
                int(one["x"] + one["w"] / 2), int(one["y"] + one["h"] / 2), bool(one["enabled"])
            )
            for one in operable
        },
    )
