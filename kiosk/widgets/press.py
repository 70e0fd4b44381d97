"""What is touched: every button tells one event, and says where it is."""

from __future__ import annotations

from typing import Protocol

from kivy.app import App
from kivy.input import MotionEvent
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.events import Event
from kiosk.theme import TARGET_PX, Look
from kiosk.widgets.boxes import Column, Row
from kiosk.widgets.text import Icon, Text


class Hears(Protocol):
    """The application, as buttons see it."""

    def tell(self, event: Event) -> None:
        """Take `event`."""
        ...


class Pressable(Row):
    """A row that tells `event` when it is touched and let go; `name` is its id for tests."""

    name = StringProperty("")
    event = ObjectProperty(None, allownone=True)
    enabled = BooleanProperty(True)
    pressed = BooleanProperty(False)
    face = StringProperty("surface")
    pressed_face = StringProperty("pressed")

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self.least = max(self.least, TARGET_PX)
        self._look = Look()

    def arrange(self, x: float, y: float, width: float, height: float, look: Look) -> None:
        """Take this place."""
        self._look = look
        self.ground = self.pressed_face if self.pressed else self.face
        super().arrange(x, y, width, height, look)

    def on_touch_down(self, touch: MotionEvent) -> bool:
        """Show at once that the touch was felt."""
        if not self.enabled or not self.shown or not self.collide_point(*touch.pos):
            return False
        touch.grab(self)
        self._show_pressed(pressed=True)
        return True

    def on_touch_up(self, touch: MotionEvent) -> bool:
        """Tell the event if the finger is still on the button."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self._show_pressed(pressed=False)
        if self.collide_point(*touch.pos) and self.event is not None:
            App.get_running_app().tell(self.event)
        return True

    def text_shown(self) -> str:
        """Return the words on the button."""
        return " ".join(
            part.text for part in self.walk(restrict=True) if isinstance(part, Text) and part.text
        )

    def _show_pressed(self, *, pressed: bool) -> None:
        self.pressed = pressed
        self.ground = self.pressed_face if pressed else self.face
        self.draw(self._look)


class PushButton(Pressable):
    """A button with an icon and words; `kind` is "primary" or "quiet"."""

    text = StringProperty("")
    icon = StringProperty("")
    kind = StringProperty("quiet")

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self._icon = Icon(px=46)
        self._words = Text(role="button", halign="center")
        self._filler = Icon(px=46)
        for part in (self._icon, self._words, self._filler):
            self.add_widget(part)

    def measure(self, width: float, look: Look) -> float:
        """Return the height of the words, at least that of a target."""
        self._dress()
        return super().measure(width, look)

    def arrange(self, x: float, y: float, width: float, height: float, look: Look) -> None:
        """Take this place."""
        self._dress()
        super().arrange(x, y, width, height, look)

    def _dress(self) -> None:
        primary = self.kind == "primary"
        self.least = 120 if primary else 104
        self.pad = [30, 20, 30, 20]
        self.gap = 14
        self.face = "primary" if primary else "surface"
        self.pressed_face = "text" if primary else "pressed"
        self.edge = "primary" if primary else "border"
        self.raised = primary
        self._words.text = self.text
        self._words.tone = self._icon.tone = "on_primary" if primary else "primary"
        self._icon.icon = self.icon or "arrow-right"
        self._icon.shown = bool(self.icon)
        self._icon.fixed = 52
        # an empty twin of the icon keeps the words in the middle
        self._filler.shown = bool(self.icon) and primary
        self._filler.fixed = 52
        self._filler.opacity = 0.0


class BarButton(Pressable):
    """A button of the accessibility bar: icon over one word; `on` shows that it is switched on."""

    text = StringProperty("")
    icon = StringProperty("")
    on = BooleanProperty(False)

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self._stack = Column(gap=2)
        self._icon = Icon(px=44)
        self._words = Text(role="bar", halign="center", one_line=True)
        self._stack.add_widget(self._icon)
        self._stack.add_widget(self._words)
        self.add_widget(self._stack)

    def arrange(self, x: float, y: float, width: float, height: float, look: Look) -> None:
        """Take this place."""
        self.pad, self.edge, self.radius = [6, 8, 6, 8], "border", 22
        self.face = "primary" if self.on else "surface"
        self.pressed_face = "text" if self.on else "pressed"
        self._words.tone = self._icon.tone = "on_primary" if self.on else "text"
        if not self.on:
            self._icon.tone = "primary"
        self._icon.icon, self._words.text = self.icon, self.text
        super().arrange(x, y, width, height, look)


class Toggle(Pressable):
    """A choice that is on or off: icon, words, and a box with or without a check mark."""

    title = StringProperty("")
    about = StringProperty("")
    icon = StringProperty("")
    on = BooleanProperty(False)

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self.pad, self.gap, self.edge = [34, 22, 34, 22], 28, "border"
        self._icon = Icon(px=60, fixed=68)
        self._stack = Column(gap=4)
        self._title = Text(role="strong", halign="left")
        self._about = Text(role="small", tone="quiet", halign="left")
        self._box = Row(fixed=68, least=68, radius=16, edge="border", edge_px=4)
        self._mark = Icon(icon="check", px=50, tone="on_primary")
        self._box.add_widget(self._mark)
        self._stack.add_widget(self._title)
        self._stack.add_widget(self._about)
        for part in (self._icon, self._stack, self._box):
            self.add_widget(part)

    def measure(self, width: float, look: Look) -> float:
        """Return the height of the words."""
        self._dress()
        return super().measure(width, look)

    def arrange(self, x: float, y: float, width: float, height: float, look: Look) -> None:
        """Take this place."""
        self._dress()
        super().arrange(x, y, width, height, look)

    def _dress(self) -> None:
        self._icon.icon = self.icon
        self._title.text, self._about.text = self.title, self.about
        self.face = "tint" if self.on else "surface"
        self.edge = "primary" if self.on else "border"
        self._box.ground = "primary" if self.on else "surface"
        self._box.edge = "primary" if self.on else "border"
        self._mark.shown = self.on
