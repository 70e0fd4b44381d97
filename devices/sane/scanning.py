"""Scan with the SANE library; runs only in the child process of a scanner (see `isolation`).

The library is initialised anew for every operation: a scanner that was unplugged is found again,
its configuration is read again, and between two scans nobody is kept from using it.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import _sane  # type: ignore[import-not-found]  # the error type has no other name
import sane
from PIL import Image

from devices.capabilities import ScannedPage
from devices.errors import (
    CoverOpen,
    DeviceBusy,
    DeviceError,
    DeviceGone,
    DeviceProtocolError,
    DeviceRefused,
    Jammed,
    OutOfPaper,
)
from devices.isolation import Channel

A4_MM = (210.0, 297.0)
_TOLERATED_MM = 3.0  # flatbeds of "A4" end up to 3 mm early
_JPEG_QUALITY = 90

# The binding passes only the texts of sane_strstatus() (SANE Standard 1.06, 4.2.7).
_STATUS: Mapping[str, Callable[[str], DeviceError]] = {
    "Document feeder jammed": Jammed,
    "Document feeder out of documents": OutOfPaper,
    "Scanner cover is open": CoverOpen,
    "Error during device I/O": DeviceGone,
    "Device busy": DeviceBusy,
    "Access to resource has been denied": lambda text: DeviceRefused(text, reason="access"),
    "Operation not supported": lambda text: DeviceRefused(text, reason="unsupported"),
}
_NO_DOCUMENTS = "Document feeder out of documents"


class Scanner:
    """One scanner by its SANE name; `settings` are backend options set last."""

    def __init__(self, channel: Channel, name: str, settings: Mapping[str, str]) -> None:
        self._channel = channel
        self._name = name
        self._settings = settings
        self._device: Any = None  # python-sane has no types
        self._life = threading.Lock()

    def identity(self) -> tuple[str, str]:
        """Return (vendor, model) as SANE lists them, empty if the scanner is not listed."""
        sane.init()
        try:
            listed = sane.get_devices(localOnly=True)
        finally:
            sane.exit()
        return next(
            ((vendor, model) for name, vendor, model, _ in listed if name == self._name), ("", "")
        )

    def probe(self) -> None:
        """Open and close the scanner. Raises DeviceGone, DeviceBusy."""
        with self._opened():
            pass

    def scan(self, dpi: int, colour: bool, feeder: bool, max_pages: int) -> list[ScannedPage]:
        """Scan up to `max_pages`; after a cancel return the pages that were complete."""
        with self._opened() as device:
            dpi = _prepare(device, dpi, colour=colour, feeder=feeder)
            self._set_options(device)
            pages: list[ScannedPage] = []
            while (
                len(pages) < (max_pages if feeder else 1) and not self._channel.cancelled.is_set()
            ):
                page = self._page(device, len(pages), max_pages if feeder else 1)
                if page is None:
                    break
                pages.append(_encoded(page, dpi))
            return pages

    def cancel(self) -> None:
        """Stop the scan that is running; called from another thread."""
        with self._life:
            if self._device is not None:
                self._device.cancel()

    def close(self) -> None:
        """Let go of the scanner, also after an error.

        sane_cancel comes first: it lets the feeder's last sheet go and stops the backend's own
        thread, which would run on in a library that sane_exit unloads. Backends were seen to hang
        in it after an error; then the parent ends this process.
        """
        with self._life:
            if self._device is not None:
                self._device.cancel()
                self._device.close()
                self._device = None
        sane.exit()

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        """Open the scanner for one operation. After an error it stays open until `close`."""
        sane.init()
        device = _answered(lambda: sane.open(self._name), unknown=DeviceGone)
        with self._life:
            self._device = device
        yield device
        self.close()

    def _page(self, device: Any, done: int, expected: int) -> Image.Image | None:
        """Return the next page, None when there is none or the scan was cancelled."""

        def rows(row: int, of: int) -> None:
            height = max(of, row)
            self._channel.progress(done * height + row, expected * height)

        try:
            device.start()
            picture: Image.Image = device.snap(True, rows)
        except (_sane.error, RuntimeError) as error:
            end_of_feeder = done > 0 and str(error) == _NO_DOCUMENTS
            if end_of_feeder or self._channel.cancelled.is_set():
                return None
            raise _as_device_error(error) from error
        return None if self._channel.cancelled.is_set() else picture

    def _set_options(self, device: Any) -> None:
        for name, value in self._settings.items():
            _set(device, name.replace("-", "_"), value)


def _prepare(device: Any, dpi: int, *, colour: bool, feeder: bool) -> int:
    """Set source, mode, resolution and the A4 area; return the resolution it really uses."""
    _choose(
        device, "source", ("automatic document feeder", "adf", "feeder") if feeder else ("flatbed",)
    )
    _choose(device, "mode", ("color", "colour") if colour else ("gray", "grey"))
    if "depth" in device.opt:
        _set(device, "depth", "8")
    if "resolution" in device.opt:
        _set(device, "resolution", str(_nearest(dpi, device["resolution"].constraint)))
        dpi = round(device.resolution)
    for option, zero in (("tl_x", "0"), ("tl_y", "0")):
        _set(device, option, zero)
    for option, length_mm in zip(("br_x", "br_y"), A4_MM, strict=True):
        _set(device, option, str(_within(device, option, length_mm, dpi)))
    return dpi


def _choose(device: Any, option: str, wanted: tuple[str, ...]) -> None:
    """Choose the first value that names what is wanted; backends word their lists freely."""
    if option not in device.opt:
        if wanted == ("flatbed",) or option == "mode":
            return
        message = "this scanner has no document feeder"
        raise DeviceRefused(message, reason="no_feeder")
    values = [str(value) for value in device[option].constraint or ()]
    found = next(
        (v for word in wanted for v in values if word in v.lower() and "duplex" not in v.lower()),
        None,
    )
    if found is None:
        message = f"this scanner offers no {option} '{wanted[0]}', only {', '.join(values)}"
        raise DeviceRefused(message, reason=f"no_{option}")
    _set(device, option, found)


def _nearest(dpi: int, constraint: object) -> float:
    """Return the resolution nearest to `dpi` in a list of values or a (min, max, step) range."""
    if isinstance(constraint, tuple) and len(constraint) == 3:
        return min(max(float(dpi), float(constraint[0])), float(constraint[1]))
    if isinstance(constraint, list) and constraint:
        return min((float(value) for value in constraint), key=lambda value: abs(value - dpi))
    return float(dpi)


def _within(device: Any, option: str, length_mm: float, dpi: int) -> float:
    """Return the far edge in the option's own unit. Raises DeviceRefused if A4 does not fit."""
    per_mm = dpi / 25.4 if device[option].unit == _sane.UNIT_PIXEL else 1.0
    limit = device[option].constraint
    if not isinstance(limit, tuple):
        return length_mm * per_mm
    if limit[1] < (length_mm - _TOLERATED_MM) * per_mm:
        message = (
            f"the scanner's area ends at {limit[1] / per_mm:.0f} mm, A4 needs {length_mm:.0f} mm"
        )
        raise DeviceRefused(message, reason="area")
    return float(min(length_mm * per_mm, limit[1]))


