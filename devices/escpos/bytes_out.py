"""python-escpos as the sender: it makes the bytes, our stream carries them.

Its printer objects are wrapped, never subclassed, and get a stream of ours as their device, so
that every byte has a limit in time and every port a lock.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
import tempfile
from typing import TYPE_CHECKING, Final, Protocol

from PIL import Image

from devices.capabilities import TicketImage
from devices.errors import AddressError

if TYPE_CHECKING:
    from devices.transport import Stream

DEFAULT_PROFILE: Final = "TM-T20II"
_FRAGMENT_ROWS: Final = 512
_CACHE: Final = "ESCPOS_CAPABILITIES_PICKLE_DIR"


class Escpos(Protocol):
    """The part of python-escpos's printer that is used here."""

    device: object

    def image(
        self, img_source: Image.Image, *, impl: str = ..., fragment_height: int = ...
    ) -> None:
        """Print a picture."""
        ...

    def cut(self, mode: str = ..., feed: bool = ...) -> None:
        """Feed and cut."""
        ...


class Carrier:
    """What python-escpos sees as its socket: sends through `stream` within `limit_s` a piece."""

    def __init__(self, stream: Stream, *, limit_s: float) -> None:
        self._stream = stream
        self._limit_s = limit_s

    def sendall(self, octets: bytes) -> None:
        """Send all of `octets`. Raises DeviceUnavailable."""
        self._stream.write(octets, limit_s=self._limit_s)

    def shutdown(self, _how: int) -> None:
        """Leave the stream alone: its owner closes it."""

    def close(self) -> None:
        """Leave the stream alone: its owner closes it."""


def sender(carrier: Carrier, *, profile: str) -> Escpos:
    """Return python-escpos's printer on `carrier`. Raises AddressError for an unknown profile."""
    Network, profiles = _escpos()  # noqa: N806 - a class
    known = profiles.get(profile, {}).get("media", {}).get("width", {})
    if not isinstance(known.get("pixels"), int):
        message = f"'{profile}' is no python-escpos profile with a known width, e.g. TM-T20II"
        raise AddressError(message)
    printer: Escpos = Network(profile=profile)
    printer.device = carrier
    return printer


def width_dots(profile: str) -> int:
    """Return the width of the paper in dots. Raises AddressError for an unknown profile."""
    _, profiles = _escpos()
    width = profiles.get(profile, {}).get("media", {}).get("width", {}).get("pixels")
    if not isinstance(width, int):
        message = f"'{profile}' is no python-escpos profile with a known width, e.g. TM-T20II"
        raise AddressError(message)
    return width


def has_cutter(profile: str) -> bool:
    """Return whether printers of `profile` cut the paper."""
    features = _escpos()[1].get(profile, {}).get("features", {})
    return bool(features.get("paperFullCut") or features.get("paperPartCut"))


def send_ticket(printer: Escpos, ticket: TicketImage, *, partial_cut: bool) -> None:
    """Send `ticket` as raster picture (GS v 0), feed and cut."""
    printer.image(picture_of(ticket), impl="bitImageRaster", fragment_height=_FRAGMENT_ROWS)
    printer.cut(mode="PART" if partial_cut else "FULL")


def picture_of(ticket: TicketImage) -> Image.Image:
    """Return the ticket as a picture, black on white. Raises ValueError if its size is wrong."""
    if ticket.width_dots % 8 or len(ticket.rows) * 8 != ticket.width_dots * ticket.height_dots:
        message = "a ticket's rows have width / 8 bytes each"
        raise ValueError(message)
    size = (ticket.width_dots, ticket.height_dots)
    return Image.frombytes("1", size, ticket.rows, "raw", "1;I")


def _escpos() -> tuple[type, dict[str, dict[str, dict[str, dict[str, object]]]]]:
    # importing python-escpos leaves a temporary folder behind and configures the root logger
    if "escpos.capabilities" not in sys.modules:
        _import_quietly()
    from escpos.capabilities import CAPABILITIES
    from escpos.printer import Network

    return Network, CAPABILITIES["profiles"]


def _import_quietly() -> None:
    root = logging.getLogger()
    handlers = list(root.handlers)
    with tempfile.TemporaryDirectory(prefix="loket-") as folder:
        before = os.environ.get(_CACHE)
        os.environ[_CACHE] = before or folder
        try:
            importlib.import_module("escpos.capabilities")
        finally:
            if before is None:
                del os.environ[_CACHE]
    for handler in [one for one in root.handlers if one not in handlers]:
        root.removeHandler(handler)
