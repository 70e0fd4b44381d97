"""Drawings: where a passport is laid, where its number stands, and the QR code of a ticket."""

from __future__ import annotations

import segno
from kivy.graphics import Color, Line, Rectangle, RoundedRectangle
from kivy.properties import NumericProperty, StringProperty

from kiosk.theme import Look
from kiosk.widgets.boxes import Box

PAGE = (125.0, 88.0)
"""A passport's data page in millimetres (ICAO 9303-4, TD3)."""
SPOTS = {
    "number": (84.0, 70.0, 36.0, 9.0),
    "birth": (42.0, 40.0, 32.0, 8.0),
    "expiry": (42.0, 27.0, 32.0, 8.0),
}
"""Where a field stands on the page: left, lower edge, width, height in millimetres."""


class DataPage(Box):
    """A passport's data page with the place of `spot` marked."""

    spot = StringProperty("number")
    high = NumericProperty(300)

    def measure(self, width: float, look: Look) -> float:
        """Return the drawing's height."""
        del width
        return look.gap(self.high)

    def draw(self, look: Look) -> None:
        """Draw the page, its lines and the marked field."""
        self._drawn.clear()
        mm = self.height / PAGE[1]
        left = self.center_x - PAGE[0] * mm / 2
        page = _Page(self, look, left, self.y, mm)
        page.paper()
        page.portrait()
        page.lines()
        page.mark(SPOTS.get(self.spot))


class Reader(Box):
    """The passport lying face down on the reader below the screen; `part` is how much is read."""

    part = NumericProperty(0)
    high = NumericProperty(400)

    def measure(self, width: float, look: Look) -> float:
        """Return the drawing's height."""
        del width
        return look.gap(self.high)

    def draw(self, look: Look) -> None:
        """Draw the reader's glass, the open passport over it and the way it is laid."""
        self._drawn.clear()
        unit = self.height / 400
        middle, base = self.center_x, self.y
        self._plate(look, (middle - 330 * unit, base), (660 * unit, 230 * unit), "sunken")
        glass = ((middle - 270 * unit, base + 34 * unit), (540 * unit, 162 * unit))
        self._plate(look, *glass, "text")
        if self.part:
            sweep = (glass[1][0] * min(1.0, self.part), 14 * unit)
            self._rect("gold", (glass[0][0], base + 40 * unit), sweep, look)
        book = ((middle - 205 * unit, base + 150 * unit), (410 * unit, 230 * unit))
        self._plate(look, *book, "primary")
        self._drawn.add(Color(*look.colour("gold")))
        emblem = (middle, base + 275 * unit)
        self._drawn.add(Line(circle=(*emblem, 38 * unit), width=max(1.2, 3 * unit)))
        chip = (middle - 26 * unit, base + 186 * unit, 52 * unit, 30 * unit)
        self._drawn.add(Line(rounded_rectangle=(*chip, 6 * unit), width=max(1.2, 2.5 * unit)))
        self._drawn.add(
            Line(circle=(middle, base + 201 * unit, 7 * unit), width=max(1.2, 2 * unit))
        )
        self._arrow(look, middle + 285 * unit, base + 290 * unit, unit)

    def _plate(
        self, look: Look, pos: tuple[float, float], size: tuple[float, float], tone: str
    ) -> None:
        radius = look.px(20)
        self._drawn.add(Color(*look.colour("border")))
        self._drawn.add(RoundedRectangle(pos=pos, size=size, radius=[radius]))
        edge = look.px(3)
        self._drawn.add(Color(*look.colour(tone)))
        self._drawn.add(
            RoundedRectangle(
                pos=(pos[0] + edge, pos[1] + edge),
                size=(size[0] - 2 * edge, size[1] - 2 * edge),
                radius=[radius - edge],
            )
        )

    def _rect(
        self, tone: str, pos: tuple[float, float], size: tuple[float, float], look: Look
    ) -> None:
        self._drawn.add(Color(*look.colour(tone)))
        self._drawn.add(RoundedRectangle(pos=pos, size=size, radius=[look.px(5)]))

    def _arrow(self, look: Look, x: float, top: float, unit: float) -> None:
        self._drawn.add(Color(*look.colour("primary")))
        tip = top - 120 * unit
        width = max(2.0, 7 * unit)
        self._drawn.add(Line(points=[x, top, x, tip], width=width, cap="round"))
        head = [x - 34 * unit, tip + 36 * unit, x, tip, x + 34 * unit, tip + 36 * unit]
        self._drawn.add(Line(points=head, width=width, cap="round", joint="round"))


