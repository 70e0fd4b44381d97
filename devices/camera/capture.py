"""Take frames with OpenCV; runs only in the child process of a camera (see `isolation`).

A thread drains the camera so that the newest frame is at hand and not the oldest buffered one.
When nobody asks for `idle_s` the camera is let go and opened again on the next request.
"""

from __future__ import annotations

import socket
import threading
import time
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cv2

from devices.camera.capture_options import CaptureOptions
from devices.camera.controls import AUTO, LOCKED, SETTLE_S, against_flicker
from devices.camera.portrait import PortraitMeter
from devices.camera.quality import Measured
from devices.errors import (
    DeviceBusy,
    DeviceError,
    DeviceGone,
    DeviceProtocolError,
    DeviceRefused,
    DeviceSilent,
)
from devices.isolation import Channel

FROZEN_FRAMES = 5
"""A sensor always has noise: as many frames in a row, equal in every bit, are no live picture."""

_DARK_MEAN = 16.0
_DARK_SPREAD = 10.0
_PREVIEW_PX = 640
_PREVIEW_QUALITY = 80
_PHOTO_QUALITY = 95
_PROBE_S = 2.0
_TURNS: Mapping[str, int] = {
    "90": cv2.ROTATE_90_CLOCKWISE,
    "180": cv2.ROTATE_180,
    "270": cv2.ROTATE_90_COUNTERCLOCKWISE,
}


