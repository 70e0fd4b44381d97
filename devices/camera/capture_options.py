"""How a camera is opened; apart from `capture` so that the station itself never loads OpenCV."""

from __future__ import annotations

from dataclasses import dataclass

from devices.limits import TABLE


@dataclass(frozen=True, slots=True)
class CaptureOptions:
    """How to open: time limits and, for V4L2, the size asked for; `rotate` in degrees clockwise.

    After `idle_s` without a question the camera is let go; the next question opens it again.
    """

    open_s: float = TABLE["camera"].open_s
    silence_s: float = TABLE["camera"].silence_s
    idle_s: float = 30.0
    width_px: int = 1920
    height_px: int = 1080
    rotate: str = ""
