"""Find codes in a camera's pictures with zxing-cpp; runs only in the child process of a camera."""

from __future__ import annotations

import time
from typing import Any

import cv2
import zxingcpp

from devices.barcode.wire import LONGEST
from devices.camera.capture import Capture
from devices.camera.capture_options import CaptureOptions
from devices.isolation import Channel


class Looker:
    """One camera, looked through for codes."""

    def __init__(self, channel: Channel, source: str, options: CaptureOptions) -> None:
        self._capture = Capture(channel, source, options)
        self._seen = 0

    def look(self, limit_s: float) -> list[tuple[str, str]]:
        """Return (text, symbology) of the codes in the first picture that has any."""
        end = time.monotonic() + limit_s
        while True:
            frame, self._seen = self._capture.newest(self._seen)
            found = codes_in(frame)
            if found or time.monotonic() >= end:
                return found


def codes_in(frame: Any) -> list[tuple[str, str]]:
    """Return text and symbology of every readable code in a BGR picture, at most 8."""
    grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    codes = zxingcpp.read_barcodes(grey)[:8]
    return [(code.text, code.format.name) for code in codes if 0 < len(code.text) <= LONGEST]
