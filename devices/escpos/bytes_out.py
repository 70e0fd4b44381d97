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
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

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
    magic: object

    def image(
        self, img_source: Image.Image, *, impl: str = ..., fragment_height: int = ...
    ) -> None:
        """Print a picture."""
        ...

    def cut(self, mode: str = ..., feed: bool = ...) -> None:
        """Feed and cut."""
        ...

    def hw(self, hw: str) -> None:
        """Reset the printer's settings: "INIT"."""
        ...

    def set(
        self,
        align: str | None = ...,
        *,
        bold: bool | None = ...,
        custom_size: bool | None = ...,
        width: int | None = ...,
        height: int | None = ...,
    ) -> None:
        """Say how the next text looks."""
        ...

    def text(self, txt: str) -> None:
        """Print text in the printer's letters."""
        ...

    def qr(self, content: str, *, ec: int, size: int, native: bool) -> None:
        """Print a QR code."""
        ...


class Letters:
    """Which letters some code pages have."""

    def __init__(self, pages: Mapping[str, int]) -> None:
        from escpos.magicencode import Encoder

        self._pages = pages
        self._encoder = Encoder(dict(pages))

    def is_latin(self, sign: str) -> bool:
        """Return whether one of the pages has it."""
        return any(self._encoder.can_encode(page, sign) for page in self._pages)


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
    _width_of(profiles, profile)
    printer: Escpos = Network(profile=profile)
    printer.device = carrier
    return printer


def width_dots(profile: str) -> int:
    """Return the width of the paper in dots. Raises AddressError for an unknown profile."""
    _, profiles = _escpos()
    return _width_of(profiles, profile)


def _width_of(profiles: Mapping[str, Any], profile: str) -> int:
    width = profiles.get(profile, {}).get("media", {}).get("width", {}).get("pixels")
    if not isinstance(width, int):
        message = (
            f"'{profile}' bukan profil python-escpos yang lebarnya diketahui, mis. TM-T20II"
            f" / '{profile}' is no python-escpos profile with a known width, e.g. TM-T20II"
        )
        raise AddressError(message)
    return width


def features(profile: str) -> Mapping[str, object]:
    """Return what printers of `profile` can, by python-escpos's names."""
    return _escpos()[1].get(profile, {}).get("features", {})


def has_cutter(profile: str) -> bool:
    """Return whether printers of `profile` cut the paper."""
    known = features(profile)
    return bool(known.get("paperFullCut") or known.get("paperPartCut"))


def code_pages(profile: str) -> Mapping[str, int]:
    """Return the code pages of `profile` and their numbers for ESC t."""
    pages = _escpos()[1].get(profile, {}).get("codePages", {})
    return {str(name): int(number) for number, name in pages.items()}


def encoder(pages: Mapping[str, int]) -> Letters:
    """Return which letters `pages` have."""
    _escpos()
    return Letters(pages)


def keep_to(printer: Escpos, pages: Mapping[str, int]) -> None:
    """Have `printer` choose among `pages` only, from a reset printer on."""
    from escpos.magicencode import Encoder, MagicEncode

    printer.magic = MagicEncode(printer, encoder=Encoder(dict(pages)))


def centred(drawn: Image.Image, width: int) -> Image.Image:
    """Return a picture in the middle of the paper's width."""
    paper = Image.new("1", (width, drawn.height), 1)
    paper.paste(drawn, (max(width - drawn.width, 0) // 2, 0))
    return paper


def send_ticket(printer: Escpos, ticket: TicketImage, *, partial_cut: bool) -> None:
    """Send `ticket` as raster picture (GS v 0), feed and cut."""
    printer.image(picture_of(ticket), impl="bitImageRaster", fragment_height=_FRAGMENT_ROWS)
    cut(printer, partial=partial_cut)


def cut(printer: Escpos, *, partial: bool) -> None:
    """Feed to the cutter and cut."""
    printer.cut(mode="PART" if partial else "FULL")


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
