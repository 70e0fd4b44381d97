"""Check your data: what the chip said or what was typed, and which of both it is."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty

from hub.wire import PassportInput
from kiosk.screens.page import Page
from kiosk.state import Session
from kiosk.widgets.notes import Datum
from kiosk.words import short_day


class CheckPage(Page):
    """The passport's data with its source, to be confirmed or corrected."""

    source = StringProperty("")
    from_chip = BooleanProperty(False)
    expired = BooleanProperty(False)

    def render(self, session: Session) -> None:
        """Show the passport of the session."""
        passport = session.passport
        self.ids.data.clear_widgets()
        if passport is None:
            return
        self.from_chip = passport.source == "chip"
        self.source = self.say("check.chip" if self.from_chip else "check.typed")
        self.expired = bool(passport.expiry_date) and (
            passport.expiry_date < session.today.isoformat()
        )
        for key, value in self._rows(passport):
            if value:
                self.ids.data.add_widget(Datum(label=self.say(f"check.{key}"), value=value))

    def _rows(self, passport: PassportInput) -> tuple[tuple[str, str], ...]:
        language = self.session.view.language
        name = " ".join(part for part in (passport.given_names, passport.surname) if part)
        return (
            ("name", name),
            ("number", passport.document_number),
            ("birth", short_day(passport.birth_date, language)),
            ("expiry", short_day(passport.expiry_date, language)),
            ("nationality", passport.nationality),
        )
