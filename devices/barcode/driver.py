"""Barcode scanners and MRZ readers as BarcodeReader and MrzReader.

Address: `barcode:/dev/serial/by-id/…[?baud=9600]` or `barcode:socket://HOST:PORT` (serial, CDC,
TCP), `barcode:/dev/input/by-id/…-event-kbd` (poses as a keyboard; `grab=no` shares its keys),
`barcode:/dev/v4l/by-id/…-index0` or `barcode:http://…/cam.mjpg` (a camera that looks).
Options: `again_s` (2.0) within which the same code is the same scan, `wire` (serial, keys, camera)
where the place does not say it.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from devices.address import Address
from devices.barcode.sources import Keyboard, Lens, Line, Source
from devices.barcode.wire import Read, Repeats, Scan, Unreadable
from devices.capabilities import Health, Identity, Lamp
from devices.errors import (
    DeviceError,
    DeviceProtocolError,
    DeviceRefused,
    DeviceUnavailable,
)
from devices.limits import TABLE
from devices.naming import identity_of_name, resolve
from devices.options import options_of
from devices.trace import show_length, traced
from devices.transport import SerialStream, Stream, TcpStream, split_host_port

log = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")
_MOST_WAITING: Final = 16
_LOOK_S: Final = 0.25
_OPEN_S: Final = TABLE["barcode"].open_s
_WIRES: Final = ("serial", "keys", "camera")
_WORDS: Final = {
    Unreadable.TOO_LONG: "the code is longer than any of ours: it is foreign",
    Unreadable.NOT_TEXT: "what came is no text: check the scanner's rate (baud) and its layout",
    Unreadable.NO_END: "the code has no end: set the scanner to send CR behind each code",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the address says about the scanner."""

    where: str
    wire: str
    baud: int = 9600
    again_s: float = 2.0
    grab: bool = True


def settings_of(address: Address) -> Settings:
    """Read the options of `address`. Raises AddressError naming the option."""
    options = options_of(address)
    options.only("wire", "baud", "again_s", "grab")
    usual = _wire_of(address.where)
    return Settings(
        address.where,
        options.one_of("wire", (usual, *(one for one in _WIRES if one != usual))),
        options.whole("baud", 9600, least=300, most=4_000_000),
        options.number("again_s", 2.0),
        options.one_of("grab", ("yes", "no")) == "yes",
    )


def _wire_of(where: str) -> str:
    if where.startswith("/dev/input/"):
        return "keys"
    if where.startswith(("/dev/v4l/", "/dev/video", "http://", "https://", "rtsp://")):
        return "camera"
    return "serial"


class BarcodeScanner:
    """An opened scanner, for one thread. After DeviceUnavailable the next call opens it anew."""

    def __init__(self, address: Address) -> None:
        self._address = str(address)
        self._settings = settings_of(address)
        self._source: Source | None = None
        self._identity = Identity()
        self._repeats = Repeats(self._settings.again_s)
        self._waiting: deque[Scan] = deque(maxlen=_MOST_WAITING)
        self._on_line(lambda _source: None)

    def identity(self) -> Identity:
        """Return what the scanner's stable name says of it; scanners are not asked."""
        return self._identity

    def health(self) -> Health:
        """Look whether the scanner is plugged in; what it sends meanwhile is kept."""
        self._look(0)
        return Health(Lamp.READY)

    def read_code(self, *, wait_s: float) -> str | None:
        """Wait for one code; return its text, None if nothing came. Raises DeviceRefused."""
        found = self._first(lambda scan: not scan.mrz, wait_s, lambda: False)
        return found.text if found else None

    def read_mrz(self, *, wait_s: float) -> tuple[str, ...] | None:
        """Wait for one machine readable zone; return its rows, None if nothing came."""
        found = self._first(lambda scan: bool(scan.mrz), wait_s, lambda: False)
        return found.mrz if found else None

    def read_scan(
        self, *, wait_s: float, cancelled: Callable[[], bool] = lambda: False
    ) -> Scan | None:
        """Wait for whatever is read next, None if nothing came. Raises DeviceRefused.

        DeviceRefused has the reason too_long or no_end: the person tries another paper, the
        technician looks at the scanner's settings. DeviceProtocolError: it sends no text.
        """
        return self._first(lambda _scan: True, wait_s, cancelled)

    def close(self) -> None:
        """Release the scanner and forget what it read; safe to call twice."""
        self._waiting.clear()
        if self._source is not None:
            self._source.close()
            self._source = None

    # ── the line ──

    def _on_line(self, act: Callable[[Source], _Answer]) -> _Answer:
        try:
            return act(self._source or self._open())
        except DeviceError as error:
            error.address = self._address
            if isinstance(error, DeviceUnavailable) or self._source is None:
                self.close()
            raise

    def _open(self) -> Source:
        settings = self._settings
        place = resolve(settings.where)
        self._identity = identity_of_name(place) if place.startswith("/") else Identity(place)
        self._source = source = _opened(settings, place, self._address)
        return source

    # ── scans ──

    def _first(
        self, wanted: Callable[[Scan], bool], wait_s: float, cancelled: Callable[[], bool]
    ) -> Scan | None:
        end = time.monotonic() + wait_s
        while True:
            if (found := next(filter(wanted, self._waiting), None)) is not None:
                self._waiting.remove(found)
                return found
            left_s = end - time.monotonic()
            if left_s <= 0 or cancelled():
                return None
            self._look(min(left_s, _LOOK_S))

    def _look(self, limit_s: float) -> None:
        self._on_line(lambda source: self._keep(source.scans(limit_s=limit_s)))

    def _keep(self, reads: list[Read]) -> None:
        unreadable = None
        for read in reads:
            if isinstance(read, Unreadable):
                unreadable = read
            elif self._repeats.is_new(read, at=time.monotonic()):
                self._waiting.append(read)
        if unreadable is Unreadable.NOT_TEXT:
            raise DeviceProtocolError(_WORDS[unreadable])
        if unreadable is not None:
            raise DeviceRefused(_WORDS[unreadable], reason=unreadable.value)


def _opened(settings: Settings, place: str, address: str) -> Source:
    if settings.wire == "camera":
        return Lens(place, address)
    stream = _stream(settings, place)
    return Line(traced(stream, place, sent=show_length, received=show_length))


def _stream(settings: Settings, place: str) -> Stream:
    if settings.wire == "keys":
        return Keyboard(place, grab=settings.grab)
    if place.startswith("socket://"):
        host, port = split_host_port(place.removeprefix("socket://"), default_port=9100)
        return TcpStream(host, port, limit_s=_OPEN_S)
    return SerialStream(place, baud=settings.baud)


def connect(address: Address) -> BarcodeScanner:
    """Open the scanner at `address`. Raises DeviceError."""
    scanner = BarcodeScanner(address)
    log.info("%s is open: %s", address.where, scanner.identity().model)
    return scanner
