"""Which service: cards with who waits and how long, closed ones with the reason."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from hub.wire import ServiceState
from kiosk.events import PageTurned, ServiceChosen
from kiosk.expected import is_cut, is_unsure, served_at_once
from kiosk.screens.page import Page
from kiosk.state import Session
from kiosk.theme import Look
from kiosk.widgets.boxes import Column, Row
from kiosk.widgets.notes import Badge
from kiosk.widgets.press import Pressable
from kiosk.widgets.text import Icon, Text

MOST_CARDS = 5
OVERFULL = 1.06
"""So much more than its room a page may want: the shell tightens it by a step or two."""


class ServicePage(Page):
    """The office's services, as many to a page as there is room for."""

    refusal = StringProperty("")
    case_read = StringProperty("")
    pages = StringProperty("")
    first = BooleanProperty(True)
    last = BooleanProperty(True)
    earlier = ObjectProperty(PageTurned(-1))
    later = ObjectProperty(PageTurned(1))

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self._cards: dict[tuple[str, str], tuple[object, ServiceCard]] = {}

    def render(self, session: Session) -> None:
        """Show why the last request was refused, if it was, and the paper that was read."""
        code = session.refusal
        known = code in ("queue_closed", "quota_used", "queue_stopped", "kiosk_storage")
        self.refusal = self.say(f"refusal.{code if known else 'other'}") if code else ""
        case = session.answers.case
        self.case_read = self.say("service.case_read", code=case) if case else ""

    def prepare(self, width: float, height: float, look: Look, *, reach: float) -> None:
        """Put as many cards on the page as there is room for, or reach in wheelchair height."""
        left, _, right, _ = self.inner(look)
        cards = self._all_cards()
        heights = [
            card.measure(width - left - right, look) + look.gap(self.ids.cards.gap)
            for card in cards
        ]
        room = height * OVERFULL + look.gap(self.ids.cards.gap)  # none is wanted after the last
        alone, paged = (room - self._without_cards(width, look, pages) for pages in ("", "1"))
        if self.low:
            below, pager = self._under_cards(width - left - right, look)
            alone, paged = min(alone, reach - below), min(paged, reach - below - pager)
        starts = _page_starts(heights, alone=alone, paged=paged)
        pages = len(starts)
        page = min(self.session.page, pages - 1)
        shown = slice(starts[page], [*starts, len(cards)][page + 1])
        self.first, self.last = page == 0, page == pages - 1
        self.later = PageTurned(1 if not self.last else 0)
        self.pages = self.say("service.page", n=page + 1, m=pages) if pages > 1 else ""
        self.ids.cards.clear_widgets()
        for card in cards[shown]:
            self.ids.cards.add_widget(card)

    def rehearse(self, session: Session, width: float, look: Look) -> bool:
        """Build and measure one card that is not as `session` wants it."""
        left, _, right, _ = self.inner(look)
        shown, self.session = self.session, session
        missing = next((one for one in self._services() if self._known(one) is None), None)
        if missing is not None:
            self._card(missing).measure(width - left - right, look)
        self.session = shown
        return missing is not None

    def _services(self) -> list[ServiceState]:
        """Return them in the office's order; those of a case first once its paper was read."""
        services = list(self.session.office.services) if self.session.office else []
        if self.session.answers.case:
            services.sort(key=lambda one: one.form != "case")
        return services

    def _all_cards(self) -> list[ServiceCard]:
        return [self._known(service) or self._card(service) for service in self._services()]

    def _known(self, service: ServiceState) -> ServiceCard | None:
        """Return the card of a service if it says what is so now, in the session's language."""
        session = self.session
        said, card = self._cards.get((session.view.language, service.code), (None, None))
        return card if said == (service, session.alone) else None

    def _without_cards(self, width: float, look: Look, pages: str) -> float:
        """Return the height of everything but the cards, with or without the pager."""
        self.ids.cards.clear_widgets()
        self.pages = pages
        return self.measure(width, look)

    def _under_cards(self, wide: float, look: Look) -> tuple[float, float]:
        """Return the height of what always lies under the cards, and of the pager."""
        parts = self.ids.booking, self.ids.pager
        booking, pager = (look.gap(self.gap) + part.measure(wide, look) for part in parts)
        return booking + look.gap(self.pad[3]) + look.gap(self.gap), pager

    def _card(self, service: ServiceState) -> ServiceCard:
        card = ServiceCard(name=f"service-{service.code}", event=ServiceChosen(service.code))
        card.fill(service, self)
        session = self.session
        self._cards[session.view.language, service.code] = (service, session.alone), card
        return card