class Qr(Box):
    """A QR code of `text`, black on white with its quiet zone."""

    text = StringProperty("")
    high = NumericProperty(300)

    def measure(self, width: float, look: Look) -> float:
        """Return the side of the code; none without text."""
        del width
        return look.px(self.high) if self.text else 0.0

    def draw(self, look: Look) -> None:
        """Draw the modules on whole pixels."""
        del look
        self._drawn.clear()
        if not self.text or self.height <= 0:
            return
        rows = [bytes(row) for row in segno.make(self.text, error="m").matrix_iter(border=4)]
        module = max(1, int(self.height // len(rows)))
        side = module * len(rows)
        left, top = int(self.center_x - side / 2), int(self.center_y + side / 2)
        self._drawn.add(Color(1, 1, 1, 1))
        self._drawn.add(Rectangle(pos=(left, top - side), size=(side, side)))
        self._drawn.add(Color(0, 0, 0, 1))
        for down, row in enumerate(rows):
            for across, dark in enumerate(row):
                if dark:
                    place = (left + across * module, top - (down + 1) * module)
                    self._drawn.add(Rectangle(pos=place, size=(module, module)))


class _Page:
    """Draws one data page at a place; `mm` is pixels per millimetre."""

    def __init__(self, box: Box, look: Look, left: float, base: float, mm: float) -> None:
        self._add, self._look = box._drawn.add, look
        self._left, self._base, self._mm = left, base, mm

    def paper(self) -> None:
        edge = self._look.px(3) / self._mm
        self._fill("border", (0, 0, *PAGE), 4)
        self._fill("surface", (edge, edge, PAGE[0] - 2 * edge, PAGE[1] - 2 * edge), 4)

    def portrait(self) -> None:
        self._fill("sunken", (7, 28, 29, 37), 1)
        self._add(Color(*self._look.colour("border")))
        x, y = self._at(21.5, 52)
        self._add(Line(circle=(x, y, 6.5 * self._mm), width=max(1.2, 0.9 * self._mm)))
        shoulders = [*self._at(11, 31), *self._at(14, 40), *self._at(29, 40), *self._at(32, 31)]
        self._add(Line(points=shoulders, width=max(1.2, 0.9 * self._mm), joint="round"))

    def lines(self) -> None:
        for x, y, width in ((7, 74, 40), (42, 60, 48), (42, 52, 62), (42, 43, 26), (42, 30, 26)):
            self._fill("sunken", (x, y, width, 3), 1)
        for y in (13, 6):
            self._fill("border", (7, y, 111, 3.4), 1)

    def mark(self, spot: tuple[float, float, float, float] | None) -> None:
        if spot is None:
            return
        x, y, width, height = spot
        self._fill("tint", spot, 2)
        self._fill("primary", (x + 4, y + height / 2 - 1.6, width - 8, 3.2), 1)
        self._add(Color(*self._look.colour("primary")))
        frame = (*self._at(x, y), width * self._mm, height * self._mm, 2.5 * self._mm)
        self._add(Line(rounded_rectangle=frame, width=max(1.5, 0.8 * self._mm)))

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return self._left + x * self._mm, self._base + y * self._mm

    def _fill(self, tone: str, place: tuple[float, float, float, float], radius: float) -> None:
        x, y, width, height = place
        self._add(Color(*self._look.colour(tone)))
        self._add(
            RoundedRectangle(
                pos=self._at(x, y),
                size=(width * self._mm, height * self._mm),
                radius=[radius * self._mm],
            )
        )
