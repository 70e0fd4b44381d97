"""What a thermal printer puts on paper, as strips of dots: text cells, rasters, QR codes."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageFont

CELL_W: Final = 12
CELL_H: Final = 24
_LINE_GAP: Final = 6
WHITE: Final = 1
BLACK: Final = 0


@dataclass(frozen=True, slots=True)
class Style:
    """How characters are printed; `align` is 0 left, 1 middle, 2 right."""

    wide: int = 1
    high: int = 1
    bold: bool = False
    underlined: bool = False
    reversed: bool = False
    align: int = 0


def blank(width: int, rows: int) -> Image.Image:
    """Return empty paper."""
    return Image.new("1", (width, max(rows, 0)), WHITE)


def raster(width: int, row_bytes: int, octets: bytes, *, align: int = 0) -> Image.Image:
    """Draw whole rows of a bit image, 1 = black, cut off at the edge of the paper."""
    rows = len(octets) // row_bytes
    drawn = Image.frombytes("1", (row_bytes * 8, rows), octets[: rows * row_bytes], "raw", "1;I")
    return _placed(drawn, width, align)


def text_line(characters: Iterable[tuple[str, Style]], width: int, align: int) -> Image.Image:
    """Draw one line; what does not fit the paper is lost, as the driver has to break lines."""
    cells = [_cell(character, style) for character, style in characters]
    height = max((cell.height for cell in cells), default=CELL_H) + _LINE_GAP
    line = blank(max(sum(cell.width for cell in cells), 1), height)
    left = 0
    for cell in cells:
        line.paste(cell, (left, height - _LINE_GAP - cell.height))
        left += cell.width
    return _placed(line, width, align)


def qr(text: bytes, *, module_dots: int, level: str, width: int, align: int) -> Image.Image:
    """Draw a QR code as the printer itself makes it."""
    import segno

    code = segno.make_qr(text, error=level, boost_error=False)
    out = io.BytesIO()
    code.save(out, kind="png", scale=module_dots, border=0)
    return _placed(Image.open(out).convert("1"), width, align)


def joined(strips: list[Image.Image], width: int) -> Image.Image:
    """Return all strips under each other."""
    paper = blank(width, sum(strip.height for strip in strips))
    top = 0
    for strip in strips:
        paper.paste(strip, (0, top))
        top += strip.height
    return paper


def _placed(drawn: Image.Image, width: int, align: int) -> Image.Image:
    strip = blank(width, drawn.height)
    room = max(width - drawn.width, 0)
    strip.paste(drawn, ((0, room // 2, room)[align], 0))
    return strip


def _cell(character: str, style: Style) -> Image.Image:
    small = Image.new("1", (CELL_W // 2, CELL_H // 2), WHITE)
    pen = ImageDraw.Draw(small)
    if character.isprintable() and ord(character) < 256:
        pen.text((0, 0), character, font=ImageFont.load_default_imagefont(), fill=BLACK)
    else:
        pen.rectangle((1, 1, CELL_W // 2 - 2, CELL_H // 2 - 2), outline=BLACK)
    if style.bold:
        shifted = small.copy()
        shifted.paste(small, (1, 0))
        small = Image.frombytes("1", small.size, _and(small.tobytes(), shifted.tobytes()))
    cell = small.resize((CELL_W * style.wide, CELL_H * style.high), Image.Resampling.NEAREST)
    if style.underlined:
        ImageDraw.Draw(cell).line((0, cell.height - 2, cell.width, cell.height - 2), BLACK, 2)
    return cell.point(lambda dot: 0 if dot else 255) if style.reversed else cell


def _and(first: bytes, second: bytes) -> bytes:
    return bytes(one & other for one, other in zip(first, second, strict=True))