def _set(device: Any, option: str, value: str) -> None:
    known = device.opt.get(option)
    if known is None:
        message = f"this scanner has no option '{option}'"
        raise DeviceRefused(message, reason="option")
    try:
        setattr(device, option, _typed(known.type, value))
    except (AttributeError, TypeError, ValueError, _sane.error) as error:
        message = f"option '{option}' cannot be set to '{value}'"
        raise DeviceRefused(message, reason="option") from error


def _typed(kind: int, value: str) -> bool | int | float | str:
    if kind == _sane.TYPE_BOOL:
        return value.lower() in ("1", "true", "yes", "on")
    if kind == _sane.TYPE_INT:
        return round(float(value))
    return float(value) if kind == _sane.TYPE_FIXED else value


def _answered(
    call: Callable[[], Any], unknown: Callable[[str], DeviceError] = DeviceProtocolError
) -> Any:
    try:
        return call()
    except (_sane.error, RuntimeError) as error:
        raise _as_device_error(error, unknown) from error


def _as_device_error(
    error: Exception, unknown: Callable[[str], DeviceError] = DeviceProtocolError
) -> DeviceError:
    return _STATUS.get(str(error), unknown)(str(error))


def _encoded(picture: Image.Image, dpi: int) -> ScannedPage:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_JPEG_QUALITY, dpi=(dpi, dpi))
    return ScannedPage(out.getvalue(), picture.width, picture.height, dpi)
