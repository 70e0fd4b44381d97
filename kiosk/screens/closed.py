"""The kiosk cannot work yet: it says why and where numbers are given meanwhile."""

from __future__ import annotations

from kivy.properties import StringProperty

from kiosk.screens.page import Page
from kiosk.state import Session


class ClosedPage(Page):
    """Shown until the hub has told the office, or when it does not know the kiosk."""

    note = StringProperty("")

    def render(self, session: Session) -> None:
        """Show the note for staff if the station was refused."""
        self.note = self.say("closed.station") if session.station_code else ""