class Capture:
    """One camera by V4L2 path or stream URL."""

    def __init__(self, channel: Channel, source: str, options: CaptureOptions) -> None:
        del channel  # a frame takes no time worth reporting
        self._source = source
        self._options = options
        self._news = threading.Condition()
        self._frame: Any = None  # numpy array, height × width × BGR
        self._number = self._number_at_open = 0
        self._equal_frames = 0
        self._changed = False
        self._lost: DeviceError | None = None
        self._drainer: threading.Thread | None = None
        self._draining = False
        self._somebody_waits = False
        self._asked_at = 0.0
        self._meter: PortraitMeter | None = None
        self._ensure_running()

    def photo(self) -> tuple[bytes, int, int]:
        """Return the next frame as (JPEG, width, height). Raises DeviceRefused: black, frozen."""
        frame = self._next_frame(self._number, proven_live=True)
        if _is_black(frame):
            message = "the picture is black: is the lens covered, is there light?"
            raise DeviceRefused(message, reason="black")
        if self._equal_frames >= FROZEN_FRAMES:
            message = "the camera repeats one picture: unplug it and plug it in again"
            raise DeviceRefused(message, reason="frozen")
        height, width = frame.shape[:2]
        return _jpeg(frame, _PHOTO_QUALITY), width, height

    def measure(self, jpeg: bytes) -> Measured:
        """Measure a portrait; the cascades are loaded on the first one."""
        if self._meter is None:
            self._meter = PortraitMeter()
        return self._meter.measure(jpeg)

    def preview(self, after: int) -> tuple[bytes, int]:
        """Return a small JPEG of the newest frame later than number `after`, and its number."""
        frame = self._next_frame(after, proven_live=False)
        return _jpeg(_small(frame), _PREVIEW_QUALITY), self._number

    def newest(self, after: int) -> tuple[Any, int]:
        """Return the newest frame later than number `after`, and its number."""
        frame = self._next_frame(after, proven_live=False)
        return frame, self._number

    def look(self) -> str:
        """Return "ready", "black" or "frozen". Does not wake a camera that was let go.

        One that was opened just now is waited for: that it opens says nothing of its picture.
        Raises DeviceError when it gave none, or was lost.
        """
        limit_s = self._options.open_s + self._options.silence_s
        with self._news:
            self._news.wait_for(lambda: not self._draining or self._judged(), timeout=limit_s)
            if self._lost:
                raise self._lost
        if not self._draining:
            self._reach()
            return "ready"
        frame = self._frame
        if frame is not None and _is_black(frame):
            return "black"
        return "frozen" if self._equal_frames >= FROZEN_FRAMES else "ready"

    def _next_frame(self, after: int, *, proven_live: bool) -> Any:
        self._somebody_waits = True
        try:
            self._ensure_running()
            return self._awaited(after, proven_live=proven_live)
        finally:
            self._somebody_waits, self._asked_at = False, time.monotonic()

    def _awaited(self, after: int, *, proven_live: bool) -> Any:
        # a camera that was let go keeps counting: what it sent before is gone
        after = max(after, self._number_at_open)

        def is_there() -> bool:
            return self._number > after and (not proven_live or self._judged())

        with self._news:
            limit_s = self._options.open_s + self._options.silence_s
            self._news.wait_for(lambda: self._lost or is_there(), timeout=limit_s)
            if self._lost:
                raise self._lost
            if self._number <= after:
                message = "the camera sends no picture"
                raise DeviceSilent(message)
            return self._frame

    def _judged(self) -> bool:
        """Whether enough frames came to tell a live picture from a frozen one."""
        return self._changed or self._equal_frames >= FROZEN_FRAMES

    # ── the draining thread ──────────────────────────────────────────────────

    def _ensure_running(self) -> None:
        with self._news:
            if self._draining:
                return
            if self._lost and self._number == self._number_at_open:
                raise self._lost  # it opened but never gave a picture: no use in opening again
        if self._drainer is not None:
            self._drainer.join()  # the camera opens only after it was released
        camera = self._opened()
        self._equal_frames, self._changed, self._lost, self._frame = 0, False, None, None
        self._number_at_open = self._number
        self._draining, self._asked_at = True, time.monotonic()
        self._drainer = threading.Thread(target=self._drain, args=(camera,), daemon=True)
        self._drainer.start()

    def _drain(self, camera: cv2.VideoCapture) -> None:
        settled_at = None if self._is_stream() else time.monotonic() + SETTLE_S
        while self._is_wanted():
            if settled_at is not None and time.monotonic() > settled_at:
                # from now on a white shirt that comes into the picture darkens no face
                camera.set(cv2.CAP_PROP_AUTO_EXPOSURE, LOCKED)
                settled_at = None
            started = time.monotonic()
            arrived, frame = camera.read()
            if not arrived:
                self._note_loss(time.monotonic() - started)
                break
            self._note(self._turned(frame))
        camera.release()

    def _is_wanted(self) -> bool:
        with self._news:
            idle_s = time.monotonic() - self._asked_at
            self._draining = self._somebody_waits or idle_s < self._options.idle_s
            if not self._draining:
                self._news.notify_all()
            return self._draining

    def _note(self, frame: Any) -> None:
        same = self._frame is not None and _fingerprint(frame) == _fingerprint(self._frame)
        with self._news:
            self._changed = self._changed or (not same and self._frame is not None)
            self._equal_frames = self._equal_frames + 1 if same else 0
            self._frame = frame
            self._number += 1
            self._news.notify_all()

    def _note_loss(self, waited_s: float) -> None:
        with self._news:
            self._draining = False
            if waited_s >= self._options.silence_s * 0.9:
                self._lost = DeviceSilent("the camera stopped sending pictures")
            elif self._number == self._number_at_open:
                self._lost = DeviceProtocolError("no picture can be made of what the camera sends")
            else:
                self._lost = DeviceGone("the camera's stream ended")
            self._news.notify_all()

    def _turned(self, frame: Any) -> Any:
        turn = _TURNS.get(self._options.rotate)
        return frame if turn is None else cv2.rotate(frame, turn)

    # ── opening ──────────────────────────────────────────────────────────────

    def _opened(self) -> cv2.VideoCapture:
        started = time.monotonic()
        camera = self._capture()
        if camera.isOpened():
            return camera
        camera.release()
        raise self._explanation(time.monotonic() - started)

    def _capture(self) -> cv2.VideoCapture:
        options = self._options
        limits = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
            round(options.open_s * 1000),
            cv2.CAP_PROP_READ_TIMEOUT_MSEC,
            round(options.silence_s * 1000),
        ]
        if self._is_stream():
            return cv2.VideoCapture(self._source, cv2.CAP_FFMPEG, limits)
        against_flicker(self._source)
        # the compressed format first: at full size most cameras have no other
        camera = cv2.VideoCapture(self._source, cv2.CAP_V4L2)
        camera.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        camera.set(cv2.CAP_PROP_FRAME_WIDTH, options.width_px)
        camera.set(cv2.CAP_PROP_FRAME_HEIGHT, options.height_px)
        camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        camera.set(cv2.CAP_PROP_AUTO_EXPOSURE, AUTO)
        return camera

    def _explanation(self, waited_s: float) -> DeviceError:
        """Say why the camera did not open, after the fact: a probe first would take its client."""
        self._reach()
        if not self._is_stream():
            return DeviceBusy("the camera does not open: another program may be using it")
        if waited_s >= self._options.open_s * 0.9:
            return DeviceSilent("the camera accepts the connection but sends no picture")
        return DeviceProtocolError("what the camera sends is no video")

    def _reach(self) -> None:
        if not self._is_stream():
            if not Path(self._source).exists():
                message = "the camera is not plugged in"
                raise DeviceGone(message)
            return
        url = urlsplit(self._source)
        try:
            socket.create_connection((url.hostname or "", url.port or 80), _PROBE_S).close()
        except OSError as error:
            message = "the camera cannot be reached over the network"
            raise DeviceGone(message) from error

    def _is_stream(self) -> bool:
        return "://" in self._source


def _is_black(frame: Any) -> bool:
    mean, spread = cv2.meanStdDev(cv2.cvtColor(frame[::8, ::8], cv2.COLOR_BGR2GRAY))
    return bool(mean[0][0] < _DARK_MEAN and spread[0][0] < _DARK_SPREAD)


def _fingerprint(frame: Any) -> int:
    return zlib.crc32(frame[::3, ::3].tobytes())


def _small(frame: Any) -> Any:
    height, width = frame.shape[:2]
    scale = _PREVIEW_PX / max(height, width)
    if scale >= 1:
        return frame
    size = (round(width * scale), round(height * scale))
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA)


def _jpeg(frame: Any, quality: int) -> bytes:
    written, encoded = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not written:
        message = "the frame cannot be encoded"
        raise DeviceProtocolError(message)
    return encoded.tobytes()
