"""What all screens share: the page, its head, and how it takes a session."""

from __future__ import annotations

from kivy.app import App
from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from hub.wire import Words
from kiosk import flow
from kiosk.state import Session
from kiosk.theme import Look
from kiosk.widgets.boxes import Box, Column
from kiosk.widgets.notes import Progress
from kiosk.widgets.text import Text

SIDE = 56
"""Margin of the page left and right, in panel pixels."""


class Page(Column):
    """A screen: it shows a session and decides nothing."""

    part = NumericProperty(0)
    step = StringProperty("")
    low = BooleanProperty(False)

    def __init__(self, **properties: object) -> None:
        self.session = Session()
        super().__init__(**properties)
        self.pad = [SIDE, 34, SIDE, 18]
        self.gap = 26

    def show(self, session: Session) -> None:
        """Take what all screens show, then what this one shows."""
        self.session = session
        self.low = session.view.low
        place = flow.progress(session.form, session.screen, reader=session.reader)
        self.part = place[0] / place[1] if place else 0.0
        self.step = self.say("step.of", n=place[0], m=place[1]) if place else ""
        self.render(session)

    def render(self, session: Session) -> None:
        """Show what is this screen's own."""

    def prepare(self, width: float, height: float, look: Look, *, reach: float) -> None:
        """Choose what is shown in a room of `width` × `height`, before it is measured.

        `reach` is how high above the room's lower edge a seated person can touch.
        """

    def rehearse(self, session: Session, width: float, look: Look) -> bool:
        """Make one thing ready that showing `session` will need; return whether one was missing."""
        del session, width, look
        return False

    def say(self, key: str, **values: object) -> str:
        """Return the catalogue's words for `key` in the language of the session."""
        words = App.get_running_app().t(key, self.session.view.language)
        return str(words).format(**values)

    def people(self, screen: str, number: int) -> str:
        """Return so many people in words, one of them in the singular."""
        return self.say(f"{screen}.{'person' if number == 1 else 'people'}", n=number)

    def either(self, words: Words) -> str:
        """Return the hub's words in the language of the session, Indonesian if it has no other."""
        return words.en if self.session.view.language == "en" else words.id


class Head(Column):
    """Progress, "step n of m", the title and one sentence."""

    part = NumericProperty(0)
    step = StringProperty("")
    title = StringProperty("")
    lead = StringProperty("")

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self.gap = 14
        self._bar = Progress()
        self._step = Text(role="label", tone="primary", halign="left")
        self._title = Text(role="title", halign="left")
        self._lead = Text(role="lead", tone="quiet", halign="left")
        for widget in (self._bar, self._step, self._title, self._lead):
            self.add_widget(widget)

    def measure(self, width: float, look: Look) -> float:
        """Return the height of what is there."""
        self._bar.shown, self._bar.part = bool(self.step), self.part
        self._step.text, self._title.text, self._lead.text = self.step, self.title, self.lead
        self._step.shown, self._lead.shown = bool(self.step), bool(self.lead)
        return super().measure(width, look)


class Reach(Box):
    """Room that pushes what follows down into reach from a wheelchair."""

    low = BooleanProperty(False)

    def on_low(self, _widget: object, low: bool) -> None:
        """Take all the room that is left, or none."""
        self.grow = 1000 if low else 0
