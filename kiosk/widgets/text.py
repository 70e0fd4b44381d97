"""Text and icons in the bundled fonts."""

from __future__ import annotations

import json
from functools import cache

from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.label import Label

from kiosk.theme import FONTS, ICON_FONT, ROLES, Look, Rgba, font_file

Wanted = tuple[str, int, float, Rgba]
_ICON_FILE = str(FONTS / f"{ICON_FONT}.ttf")
REMEMBERED = 64
"""Sizes a text keeps in mind: a screen is measured at several fits whenever it changes."""
SHRINK = 0.94
"""Step by which a text that must stay on one line gets smaller."""


class Written(Label):  # type: ignore[misc] # Kivy has no types
    """A label that draws itself when it is measured or placed, and at no other time.

    Kivy's own draws once more in the next frame for whatever has changed: every text of every
    screen when the language changes, while somebody waits for the one that is shown.
    """

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self._trigger_texture.cancel()  # type: ignore[has-type] # Kivy's
        self._trigger_texture = _wait


def _wait() -> None:
    """Draw nothing: `measure` and `arrange` do."""


class Text(Written):
    """A text of a `role` (size, weight) and a `tone` (colour); an empty one takes no room.

    `private` texts hold what a person entered and are left out of the probe's answers.
    """

    role = StringProperty("body")
    tone = StringProperty("text")
    grow = NumericProperty(0)
    fixed = NumericProperty(0)
    shown = BooleanProperty(True)
    private = BooleanProperty(False)
    one_line = BooleanProperty(False)

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self._made: Wanted | None = None
        self._heights: dict[Wanted, float] = {}
        self.drawn_width = 0.0

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.text

    def measure(self, width: float, look: Look) -> float:
        """Return the height of the text broken at `width`."""
        if not self.text:
            return 0.0
        wanted = self._wanted(width, look)
        if wanted not in self._heights:
            self._make(wanted)
        return self._heights[wanted]

    def arrange(self, x: float, y: float, width: float, height: float, look: Look) -> None:
        """Take this place."""
        wanted = self._wanted(width, look)
        if self.text and wanted != self._made:
            self._make(wanted)
        self.pos, self.size = (x, y), (width, height)
        self.opacity = 1.0 if self.text and width > 0 else 0.0

    def _wanted(self, width: float, look: Look) -> Wanted:
        return self.text, round(width), look.font(ROLES[self.role]), look.colour(self.tone)

    def _make(self, wanted: Wanted) -> None:
        _, width, size, tone = wanted
        role = ROLES[self.role]
        self.font_name, self.color = font_file(role.weight), tone
        self.line_height = role.line
        self._render(size, width)
        self._made = wanted
        if len(self._heights) > REMEMBERED:
            self._heights.clear()
        self._heights[wanted] = float(self.texture_size[1])

    def _render(self, size: float, width: float) -> None:
        self.font_size = size
        self.text_size = (None, None) if self.one_line else (max(1.0, width), None)
        self.texture_update()
        while self._too_wide(width) and self.font_size > 1:
            self.font_size *= SHRINK
            self.texture_update()
        self.drawn_width = float(self.texture_size[0])
        if self.one_line and self.halign != "center":
            # a line without a width would stand in the middle of its place
            self.text_size = (max(width, self.texture_size[0] + 1), None)
            self.texture_update()

    def _too_wide(self, width: float) -> bool:
        """Whether the line, or one word of it, is wider than `width`: Kivy would cut the word."""
        if width <= 1:
            return False
        if self.one_line:
            return bool(self.texture_size[0] > width)
        return any(self._label.get_extents(word)[0] > width for word in self.text.split())


class Icon(Written):
    """A Lucide icon by name; an unknown name shows the circle with the question mark."""

    icon = StringProperty("circle-question-mark")
    px = NumericProperty(48)
    tone = StringProperty("primary")
    grow = NumericProperty(0)
    fixed = NumericProperty(0)
    shown = BooleanProperty(True)

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self._made: Wanted | None = None

    def measure(self, width: float, look: Look) -> float:
        """Return the icon's height."""
        del width
        return look.px(self.px)

    def arrange(self, x: float, y: float, width: float, height: float, look: Look) -> None:
        """Take this place."""
        size, tone = look.px(self.px), look.colour(self.tone)
        wanted = self.icon, round(width), size, tone
        if wanted != self._made:
            self.font_name, self.font_size = _ICON_FILE, size
            self.color, self.text = tone, glyph(self.icon)
            self.texture_update()
            self._made = wanted
        self.pos, self.size = (x, y), (width, height)


def glyph(name: str) -> str:
    """Return the character that draws the icon `name`."""
    table = _codepoints()
    return chr(table.get(name, table["circle-question-mark"]))


@cache
def _codepoints() -> dict[str, int]:
    text = (FONTS / f"{ICON_FONT}-codepoints.json").read_text(encoding="utf-8")
    return {str(name): int(code) for name, code in json.loads(text).items()}
