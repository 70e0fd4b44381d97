"""Typing: a field that only displays, and the kiosk's own keyboard."""

from __future__ import annotations

from kivy.graphics import Color, Rectangle
from kivy.properties import BooleanProperty, StringProperty

from kiosk.events import EraseTouched, KeyTouched
from kiosk.theme import Look
from kiosk.widgets.boxes import Column, Row
from kiosk.widgets.press import Pressable
from kiosk.widgets.text import Icon, Text

LETTER_ROWS = ("1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
DIGIT_ROWS = ("123", "456", "789", "0")
ERASE = "⌫"
KEY_PX = 100.0
"""25 mm on 21.5 inches; ten keys and their gaps fill the panel's width."""


class Key(Pressable):
    """One key; `sign` is a letter, a digit or ERASE."""

    sign = StringProperty("")

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        erases = self.sign == ERASE
        self.name = "key-erase" if erases else f"key-{self.sign}"
        self.event = EraseTouched() if erases else KeyTouched(self.sign)
        self.edge, self.radius, self.least = "border", 18, KEY_PX
        if erases:
            self.face = "tint"
            self.add_widget(Icon(icon="delete", px=48))
        else:
            self.add_widget(Text(text=self.sign, role="key", halign="center", one_line=True))


class Keyboard(Column):
    """Letters and digits, or digits only; `layout` is "letters", "digits" or ""."""

    layout = StringProperty("")

    def __init__(self, **properties: object) -> None:
        # both are kept: making one takes longer than everything else that a touch brings
        self._rows = {
            "letters": [_letters(signs) for signs in LETTER_ROWS],
            "digits": [_digits(signs) for signs in DIGIT_ROWS],
        }
        super().__init__(**properties)
        self.gap = 12
        self.on_layout(self, self.layout)

    def on_layout(self, _widget: object, layout: str) -> None:
        """Show the keys of `layout`."""
        self.clear_widgets()
        self.shown = bool(layout)
        for row in self._rows.get(layout, ()):
            self.add_widget(row)


def _letters(signs: str) -> Row:
    """Return a row whose keys are as wide as a tenth of the panel."""
    row = Row(gap=8, stretch=True)
    missing = 10 - len(signs)
    if missing:
        row.pad = [48 * missing if len(signs) == 9 else 48, 0, 48 if len(signs) == 9 else 0, 0]
    for sign in signs:
        row.add_widget(Key(sign=sign))
    if len(signs) == 7:
        row.add_widget(Key(sign=ERASE, fixed=204))
    return row


def _digits(signs: str) -> Row:
    row = Row(gap=16, stretch=True, pad=[190, 0, 190, 0])
    if signs == "0":
        row.add_widget(Row())
    for sign in signs:
        row.add_widget(Key(sign=sign))
    if signs == "0":
        row.add_widget(Key(sign=ERASE))
    return row


class Field(Column):
    """Shows what has been typed, with a caret behind it; a fault turns its edge."""

    label = StringProperty("")
    text = StringProperty("")
    hint = StringProperty("")
    fault = BooleanProperty(False)

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self._label = Text(role="label", tone="quiet")
        self._typed = Text(role="field", private=True, one_line=True)
        self._hint = Text(role="lead", tone="quiet")
        for part in (self._label, self._typed, self._hint):
            self.add_widget(part)

    def measure(self, width: float, look: Look) -> float:
        """Return the height of label and text, the same while it is empty."""
        self._dress()
        return super().measure(width, look)

    def arrange(self, x: float, y: float, width: float, height: float, look: Look) -> None:
        """Take this place and draw the caret."""
        self._dress()
        super().arrange(x, y, width, height, look)
        typed = self._typed
        reach = typed.drawn_width if self.text else 0.0
        self._drawn.add(Color(*look.colour("gold")))
        caret = (typed.x + reach + look.px(6) - (0 if self.text else look.px(10)), typed.y)
        if not self.text:
            caret = (x + look.px(22), self._hint.y)
        high = typed.height if self.text else self._hint.height
        self._drawn.add(Rectangle(pos=caret, size=(look.px(5), high)))

    def _dress(self) -> None:
        self.pad, self.gap, self.least = [34, 22, 34, 22], 6, 176
        self.ground, self.edge_px = "surface", 5
        self.edge = "bad" if self.fault else "primary"
        self._label.text, self._typed.text = self.label, self.text
        self._hint.text = "" if self.text else self.hint
        self._label.halign = self._typed.halign = self._hint.halign = "left"
