"""What an address says about a receipt printer, and the connection that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from devices.address import Address
from devices.errors import AddressError
from devices.escpos import bytes_out
from devices.escpos.usb import UsbStream
from devices.naming import resolve
from devices.options import options_of
from devices.trace import show_masked, traced
from devices.transport import SerialStream, Stream, TcpStream, split_host_port

_LARGEST_PIECE: Final = 64 * 1024
_EPSON: Final = "TM-"


@dataclass(frozen=True, slots=True)
class Settings:
    """The options; `in_order` says whether the printer knows GS ( H, GS ( L and DLE DC4 8."""

    address: str
    where: str
    baud: int = 115200
    flow_by_rts: bool = False
    profile: str = bytes_out.DEFAULT_PROFILE
    partial_cut: bool = False
    answers: bool = True
    in_order: bool = True
    font: str = ""
    presenter: bool = False

    @property
    def piece_s(self) -> float:
        """Seconds that the largest piece of a ticket may take on the wire."""
        if not self.where.startswith("/"):
            return 10.0
        return 5.0 + _LARGEST_PIECE * 10 / self.baud


def settings_of(address: Address) -> Settings:
    """Read the options of `address`. Raises AddressError naming the option."""
    options = options_of(address)
    options.only("baud", "flow", "profile", "cut", "answers", "process_id", "font", "presenter")
    profile = address.options.get("profile", bytes_out.DEFAULT_PROFILE)
    for_epson = ("yes", "no") if profile.startswith(_EPSON) else ("no", "yes")
    return Settings(
        str(address),
        address.where,
        options.whole("baud", 115200, least=300, most=4_000_000),
        options.one_of("flow", ("none", "rts")) == "rts",
        profile,
        options.one_of("cut", ("full", "partial")) == "partial",
        options.one_of("answers", ("yes", "no")) == "yes",
        options.one_of("process_id", for_epson) == "yes",
        _font(address),
        options.one_of("presenter", ("no", "yes")) == "yes",
    )


def _font(address: Address) -> str:
    path = address.options.get("font", "")
    if path and not Path(path).is_file():
        message = f"font={path}: berkas tidak ada / font={path}: there is no such file"
        raise AddressError(message, address=str(address))
    return path


def connected(settings: Settings, *, limit_s: float) -> Stream:
    """Open the connection. Raises AddressError, DeviceUnavailable."""
    stream = _connected(settings, limit_s)
    return traced(stream, settings.where, sent=show_masked, received=show_masked)


def _connected(settings: Settings, limit_s: float) -> Stream:
    where = resolve(settings.where)
    if where.startswith("socket://"):
        host, port = split_host_port(where.removeprefix("socket://"), default_port=9100)
        return TcpStream(host, port, limit_s=limit_s)
    if where.startswith("usb://"):
        return UsbStream(where)
    if where.startswith("/"):
        return SerialStream(where, baud=settings.baud, rts_cts=settings.flow_by_rts)
    message = (
        f"'{settings.where}': tulis socket://HOST:PORT, usb://VID:PID/SERI, atau /dev/…"
        f" / '{settings.where}': write socket://HOST:PORT, usb://VID:PID/SERIAL or /dev/…"
    )
    raise AddressError(message, address=settings.address)
