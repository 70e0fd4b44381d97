"""Boxes that measure and arrange their children in one pass, without triggers or hints.

Every widget of the set answers `measure(width, look)` with the height it needs, and takes its
place by `arrange(x, y, width, height, look)`; what does not fit is seen before it is drawn.
"""

from __future__ import annotations

from typing import Protocol, cast

from kivy.graphics import Color, InstructionGroup
from kivy.graphics import SmoothRoundedRectangle as Rounded
from kivy.properties import (
    BooleanProperty,
    NumericProperty,
    StringProperty,
    VariableListProperty,
)
from kivy.uix.widget import Widget

from kiosk.theme import Look
from kiosk.widgets.shadow import shadow

FAR_AWAY = (-1e5, -1e5)


class Part(Protocol):
    """A widget of the set."""

    grow: float
    fixed: float
    shown: bool

    def measure(self, width: float, look: Look) -> float:
        """Return the height needed at `width`."""
        ...

    def arrange(self, x: float, y: float, width: float, height: float, look: Look) -> None:
        """Take this place; `y` is the lower edge."""
        ...


class Box(Widget):  # type: ignore[misc] # Kivy has no types
    """A part with padding, and a ground, an edge and a shadow if they are named."""

    grow = NumericProperty(0)
    fixed = NumericProperty(0)
    least = NumericProperty(0)
    gap = NumericProperty(0)
    pad = VariableListProperty([0])
    shown = BooleanProperty(True)
    ground = StringProperty("")
    edge = StringProperty("")
    edge_px = NumericProperty(2)
    radius = NumericProperty(28)
    raised = BooleanProperty(False)

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self._drawn = InstructionGroup()
        self.canvas.before.add(self._drawn)

    def parts(self) -> list[Part]:
        """Return the children that are shown, first to last; the others are put away."""
        shown = []
        for child in reversed(self.children):
            if child.shown and not getattr(child, "empty", False):
                shown.append(cast("Part", child))
            else:
                put_away(child)
        return shown

    def measure(self, width: float, look: Look) -> float:
        """Return the least height."""
        del width
        return look.px(self.least)

    def arrange(self, x: float, y: float, width: float, height: float, look: Look) -> None:
        """Take this place and draw ground and edge."""
        self.pos = (x, y)
        self.size = (width, height)
        if width > 0 and height > 0:
            self.draw(look)
        else:
            self._drawn.clear()

    def draw(self, look: Look) -> None:
        """Draw shadow, edge and ground in the colours of `look`."""
        self._drawn.clear()
        if not (self.ground or self.edge) or self.width <= 0:
            return
        radius = min(look.px(self.radius), self.height / 2)
        if self.raised and look.theme.shadow:
            self._drawn.add(Color(0.04, 0.12, 0.25, look.theme.shadow))
            self._drawn.add(shadow(self.pos, self.size, radius, look))
        self._layer(self.edge, 0.0, radius, look)
        inset = look.px(self.edge_px) if self.edge else 0.0
        self._layer(self.ground or "surface", inset, radius, look)

    def inner(self, look: Look) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom padding."""
        left, top, right, bottom = self.pad
        return look.px(left), look.gap(top), look.px(right), look.gap(bottom)

    def _layer(self, colour: str, inset: float, radius: float, look: Look) -> None:
        if not colour:
            return
        size = (max(0.0, self.width - 2 * inset), max(0.0, self.height - 2 * inset))
        place = (self.x + inset, self.y + inset)
        self._drawn.add(Color(*look.colour(colour)))
        self._drawn.add(Rounded(pos=place, size=size, radius=[max(0.1, radius - inset)] * 4))


def put_away(widget: Widget) -> None:
    """Take `widget` and all within off the glass: they can be neither seen nor touched."""
    for part in widget.walk(restrict=True):
        part.pos, part.size = FAR_AWAY, (0, 0)
        if isinstance(part, Box):
            part._drawn.clear()


def _own_width(part: Part, inner: float, look: Look) -> float:
    return min(inner, look.px(part.fixed)) or inner


class Column(Box):
    """Parts under one another; what is left goes to those that `grow`."""

    def measure(self, width: float, look: Look) -> float:
        """Return the sum of the parts, gaps and padding."""
        left, top, right, bottom = self.inner(look)
        inner = width - left - right
        heights = [part.measure(_own_width(part, inner, look), look) for part in self.parts()]
        gaps = look.gap(self.gap) * max(0, len(heights) - 1)
        return max(look.px(self.least), sum(heights) + gaps + top + bottom)

    def arrange(self, x: float, y: float, width: float, height: float, look: Look) -> None:
        """Place the parts from the top."""
        super().arrange(x, y, width, height, look)
        left, top, right, bottom = self.inner(look)
        inner, parts = width - left - right, self.parts()
        widths = [_own_width(part, inner, look) for part in parts]
        heights = [part.measure(wide, look) for part, wide in zip(parts, widths, strict=True)]
        free = height - top - bottom - sum(heights) - look.gap(self.gap) * max(0, len(parts) - 1)
        shares = sum(part.grow for part in parts)
        upper = y + height - top - (free / 2 if not shares and free > 0 else 0)
        for part, wide, needed in zip(parts, widths, heights, strict=True):
            given = needed + (free * part.grow / shares if shares and free > 0 else 0)
            part.arrange(x + left + (inner - wide) / 2, upper - given, wide, given, look)
            upper -= given + look.gap(self.gap)


class Row(Box):
    """Parts beside one another, centred in height; those without `fixed` share the width."""

    stretch = BooleanProperty(False)

    def widths(self, inner: float, look: Look) -> list[float]:
        """Return the width of each part."""
        parts = self.parts()
        fixed = [look.px(part.fixed) for part in parts]
        free = inner - sum(fixed) - look.px(self.gap) * max(0, len(parts) - 1)
        sharing = sum(1 for width in fixed if not width)
        return [width or max(1.0, free / sharing) for width in fixed]

    def measure(self, width: float, look: Look) -> float:
        """Return the height of the highest part and padding."""
        left, top, right, bottom = self.inner(look)
        widths = self.widths(width - left - right, look)
        heights = [
            part.measure(given, look) for part, given in zip(self.parts(), widths, strict=True)
        ]
        return max(look.px(self.least), max(heights, default=0.0) + top + bottom)

    def arrange(self, x: float, y: float, width: float, height: float, look: Look) -> None:
        """Place the parts from the left."""
        super().arrange(x, y, width, height, look)
        left, top, right, bottom = self.inner(look)
        widths = self.widths(width - left - right, look)
        room, reached = height - top - bottom, x + left
        for part, given in zip(self.parts(), widths, strict=True):
            needed = room if self.stretch else min(room, part.measure(given, look))
            part.arrange(reached, y + bottom + (room - needed) / 2, given, needed, look)
            reached += given + look.px(self.gap)


class Gap(Box):
    """Empty room that grows."""

    grow = NumericProperty(1)
