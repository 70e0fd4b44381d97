"""Camera over OpenCV: V4L2 and MJPEG over HTTP.

Addresses: `camera:/dev/v4l/by-id/usb-…-index0[?width=1920&height=1080&rotate=90]`,
`camera:http://HOST:PORT/cam.mjpg`. `rotate` turns the picture clockwise by 90, 180 or 270 degrees
for a camera that is mounted upright.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from devices.address import Address, shown_address
from devices.camera.capture_options import CaptureOptions
from devices.camera.quality import Measured, Portrait, Rules, faults
from devices.capabilities import Health, Identity, Lamp, Photo
from devices.errors import AddressError, DeviceProtocolError, DeviceUnavailable
from devices.isolation import IsolatedDevice
from devices.options import options_of

PREVIEW_FPS = 15.0

_TARGET = "devices.camera.capture:Capture"
_QUIET = {"OPENCV_LOG_LEVEL": "OFF", "OPENCV_FFMPEG_LOGLEVEL": "-8"}
_PLACE = re.compile(r"/|[a-z]+://[^/?#]")
_MARGIN_S = 10.0  # the child tells of a silent camera itself; this is for a child that hangs
_HEALTH: Mapping[str, Health] = {
    "ready": Health(Lamp.READY),
    "black": Health(Lamp.WARNING, "picture_black", "the lens is covered or there is no light"),
    "frozen": Health(Lamp.WARNING, "picture_frozen", "the camera repeats one picture"),
}


def connect(address: Address, *, options: CaptureOptions | None = None) -> OpenCvCamera:
    """Open the camera at `address`. Raises AddressError, DeviceGone, DeviceBusy, DeviceSilent."""
    camera = OpenCvCamera(address, options or _options(address))
    try:
        camera.open()
    except BaseException:
        camera.close()
        raise
    return camera


class OpenCvCamera:
    """A camera driven in a child process; after a loss the next call opens it again."""

    def __init__(self, address: Address, options: CaptureOptions) -> None:
        self._limit_s = options.open_s + options.silence_s + _MARGIN_S
        self._identity = _identity(address.where)
        self._closed = threading.Event()
        self._child = IsolatedDevice(
            _TARGET,
            address.where,
            options,
            address=str(address),
            open_limit_s=self._limit_s,
            environment=_QUIET,
        )

    def open(self) -> None:
        """Open the camera in its child process. Raises DeviceError."""
        self._child.open()

    def identity(self) -> Identity:
        """Return name and serial from the stable device name, or the host of a network camera."""
        return self._identity

    def health(self) -> Health:
        """Return whether the last picture was black or frozen; does not wake an idle camera.

        Raises DeviceError when a camera that was just opened gives no picture.
        """
        return _HEALTH[cast("str", self._ask("look"))]

    def photo(self) -> Photo:
        """Take the newest frame at full size. Raises DeviceRefused (reason black or frozen)."""
        jpeg, width_px, height_px = cast("tuple[bytes, int, int]", self._ask("photo"))
        return Photo(jpeg, width_px, height_px)

    def portrait(self, rules: Rules | None = None) -> Portrait:
        """Take a photo and measure it; its faults are advice to take it again.

        Raises DeviceRefused (reason black or frozen) as `photo` does.
        """
        photo = self.photo()
        measured = cast("Measured", self._ask("measure", photo.jpeg))
        return Portrait(photo, measured, faults(measured, rules or Rules()))

    def preview(self) -> Iterator[bytes]:
        """Yield JPEG frames, longest edge 640 px, at most 15 a second, newest only, until closed.

        Raises DeviceError when the camera is lost.
        """
        after, due = 0, 0.0
        while not self._closed.wait(max(0.0, due - time.monotonic())):
            # from frame to frame, or the time that one takes would be lost every time
            due = max(due + 1 / PREVIEW_FPS, time.monotonic())
            jpeg, after = cast("tuple[bytes, int]", self._ask("preview", after))
            yield jpeg

    def close(self) -> None:
        """End the previews and the child process; safe to call twice."""
        self._closed.set()
        self._child.end()

    def _ask(self, method: str, *arguments: object) -> object:
        try:
            return self._child.call(method, *arguments, limit_s=self._limit_s)
        except (DeviceUnavailable, DeviceProtocolError):
            self._child.end()
            raise


def _identity(where: str) -> Identity:
    if "://" in where:
        host = urlsplit(where)  # without the user and password that may stand before it
        return Identity(model=f"MJPEG {host.hostname}:{host.port or 80}")
    name = re.sub(r"-video-index\d+$", "", Path(where).name.removeprefix("usb-"))
    maker, _, serial = name.rpartition("_")
    return Identity(model=maker or name, serial=serial if maker else "")


def _options(address: Address) -> CaptureOptions:
    if not _PLACE.match(address.where):
        shown = shown_address(address.where)
        message = (
            f"'{shown}' bukan kamera: tulis /dev/v4l/by-id/… atau http://HOST/…"
            f" / '{shown}' is no camera: write /dev/v4l/by-id/… or http://HOST/…"
        )
        raise AddressError(message, address=str(address))
    options = options_of(address)
    options.only("width", "height", "rotate")
    return CaptureOptions(
        width_px=options.whole("width", 1920, least=160, most=16_384),
        height_px=options.whole("height", 1080, least=120, most=16_384),
        rotate=options.one_of("rotate", ("", "90", "180", "270")),
    )