class ServiceCard(Pressable):
    """One service."""

    def fill(self, service: ServiceState, page: ServicePage) -> None:
        """Show `service` in the words of `page`."""
        self.enabled = service.open
        self.edge, self.raised = "border", service.open
        self.face = "surface" if service.open else "ground"
        self.pad, self.gap, self.least = [34, 20, 34, 20], 32, 180
        self.add_widget(
            Badge(icon=service.icon, fixed=116, tone="primary" if service.open else "quiet")
        )
        stack = Column(gap=8)
        stack.add_widget(Text(role="heading", text=page.either(service.name), halign="left"))
        stack.add_widget(
            Text(role="small", tone="quiet", text=page.either(service.about), halign="left")
        )
        stack.add_widget(_state(service, page) if service.open else _closed(service, page))
        self.add_widget(stack)
        self.add_widget(
            Icon(
                icon="arrow-right" if service.open else "lock",
                tone="primary" if service.open else "quiet",
                px=52,
                fixed=58,
            )
        )


def _state(service: ServiceState, page: ServicePage) -> Row:
    row = Row(gap=14)
    if page.session.alone:
        row.add_widget(Icon(icon="unplug", px=34, fixed=38, tone="quiet"))
        row.add_widget(
            Text(role="label", tone="quiet", text=page.say("service.alone"), halign="left")
        )
        return row
    wait, late = _wait(service, page), is_unsure(service.estimate)
    if wait:
        tone = "warn" if late else "good"
        icon = "clock-alert" if late else "clock"
        row.add_widget(Icon(icon=icon, px=34, fixed=38, tone=tone))
        row.add_widget(Text(role="label", tone=tone, text=wait, halign="left"))
    waiting = (
        page.say("service.waiting", n=service.waiting)
        if service.waiting
        else page.say("service.nobody")
    )
    row.add_widget(Icon(icon="users", px=34, fixed=38, tone="quiet"))
    row.add_widget(Text(role="label", tone="quiet", text=waiting, halign="left"))
    return row


def _wait(service: ServiceState, page: ServicePage) -> str:
    estimate = service.estimate
    if served_at_once(service):
        return page.say("service.wait_none")
    if estimate is None:
        return ""
    if is_unsure(estimate):
        return page.say("service.unsure")
    words = "service.wait_until" if is_cut(estimate) else "service.wait"
    return page.say(words, low=estimate.low_min, high=estimate.high_min)


def _closed(service: ServiceState, page: ServicePage) -> Text:
    because = page.either(service.closed_because) if service.closed_because else ""
    words = " · ".join(part for part in (page.say("service.closed"), because) if part)
    return Text(role="label", tone="bad", text=words, halign="left")


def _page_starts(heights: list[float], *, alone: float, paged: float) -> list[int]:
    """Return where each page begins, in the room there is without and with the pager."""
    if sum(heights) <= alone and len(heights) <= MOST_CARDS:
        return [0]
    starts, used = [0], 0.0
    for place, height in enumerate(heights):
        full = used + height > paged or place - starts[-1] >= MOST_CARDS
        if full and place > starts[-1]:
            starts.append(place)
            used = 0.0
        used += height
    return starts
