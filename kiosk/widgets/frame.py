"""What stands around every screen: the header with the clock, and the accessibility bar."""

from __future__ import annotations

from kivy.app import App
from kivy.graphics import Color, Rectangle
from kivy.properties import StringProperty

from kiosk import events
from kiosk.state import Session
from kiosk.theme import Look
from kiosk.widgets.boxes import Column, Row
from kiosk.widgets.press import BarButton
from kiosk.widgets.text import Icon, Text

HEADER_PX = 156.0
BAR_PX = 164.0


class Header(Row):
    """The office's name and the hub's time."""

    office = StringProperty("")
    parent_office = StringProperty("")
    time = StringProperty("")

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self.pad, self.gap = [56, 14, 56, 20], 30
        self._emblem = Icon(icon="shield-check", px=84, tone="gold", fixed=92)
        self._names = Column(gap=2)
        self._office = Text(role="office", tone="on_header", halign="left")
        self._parent = Text(role="small", tone="on_header_quiet", halign="left")
        self._clock = Text(role="clock", tone="on_header", halign="right", fixed=190, one_line=True)
        self._names.add_widget(self._office)
        self._names.add_widget(self._parent)
        for part in (self._emblem, self._names, self._clock):
            self.add_widget(part)

    def measure(self, width: float, look: Look) -> float:
        """Return the header's height."""
        self._dress()
        return max(look.px(HEADER_PX), super().measure(width, look))

    def arrange(self, x: float, y: float, width: float, height: float, look: Look) -> None:
        """Take this place."""
        self._dress()
        super().arrange(x, y, width, height, look)

    def draw(self, look: Look) -> None:
        """Draw the dark ground and the golden line under it."""
        self._drawn.clear()
        self._drawn.add(Color(*look.colour("header")))
        self._drawn.add(Rectangle(pos=self.pos, size=self.size))
        self._drawn.add(Color(*look.colour("gold")))
        self._drawn.add(Rectangle(pos=self.pos, size=(self.width, look.px(6))))

    def _dress(self) -> None:
        self._office.text, self._parent.text = self.office, self.parent_office
        self._clock.text = self.time


class AccessBar(Row):
    """Larger text, contrast, lower height, sound, language, help: the same on every screen."""

    def __init__(self, *, speech: bool) -> None:
        super().__init__(pad=[36, 18, 36, 22], gap=14, stretch=True)
        self._buttons = [
            BarButton(name="bar-scale", icon="a-large-small", event=events.ScaleTouched()),
            BarButton(name="bar-contrast", icon="contrast", event=events.ContrastTouched()),
            BarButton(name="bar-height", icon="accessibility", event=events.HeightTouched()),
            BarButton(name="bar-speech", icon="volume-2", event=events.SpeechTouched()),
            BarButton(name="bar-language", icon="languages", event=events.LanguagesTouched()),
            BarButton(name="bar-help", icon="circle-question-mark", event=events.HelpTouched()),
        ]
        for button in self._buttons:
            if speech or button.name != "bar-speech":
                self.add_widget(button)

    def show(self, session: Session) -> None:
        """Take the words and what is switched on."""
        app, view = App.get_running_app(), session.view
        on = {
            "bar-scale": view.scale > 1,
            "bar-contrast": view.contrast,
            "bar-height": view.low,
            "bar-speech": view.speech,
            "bar-help": session.staff_called,
        }
        for button in self._buttons:
            word = button.name.removeprefix("bar-")
            button.text, button.on = app.t(f"bar.{word}", app.lang), on.get(button.name, False)

    def measure(self, width: float, look: Look) -> float:
        """Return the bar's height."""
        del width
        return look.px(BAR_PX)

    def draw(self, look: Look) -> None:
        """Draw the ground and the line over it."""
        self._drawn.clear()
        self._drawn.add(Color(*look.colour("surface")))
        self._drawn.add(Rectangle(pos=self.pos, size=self.size))
        self._drawn.add(Color(*look.colour("border")))
        line = max(1.0, look.px(2))
        self._drawn.add(Rectangle(pos=(self.x, self.top - line), size=(self.width, line)))
