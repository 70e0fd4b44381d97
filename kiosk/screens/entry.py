"""One typed field a screen: passport number, birth, expiry, or the case code."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty

from kiosk import forms
from kiosk.screens.page import Page
from kiosk.state import Session


class EntryPage(Page):
    """A field, where it is found on the paper, and the keyboard."""

    title = StringProperty("")
    lead = StringProperty("")
    label = StringProperty("")
    hint = StringProperty("")
    typed = StringProperty("")
    fault = StringProperty("")
    layout = StringProperty("")
    spot = StringProperty("number")
    skippable = BooleanProperty(False)
    pictured = BooleanProperty(True)

    def render(self, session: Session) -> None:
        """Show the field of the session's screen."""
        name = session.screen
        self.title, self.lead = self.say(f"{name}.title"), self.say(f"{name}.lead")
        self.label, self.hint = self.say(f"{name}.field"), self.say(f"{name}.hint")
        text = str(getattr(session.answers, session.row.field))
        digits = session.row.keyboard == "digits"
        self.typed = forms.grouped_date(text) if digits else text
        code = session.answers.fault
        self.fault = self.say(f"fault.{code}") if code else ""
        self.layout = session.row.keyboard
        self.spot = name
        self.skippable = name == "case"
        self.pictured = name not in ("case", "booking")
