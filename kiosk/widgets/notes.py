"""Small parts of screens: progress, notes with an icon, facts, rows of data."""

from __future__ import annotations

from kivy.graphics import Color
from kivy.graphics import SmoothRoundedRectangle as Rounded
from kivy.properties import NumericProperty, StringProperty

from kiosk.theme import Look
from kiosk.widgets.boxes import Box, Column, Row
from kiosk.widgets.text import Icon, Text


class Progress(Box):
    """A bar that is `part` full (0 to 1)."""

    part = NumericProperty(0)

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self.least = self.least or 14

    def draw(self, look: Look) -> None:
        """Draw the groove and what is done."""
        self._drawn.clear()
        radius = [self.height / 2] * 4
        self._drawn.add(Color(*look.colour("border")))
        self._drawn.add(Rounded(pos=self.pos, size=self.size, radius=radius))
        edge = look.px(2)
        self._drawn.add(Color(*look.colour("sunken")))
        self._drawn.add(
            Rounded(
                pos=(self.x + edge, self.y + edge),
                size=(max(0.0, self.width - 2 * edge), max(0.0, self.height - 2 * edge)),
                radius=radius,
            )
        )
        done = (max(self.height, self.width * min(1.0, self.part)), self.height)
        if self.part > 0:
            self._drawn.add(Color(*look.colour("primary")))
            self._drawn.add(Rounded(pos=self.pos, size=done, radius=radius))


class Note(Row):
    """A sentence with an icon on a ground of its tone: "good", "warn", "bad" or "quiet"."""

    text = StringProperty("")
    icon = StringProperty("info")
    tone = StringProperty("quiet")

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self._icon = Icon(px=48, fixed=56)
        self._words = Text(role="strong")
        self.add_widget(self._icon)
        self.add_widget(self._words)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        return not self.text

    def measure(self, width: float, look: Look) -> float:
        """Return the height; none without words."""
        self._dress()
        return super().measure(width, look) if self.text else 0.0

    def arrange(self, x: float, y: float, width: float, height: float, look: Look) -> None:
        """Take this place."""
        self._dress()
        super().arrange(x, y, width, height, look)

    def _dress(self) -> None:
        self.pad, self.gap, self.radius = [28, 20, 28, 20], 22, 24
        self.ground = "tint" if self.tone == "quiet" else f"{self.tone}_ground"
        self.edge = "border" if self.tone == "quiet" else self.tone
        tone = "text" if self.tone == "quiet" else self.tone
        self._icon.icon, self._icon.tone = self.icon, tone
        self._words.text, self._words.tone = self.text, tone
        self._words.halign = "left"


class Fact(Column):
    """A word over a large value."""

    label = StringProperty("")
    value = StringProperty("")

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self.gap = 4
        self._label = Text(role="label", tone="quiet", halign="center")
        self._value = Text(role="fact", halign="center", one_line=True)
        self.add_widget(self._label)
        self.add_widget(self._value)

    def measure(self, width: float, look: Look) -> float:
        """Return the height of word and value."""
        self._label.text, self._value.text = self.label, self.value
        return super().measure(width, look)


class Datum(Row):
    """A row of "check your data": what it is, and what it says (private)."""

    label = StringProperty("")
    value = StringProperty("")

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self.gap = 20
        self.pad = [0, 10, 0, 10]
        self._label = Text(role="label", tone="quiet", fixed=330, halign="left")
        self._value = Text(role="heading", private=True, halign="left")
        self.add_widget(self._label)
        self.add_widget(self._value)

    def measure(self, width: float, look: Look) -> float:
        """Return the height of the taller of both."""
        self._label.text, self._value.text = self.label, self.value
        return super().measure(width, look)


class Bullet(Row):
    """An icon in a tinted square beside a heading and a sentence."""

    icon = StringProperty("info")
    title = StringProperty("")
    text = StringProperty("")

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self.gap = 28
        self._badge = Badge(icon=self.icon, fixed=108)
        self._stack = Column(gap=6)
        self._title = Text(role="strong", halign="left")
        self._text = Text(role="body", tone="quiet", halign="left")
        self._stack.add_widget(self._title)
        self._stack.add_widget(self._text)
        self.add_widget(self._badge)
        self.add_widget(self._stack)

    def measure(self, width: float, look: Look) -> float:
        """Return the height of the words, at least that of the icon."""
        self._badge.icon = self.icon
        self._title.text, self._text.text = self.title, self.text
        return super().measure(width, look)


class Badge(Row):
    """An icon in a tinted rounded square."""

    icon = StringProperty("info")
    tone = StringProperty("primary")
    px = NumericProperty(60)

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self.fixed = self.fixed or 108
        self._icon = Icon(px=self.px)
        self.add_widget(self._icon)

    def measure(self, width: float, look: Look) -> float:
        """Return the square's side."""
        del width
        return look.px(self.fixed)

    def arrange(self, x: float, y: float, width: float, height: float, look: Look) -> None:
        """Take this place."""
        self.ground, self.edge = "tint", "border" if look.theme.shadow == 0 else ""
        self._icon.icon, self._icon.tone, self._icon.px = self.icon, self.tone, self.px
        super().arrange(x, y, width, height, look)
