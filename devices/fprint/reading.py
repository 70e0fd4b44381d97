"""Capture with libfprint; runs only in a reader's child, on the system's own Python.

Debian ships libfprint's binding (gir1.2-fprint-2.0, python3-gi) for that Python alone. Nothing but
the standard library, `gi` and the pure parts of `devices` may be imported here.
"""

from __future__ import annotations

import time
from typing import Any

from devices.errors import (
    AddressError,
    DeviceBusy,
    DeviceError,
    DeviceGone,
    DeviceProtocolError,
    DeviceRefused,
)
from devices.isolation import Channel

try:
    import gi

    gi.require_version("FPrint", "2.0")
    from gi.repository import FPrint, Gio, GLib
except (ImportError, ValueError) as missing:
    text = "libfprint's binding is not installed: apt install gir1.2-fprint-2.0 python3-gi"
    raise DeviceRefused(text, reason="missing") from missing

ANY = "any"
LOOK_MS = 100
MM_PER_INCH = 25.4
USUAL_DPI = 500
"""What libfprint's readers have that do not say it: those it knows are made for 500."""
Captured = tuple[str, int, int, int, bytes]
"""Outcome (captured, no_finger, messy), width, height, dots an inch, grey pixels."""


class Reader:
    """One reader, open as long as its child lives."""

    def __init__(self, channel: Channel, where: str) -> None:
        self._channel = channel
        self._context = FPrint.Context()
        self._context.enumerate()
        self._device = _chosen(list(self._context.get_devices()), where)
        self._stop: Any = None  # the binding has no types
        self._said, self._ends_at = False, 0.0
        try:
            self._device.open_sync(None)
        except GLib.Error as error:
            raise _told(error) from error

    def identity(self) -> tuple[str, str]:
        """Return the reader's name, and libfprint's driver and device id."""
        device = self._device
        return str(device.get_name()), f"{device.get_driver()}/{device.get_device_id()}"

    def capture(self, wait_s: float) -> Captured:
        """Wait up to `wait_s` for a finger. Raises DeviceError."""
        self._stop = Gio.Cancellable()
        self._said, self._ends_at = False, time.monotonic() + wait_s
        looking = GLib.timeout_add(LOOK_MS, self._look)
        try:
            image = self._device.capture_sync(True, self._stop)
        except GLib.Error as error:
            return _outcome(error), 0, 0, 0, b""
        finally:
            GLib.source_remove(looking)
        dpi = round(image.get_ppmm() * MM_PER_INCH) or USUAL_DPI
        return "captured", image.get_width(), image.get_height(), dpi, bytes(image.get_data())

    def cancel(self) -> None:
        """Stop waiting for a finger; called from another thread, done in libfprint's own."""
        self._ends_at = 0.0

    def _look(self) -> bool:
        """Tell that the glass waits for a finger, or stop waiting; True: look again."""
        needed = self._device.get_finger_status() & FPrint.FingerStatusFlags.NEEDED
        if needed and not self._said:
            self._said = True
            self._channel.progress(0, 1)
        if time.monotonic() >= self._ends_at:
            self._stop.cancel()
        return True

    def close(self) -> None:
        """Let the reader go."""
        self._device.close_sync(None)


def _chosen(found: list[Any], where: str) -> Any:
    matching = [one for one in found if where in (ANY, one.get_driver(), _name(one))]
    if not matching:
        known = ", ".join(map(_name, found)) or "-"
        message = (
            f"libfprint tidak melihat pembaca '{where}' / libfprint sees no reader '{where}';"
            f" terlihat / it sees: {known}"
        )
        raise DeviceGone(message)
    if len(matching) > 1:
        message = (
            f"'{where}' cocok dengan beberapa pembaca, tulis salah satu"
            f" / '{where}' matches several readers: {', '.join(map(_name, matching))}"
        )
        raise AddressError(message)
    [device] = matching
    if not device.has_feature(FPrint.DeviceFeature.CAPTURE):
        message = f"{_name(device)} gives no image, it only compares inside"
        raise DeviceRefused(message, reason="no_image")
    return device


def _name(device: Any) -> str:
    return f"{device.get_driver()}/{device.get_device_id()}"


def _outcome(error: Any) -> str:
    """Return the outcome that an error of libfprint stands for. Raises DeviceError."""
    if error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED):
        return "no_finger"
    if error.domain == GLib.quark_to_string(FPrint.device_retry_quark()):
        return "messy"
    raise _told(error) from error


def _told(error: Any) -> DeviceError:
    kinds = {
        FPrint.DeviceError.REMOVED: DeviceGone,
        FPrint.DeviceError.BUSY: DeviceBusy,
        FPrint.DeviceError.ALREADY_OPEN: DeviceBusy,
    }
    of_device = error.domain == GLib.quark_to_string(FPrint.device_error_quark())
    kind = kinds.get(FPrint.DeviceError(error.code)) if of_device else None
    return (kind or DeviceProtocolError)(f"libfprint: {error.message}")
