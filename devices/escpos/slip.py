"""A slip of paragraphs and codes as python-escpos's commands: the printer's own letters and QR.

Latin letters go out in the code pages of the profile (ESC t, chosen by python-escpos letter by
letter); a paragraph with any other letter is drawn as a picture. A QR code is the printer's own
(GS ( k) where the profile has it: 44 bytes instead of 4.6 kB, which counts on a slow serial line.
"""

from __future__ import annotations

import io
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import segno
from PIL import Image

from devices.capabilities import SlipCode, SlipPart
from devices.escpos import bytes_out
from devices.escpos.bytes_out import Escpos
from devices.escpos.lettering import Lettering

CELL_DOTS: Final = 12
"""Width of a letter of font A (ESC M 0) at its normal size."""
LARGEST: Final = 8
LATIN: Final = frozenset(
    {
        *("CP437", "CP775", "CP850", "CP852", "CP857", "CP858", "CP860", "CP861", "CP863"),
        *("CP865", "CP1250", "CP1252", "CP1254", "CP1257", "ISO_8859-2", "ISO_8859-15"),
    }
)
"""Code pages whose letters are Latin; what else they hold is not relied upon."""
_LEVEL_M: Final = 1
_QUIET_MODULES: Final = 4


@dataclass(frozen=True, slots=True)
class Way:
    """What a profile allows: the paper's dots, its Latin code pages, and the QR command."""

    width_dots: int
    pages: Mapping[str, int]
    native_qr: bool

    @classmethod
    def of(cls, profile: str) -> Way:
        """Read the profile. Raises AddressError for an unknown one."""
        features = bytes_out.features(profile)
        pages = {name: n for name, n in bytes_out.code_pages(profile).items() if name in LATIN}
        own_qr = bool(features.get("qrCode")) and not features.get("starCommands")
        return cls(bytes_out.width_dots(profile), pages, own_qr)


Piece = str | Image.Image | SlipCode


@dataclass(frozen=True, slots=True)
class Laid:
    """One line of the slip, ready to be sent."""

    piece: Piece
    size: int = 1
    bold: bool = False
    centred: bool = False


def lay_out(slip: Sequence[SlipPart], way: Way, lettering: Lettering) -> list[Laid]:
    """Return the lines of `slip`. Raises ValueError for what does not fit, NoFont."""
    encoder = bytes_out.encoder(way.pages)
    laid: list[Laid] = []
    for part in slip:
        if isinstance(part, SlipCode):
            laid.append(_code(part, way))
            continue
        if not 1 <= part.size <= LARGEST:
            message = f"letters are 1 to {LARGEST} times as large, not {part.size}"
            raise ValueError(message)
        text = _plain(part.text)
        if all(sign == "\n" or encoder.is_latin(sign) for sign in text):
            lines: Sequence[Piece] = _wrapped(text, way.width_dots // (CELL_DOTS * part.size))
        else:
            lines = lettering.draw(text, way.width_dots, size=part.size, centred=part.centred)
        laid += [Laid(line, part.size, part.bold, part.centred) for line in lines]
    return laid


def send(printer: Escpos, laid: Sequence[Laid], way: Way) -> None:
    """Send the lines; the cut is the caller's."""
    printer.hw("INIT")
    bytes_out.keep_to(printer, way.pages)
    for line in laid:
        if isinstance(line.piece, Image.Image):
            printer.set(align="left")
            printer.image(line.piece, impl="bitImageRaster")
        elif isinstance(line.piece, SlipCode):
            printer.set(align="center")
            printer.qr(line.piece.text, ec=_LEVEL_M, size=line.piece.module_dots, native=True)
        else:
            printer.set(
                align="center" if line.centred else "left",
                bold=line.bold,
                custom_size=True,
                width=line.size,
                height=line.size,
            )
            printer.text(line.piece + "\n")


def _plain(text: str) -> str:
    """Return composed letters; a control sign would be a command to the printer."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in composed)


def _wrapped(text: str, columns: int) -> list[str]:
    lines = [textwrap.wrap(line, columns) or [""] for line in text.split("\n")]
    return [line for group in lines for line in group]


def _code(part: SlipCode, way: Way) -> Laid:
    code = segno.make_qr(part.text, error="m", boost_error=False)
    modules = int(code.symbol_size(border=_QUIET_MODULES)[0])
    dots = min(part.module_dots, way.width_dots // modules, 16)
    if dots < 1:
        message = "the code has more modules than the paper has dots"
        raise ValueError(message)
    if way.native_qr:
        return Laid(SlipCode(part.text, dots))
    out = io.BytesIO()
    code.save(out, kind="png", scale=dots, border=_QUIET_MODULES)
    drawn = Image.open(out).convert("1")
    return Laid(bytes_out.centred(drawn, way.width_dots))
