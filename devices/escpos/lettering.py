"""Paragraphs that no code page of a printer has, drawn with a font of this machine.

A font is taken if it has every letter of the paragraph: one that is told (`?font=FILE`), else the
first below `/usr/share/fonts`. FreeType draws a letter that a font lacks as its glyph 0.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from devices.escpos.bytes_out import centred as in_the_middle

FOLDER: Final = Path("/usr/share/fonts")
_HEIGHT: Final = 24
_GAP: Final = 6
_NEVER: Final = "\U0010ffff"
_FIRST: Final = ("NotoSans-Regular", "DejaVuSans.", "NotoSansCJK-Regular", "Sans-Regular")
_BLACK_BELOW: Final = 128


class NoFont(Exception):
    """No font here has `letter`."""

    def __init__(self, letter: str) -> None:
        super().__init__(f"U+{ord(letter):04X}")
        self.letter = letter


class Lettering:
    """Draws with `font` alone, or with whatever the machine has."""

    def __init__(self, font: str = "") -> None:
        self._fonts = (Path(font),) if font else tuple(_installed())

    def draw(self, text: str, width: int, *, size: int, centred: bool) -> list[Image.Image]:
        """Return the lines of `text`, each as wide as the paper. Raises NoFont, OSError."""
        font = self._font_for(text, _HEIGHT * size)
        lines = [line for part in text.split("\n") for line in _wrapped(part, font, width)]
        return [_line(line, font, width, centred=centred) for line in lines]

    def _font_for(self, text: str, height: int) -> ImageFont.FreeTypeFont:
        letters = frozenset(text) - {"\n", " "}
        lacking = min(letters)
        for path in self._fonts:
            missing = [letter for letter in sorted(letters) if not _has(path, letter)]
            if not missing:
                return ImageFont.truetype(str(path), height)
            lacking = missing[0]
        raise NoFont(lacking)


def _installed() -> Iterator[Path]:
    found = sorted(
        path for path in FOLDER.rglob("*") if path.suffix.lower() in (".ttf", ".otf", ".ttc")
    )
    return iter(sorted(found, key=_rank))


def _rank(path: Path) -> int:
    ranks = [place for place, name in enumerate(_FIRST) if name in path.name]
    return min(ranks, default=len(_FIRST))


@functools.lru_cache(maxsize=4096)
def _has(path: Path, letter: str) -> bool:
    try:
        font = _opened(path)
    except OSError:
        return False
    drawn, unknown = font.getmask(letter), font.getmask(_NEVER)
    return (drawn.size, bytes(drawn)) != (unknown.size, bytes(unknown))


@functools.lru_cache(maxsize=32)
def _opened(path: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), _HEIGHT)


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Break at spaces, and within a word that is longer than the paper is wide."""
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if font.getlength(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while font.getlength(line) > width:
            fits = max(
                n for n in range(1, len(line)) if n == 1 or font.getlength(line[:n]) <= width
            )
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line]


def _line(text: str, font: ImageFont.FreeTypeFont, width: int, *, centred: bool) -> Image.Image:
    ascent, descent = font.getmetrics()
    grey = Image.new("L", (max(int(font.getlength(text)) + 2, 1), ascent + descent + _GAP), 255)
    ImageDraw.Draw(grey).text((1, 0), text, font=font, fill=0)
    dots = grey.point(lambda shade: 255 if shade >= _BLACK_BELOW else 0).convert("1")
    if centred:
        return in_the_middle(dots, width)
    paper = Image.new("1", (width, dots.height), 1)
    paper.paste(dots, (0, 0))
    return paper
