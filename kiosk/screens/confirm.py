"""The last look before the number: the service, the wait, what to have ready, who goes first."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty

from hub.wire import ServiceState
from kiosk.expected import is_cut, is_unsure, served_at_once
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
    estimate_label = StringProperty("")
    unsure = StringProperty("")
    code = StringProperty("")
    segment = StringProperty("")
    segment_name = StringProperty("")
    segment_about = StringProperty("")
    priority = BooleanProperty(False)
    assist = StringProperty("")
    alone = BooleanProperty(False)
    printer_note = StringProperty("")
    brings = BooleanProperty(False)

    def render(self, session: Session) -> None:
        """Show the chosen service as the office has it now."""
        service = session.offered
        if service is None:
            return
        self.service, self.about = self.either(service.name), self.either(service.about)
        self.icon = service.icon
        self.alone = session.alone
        self.waiting = self.people("confirm", service.waiting)
        self.estimate = self._estimate(service)
        cut = is_cut(service.estimate)
        self.estimate_label = self.say("confirm.estimate_until" if cut else "confirm.estimate")
        late = is_unsure(service.estimate) and not session.alone
        self.unsure = self.say("confirm.unsure") if late else ""
        self.code = session.answers.case
        self._show_assistance(session)
        broken = session.printer not in READY
        self.printer_note = self.say("confirm.printer") if broken else ""
        self._show_requirements(service)

    def _show_assistance(self, session: Session) -> None:
        """Offer the first class in one touch, and what else there is behind a button."""
        first, others = session.segments[:1], session.segments[1:]
        for one in first:
            self.segment, self.priority = one.code, session.answers.segment == one.code
            self.segment_name, self.segment_about = self.either(one.name), self.either(one.about)
        if not first:
            self.segment = ""
        chosen = len(session.answers.needs) + any(
            one.code == session.answers.segment for one in others
        )
        offers = bool(others or (session.office and session.office.needs))
        words = self.say("confirm.assisted", n=chosen) if chosen else self.say("confirm.assist")
        self.assist = words if offers else ""

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
