"""The display on which the kiosk's window is: the person's own, or an Xvfb of ours."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass

from hub.demo.processes import Crew

FULL = (1080, 1920)
"""A kiosk's panel on end, in pixels."""
_FRAME_PX = 120
"""Room for a task bar and a title bar on a person's screen."""


@dataclass(frozen=True, slots=True)
class Display:
    """An X display and the size of the kiosk's window on it."""

    name: str
    window: tuple[int, int]


def open_display(crew: Crew, *, own: bool) -> Display:
    """Return the person's display if there is one and `own` is not asked, else start Xvfb."""
    name = os.environ.get("DISPLAY", "")
    size = _size_of(name) if name and not own else None
    if size is not None:
        return Display(name, _fitting(size))
    width, height = FULL
    screen = ("-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset")
    xvfb = crew.start("Xvfb", ("Xvfb", "-displayfd", "1", *screen))
    return Display(f":{xvfb.line(limit_s=60).strip()}", FULL)


def _size_of(display: str) -> tuple[int, int] | None:
    done = subprocess.run(
        ["xdotool", "getdisplaygeometry"],
        env={**os.environ, "DISPLAY": display},
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    if done.returncode:
        return None
    width, height = done.stdout.split()
    return int(width), int(height)


def _fitting(size: tuple[int, int]) -> tuple[int, int]:
    width, height = FULL
    scale = min(1.0, (size[0] - _FRAME_PX) / width, (size[1] - _FRAME_PX) / height)
    return int(width * scale), int(height * scale)
