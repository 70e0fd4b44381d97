"""What a thermal printer puts on paper, as strips of dots: text cells, rasters, QR codes."""

from __future__ import annotations

import functools
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageFont

CELL_W: Final = 12
CELL_H: Final = 24
_LINE_GAP: Final = 6
WHITE: Final = 1


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
    """Draw one line; what does not fit the paper is lost."""
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
    cell = Image.new("L", (CELL_W * style.wide, CELL_H * style.high), 255)
    glyph = _glyph(character, CELL_H * style.high - 5, bold=style.bold)
    if glyph.width > cell.width or style.wide != style.high:
        fitted = min(round(glyph.width * style.wide / style.high), cell.width)
        glyph = glyph.resize((max(fitted, 1), glyph.height))
    cell.paste(glyph, ((cell.width - glyph.width) // 2, 0))
    if style.underlined:
        ImageDraw.Draw(cell).line((0, cell.height - 2, cell.width, cell.height - 2), 0, 2)
    return cell.point(lambda grey: 255 * ((grey > 140) != style.reversed)).convert("1")


@functools.cache
def _glyph(character: str, size: int, *, bold: bool) -> Image.Image:
    if "\x7f" < character <= "\xff":
        return _accented(character, size)
    font = ImageFont.load_default(size)
    left, _, right, _ = font.getbbox(character)
    glyph = Image.new("L", (max(math.ceil(right - left), 1) + bold, size + 5), 255)
    pen = ImageDraw.Draw(glyph)
    for shift in range(1 + bold):
        pen.text((shift - left, 0), character, font=font, fill=0)
    return glyph


def _accented(character: str, size: int) -> Image.Image:
    # Pillow's scalable font has ASCII only, its bitmap font has Latin-1
    small = Image.new("L", (6, 11), 255)
    ImageDraw.Draw(small).text((0, 0), character, font=ImageFont.load_default_imagefont(), fill=0)
    height = size + 5
    return small.resize((height // 2, height), Image.Resampling.NEAREST)
