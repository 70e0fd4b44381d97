"""Where scans come from: a byte stream, a keyboard that is grabbed, a camera that looks."""

from __future__ import annotations

import errno
import fcntl
import os
import select
import time
from typing import Final, Protocol, cast

from devices.barcode.keys import EVENT, EVIOCGRAB, KeyDecoder
from devices.barcode.wire import Gatherer, Read, Scan
from devices.camera.capture_options import CaptureOptions
from devices.errors import DeviceBusy, DeviceGone, DeviceProtocolError, DeviceSilent
from devices.isolation import IsolatedDevice
from devices.transport import Stream

_LOOKER: Final = "devices.barcode.looking:Looker"
_MARGIN_S: Final = 3.0
_EVENTS: Final = 64


class Source(Protocol):
    """An open scanner."""

    def scans(self, *, limit_s: float) -> list[Read]:
        """Return what was read within `limit_s`, empty if nothing. Raises DeviceError."""
        ...

    def close(self) -> None:
        """Release it; safe to call twice."""
        ...


class Line:
    """A scanner whose bytes come over a stream: serial, CDC, TCP, or a keyboard's keys."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._gatherer = Gatherer()

    def scans(self, *, limit_s: float) -> list[Read]:
        """Return what came within `limit_s`; a zone whose rows are on their way is waited for."""
        end = time.monotonic() + limit_s
        while True:
            left_s = max(end - time.monotonic(), 0.0)
            pause_s = min(left_s, 0.1) if self._gatherer.unfinished else left_s
            try:
                octets = self._stream.read(limit_s=pause_s)
            except DeviceSilent:
                octets = b""
            now = time.monotonic()
            found = self._gatherer.feed(octets, at=now) if octets else self._gatherer.settle(at=now)
            if found or now >= end:
                return found

    def close(self) -> None:
        """Release the stream."""
        self._stream.close()


class Keyboard:
    """A scanner that poses as a keyboard, as a stream of what it types.

    Grabbed: nobody else on the machine sees its keys while it is open.
    """

    def __init__(self, path: str, *, grab: bool = True) -> None:
        self._path = path
        self._keys = KeyDecoder()
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise _trouble(path, error) from error
        try:
            if grab:
                fcntl.ioctl(self._descriptor, EVIOCGRAB, 1)
        except OSError as error:
            self.close()
            raise _trouble(path, error) from error

    def write(self, octets: bytes, *, limit_s: float) -> None:
        """Nothing is ever said to a keyboard."""

    def read(self, *, limit_s: float) -> bytes:
        """Return what was typed within `limit_s`. Raises DeviceSilent, DeviceGone."""
        end = time.monotonic() + limit_s
        while True:
            if typed := self._keys.feed(self._events(max(end - time.monotonic(), 0.0))):
                return typed
            if time.monotonic() >= end:
                message = f"{self._path}: no key within {limit_s:g} s"
                raise DeviceSilent(message, address=self._path)

    def close(self) -> None:
        """Let the keyboard go: its keys are everybody's again."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _events(self, limit_s: float) -> bytes:
        poll = select.poll()
        try:
            poll.register(self._descriptor, select.POLLIN)
            if not poll.poll(limit_s * 1000):
                return b""
            octets = os.read(self._descriptor, EVENT.size * _EVENTS)
        except BlockingIOError:
            return b""
        except (OSError, ValueError) as error:
            message = f"{self._path} was unplugged"
            raise DeviceGone(message, address=self._path) from error
        if not octets:
            message = f"{self._path} was unplugged"
            raise DeviceGone(message, address=self._path)
        return octets


def _trouble(path: str, error: OSError) -> DeviceGone | DeviceBusy | DeviceProtocolError:
    if error.errno == errno.EBUSY:
        return DeviceBusy(f"{path} is grabbed by another program", address=path)
    if error.errno in (errno.EACCES, errno.EPERM):
        return DeviceBusy(f"{path} is not ours to open: join the group input", address=path)
    if error.errno in (errno.ENOTTY, errno.EINVAL):
        return DeviceProtocolError(f"{path} is no input device", address=path)
    return DeviceGone(f"{path} is not there", address=path)


class Lens:
    """A camera that looks for codes, in a child process of its own."""

    def __init__(self, where: str, address: str) -> None:
        options = CaptureOptions()
        self._limit_s = options.open_s + options.silence_s + _MARGIN_S
        self._child = IsolatedDevice(
            _LOOKER, where, options, address=address, open_limit_s=self._limit_s
        )
        try:
            self._child.open()
        except BaseException:
            self._child.end()
            raise

    def scans(self, *, limit_s: float) -> list[Read]:
        """Look for codes for `limit_s`, at least at one picture."""
        limit = limit_s + self._limit_s
        found = cast("list[tuple[str, str]]", self._child.call("look", limit_s, limit_s=limit))
        return [Scan(text, symbology) for text, symbology in found]

    def close(self) -> None:
        """End the child process."""
        self._child.end()
