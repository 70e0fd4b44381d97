"""The first screen: the language, each in its own words, and how the office stands."""

from __future__ import annotations

import secrets

from kivy.app import App
from kivy.properties import StringProperty

from hub.wire import ServiceState
from kiosk.events import LanguageChosen
from kiosk.screens.page import Page
from kiosk.state import Session
from kiosk.theme import Look
from kiosk.widgets.boxes import Column, Row
from kiosk.widgets.press import Pressable
from kiosk.widgets.text import Icon, Text
from kiosk.words import LANGUAGES

COLUMNS = 2


class LanguagePage(Page):
    """Welcome in both languages; a touch on a language begins."""

    fee = StringProperty("")

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self._services: tuple[tuple[str, str, int, bool], ...] = ()
        for language in LANGUAGES:
            self.ids.languages.add_widget(LanguageCard(language))

    def render(self, session: Session) -> None:
        """Show the waiting people of each service and the fee notice."""
        office = session.office
        if office is None:
            return
        notice = office.fee_notice
        self.fee = f"{notice.id}\n{notice.en}" if notice.id else ""
        services = tuple(
            (s.code, self.either(s.name), -1 if session.alone else s.waiting, s.open)
            for s in office.services
        )
        if services == self._services:
            return
        self._services = services
        self.ids.waiting.clear_widgets()
        for start in range(0, len(office.services), COLUMNS):
            row = Row(gap=18, stretch=True)
            chosen = office.services[start : start + COLUMNS]
            for service in chosen:
                row.add_widget(self._sign(service))
            for _ in range(COLUMNS - len(chosen)):
                row.add_widget(Row())
            self.ids.waiting.add_widget(row)

    def _sign(self, service: ServiceState) -> Row:
        """Return a small sign: icon, service, and how many wait."""
        sign = Row(gap=16, pad=[22, 14, 24, 14], ground="surface", edge="border", radius=22)
        sign.add_widget(Icon(icon=service.icon, px=42, fixed=46, tone="primary"))
        sign.add_widget(Text(role="small", text=self.either(service.name), halign="left"))
        number = str(service.waiting) if service.open and not self.session.alone else "–"
        sign.add_widget(Text(role="heading", text=number, halign="right", one_line=True, fixed=76))
        return sign


class LanguageCard(Pressable):
    """A language in its own name; each touch brings a fresh key for the person's requests."""

    def __init__(self, language: str) -> None:
        super().__init__(name=f"language-{language}")
        self._language = language
        self.event = LanguageChosen(language, secrets.token_hex(16))
        self.edge, self.raised, self.least = "border", True, 190
        self.pad, self.gap = [44, 30, 44, 30], 30
        words = App.get_running_app().catalogues[language]
        stack = Column(gap=8)
        stack.add_widget(Text(role="heading", text=words["own.name"], halign="left"))
        stack.add_widget(Text(role="body", tone="quiet", text=words["own.continue"], halign="left"))
        self.add_widget(stack)
        self.add_widget(Icon(icon="arrow-right", px=60, fixed=70))

    def arrange(self, x: float, y: float, width: float, height: float, look: Look) -> None:
        """Take this place with a key that nobody has used."""
        self.event = LanguageChosen(self._language, secrets.token_hex(16))
        super().arrange(x, y, width, height, look)
