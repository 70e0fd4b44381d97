"""The number is being asked for; if the hub is away, the person sees that nothing is lost."""

from __future__ import annotations

from kivy.properties import BooleanProperty

from kiosk.screens.page import Page
from kiosk.state import Session


class SendingPage(Page):
    """Waiting for the hub's answer."""

    offline = BooleanProperty(False)
    booked = BooleanProperty(False)

    def render(self, session: Session) -> None:
        """Show whether the hub answers."""
        self.offline, self.booked = not session.online, session.booked
