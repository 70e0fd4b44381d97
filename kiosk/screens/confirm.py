"""The last look before the number: the service, the wait, what to have ready, who goes first."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty

from hub.wire import ServiceState
from kiosk.expected import served_at_once
from kiosk.screens.page import Page
from kiosk.state import Session
from kiosk.widgets.boxes import Row
from kiosk.widgets.text import Icon, Text

MOST_REQUIREMENTS = 4
READY = ("ready", "paper_near_end")


class ConfirmPage(Page):
    """What is about to be asked of the hub."""

    service = StringProperty("")
    about = StringProperty("")
    icon = StringProperty("file-text")
    waiting = StringProperty("")
    estimate = StringProperty("")
    code = StringProperty("")
    priority = BooleanProperty(False)
    printer_note = StringProperty("")
    brings = BooleanProperty(False)

    def render(self, session: Session) -> None:
        """Show the chosen service as the office has it now."""
        service = session.offered
        if service is None:
            return
        self.service, self.about = self.either(service.name), self.either(service.about)
        self.icon = service.icon
        self.waiting = self.people("confirm", service.waiting)
        self.estimate = self._estimate(service)
        self.code = session.answers.case
        self.priority = session.answers.priority
        broken = session.printer not in READY
        self.printer_note = self.say("confirm.printer") if broken else ""
        self._show_requirements(service)

    def _estimate(self, service: ServiceState) -> str:
        if served_at_once(service):
            return self.say("confirm.no_wait")
        if service.estimate is None:
            return "–"
        return self.say(
            "confirm.minutes", low=service.estimate.low_min, high=service.estimate.high_min
        )

    def _show_requirements(self, service: ServiceState) -> None:
        self.brings = bool(service.requirements)
        self.ids.requirements.clear_widgets()
        for words in service.requirements[:MOST_REQUIREMENTS]:
            row = Row(gap=16)
            row.add_widget(Icon(icon="check", px=36, fixed=42, tone="good"))
            row.add_widget(Text(role="body", text=self.either(words), halign="left"))
            self.ids.requirements.add_widget(row)
