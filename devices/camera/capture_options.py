"""How a camera is opened; apart from `capture` so that the station itself never loads OpenCV."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaptureOptions:
    """How to open: time limits and, for V4L2, the size asked for; `rotate` in degrees clockwise.

    After `idle_s` without a question the camera is let go; the next question opens it again.
    """

    open_s: float = 8.0
    silence_s: float = 4.0
    idle_s: float = 30.0
    width_px: int = 1920
    height_px: int = 1080
    rotate: str = ""
