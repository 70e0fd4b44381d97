"""The root: header, the screen of the session, Back and Start over, the bar, and the panels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from kivy.clock import Clock
from kivy.input import MotionEvent
from kivy.lang import Builder
from kivy.uix.widget import Widget

from kiosk import events, flow
from kiosk.screens.page import SIDE, Page
from kiosk.screens.panels import Panel
from kiosk.state import Session
from kiosk.theme import CONTRAST, LIGHT, PANEL, Look, rgba
from kiosk.widgets import entry as _entry_widgets  # noqa: F401 — kv files name their classes
from kiosk.widgets import notes as _note_widgets  # noqa: F401
from kiosk.widgets import pictures as _picture_widgets  # noqa: F401
from kiosk.widgets.boxes import Row, put_away
from kiosk.widgets.entry import Key
from kiosk.widgets.frame import AccessBar, Header
from kiosk.widgets.notes import Note
from kiosk.widgets.press import Pressable, PushButton
from kiosk.words import LANGUAGES

PAGES = {
    "closed": ("closed", "ClosedPage"),
    "language": ("language", "LanguagePage"),
    "service": ("service", "ServicePage"),
    "notice": ("notice", "NoticePage"),
    "number": ("entry", "EntryPage"),
    "birth": ("entry", "EntryPage"),
    "expiry": ("entry", "EntryPage"),
    "case": ("entry", "EntryPage"),
    "booking": ("entry", "EntryPage"),
    "lay": ("lay", "LayPage"),
    "check": ("check", "CheckPage"),
    "confirm": ("confirm", "ConfirmPage"),
    "sending": ("sending", "SendingPage"),
    "ticket": ("ticket", "TicketPage"),
}
FITS = tuple(1 - step / 25 for step in range(13))
"""Steps by which a full screen is tightened, down to about half."""
TOP_OF_REACH = 0.78
"""Lower part of the glass that a seated person reaches (27 inches, 750 mm above the floor)."""
GHOST_S = 0.25
"""A touch so soon after a screen change was meant for the screen before."""
REPEAT_S = 0.3
KEY_REPEAT_S = 0.12
"""A trembling finger bounces within 100 ms; nobody types one key twice so fast."""
HELD_S = 3.0
"""So long a finger keeps what it touches as it is; one whose end was lost, no longer."""
WITHOUT_FOOT = (flow.CLOSED.name, flow.LANGUAGE.name, flow.TICKET.name)


class Shell(Widget):  # type: ignore[misc] # Kivy has no types
    """Shows sessions, and lets only meant touches through."""

    def __init__(self, *, say: Callable[..., str], speech: bool) -> None:
        super().__init__()
        self._say = say
        self._pages: dict[str, Page] = {}
        self._page: Page | None = None
        self._session = Session()
        self._shown_since = 0.0
        self._pressed: tuple[str, float] = ("", 0.0)
        self._held_since: float | None = None
        self.look = Look()
        self.header, self.bar, self.panel = Header(), AccessBar(speech=speech), Panel()
        self._banner = Note(tone="warn", icon="unplug")
        self._slot = Widget()
        self._foot = Row(gap=20, pad=[SIDE, 0, SIDE, 22], stretch=True)
        self._back = PushButton(name="back", icon="arrow-left", event=events.BackTouched())
        self._over = PushButton(name="over", icon="rotate-ccw", event=events.StartOverTouched())
        self._foot.add_widget(self._back)
        self._foot.add_widget(self._over)
        for part in (self._slot, self.header, self._banner, self._foot, self.bar, self.panel):
            self.add_widget(part)
        self.bind(size=lambda *_: self.show(self._session))

    @property
    def page(self) -> Page | None:
        """Return the screen that is shown."""
        return self._page

    @property
    def accepts_touches(self) -> bool:
        """Whether a touch would be taken now, or is still held for a ghost."""
        return bool(Clock.get_time() - self._shown_since >= GHOST_S)

    def show(self, session: Session) -> None:
        """Show `session`; news of the same screen waits until the finger on it lets go."""
        changed = (session.screen, session.panel) != (self._session.screen, self._session.panel)
        if changed or self._page is None:
            self._shown_since = Clock.get_time()
        self._session = session
        if not changed and self._is_held:
            return
        self._turn_to(session.screen)
        self._fill(session)
        self.lay_out()

    def lay_out(self) -> None:
        """Place everything, tightening the screen until it fits."""
        if self._page is None or self.width <= 1:
            return
        view = self._session.view
        unit = min(self.width / PANEL[0], self.height / PANEL[1])
        theme = CONTRAST if view.contrast else LIGHT
        self.look = look = Look(unit, view.scale, 1.0, theme)
        self._paint(theme.ground)
        top = self._place_frame(look)
        low = self._foot.y + self._foot.height if self._foot.shown else self.bar.top
        room = top - low
        reach = self.height * TOP_OF_REACH - (low - self.y)
        self._page.prepare(self.width, room, look, reach=reach)
        fitted = self._fitted(room, look)
        self.look = fitted
        self._page.arrange(self.x, low, self.width, room, fitted)
        self.panel.arrange(self.x, self.y, self.width, self.height, look)

    def _fitted(self, room: float, look: Look) -> Look:
        """Return the loosest look in which the screen fits its room, or the tightest there is."""
        if self._page_height(look) <= room:  # most do, and each look costs a measuring
            return look
        tightest, loosest = len(FITS) - 1, 1
        while loosest < tightest:
            middle = (loosest + tightest) // 2
            if self._page_height(replace(look, fit=FITS[middle])) <= room:
                tightest = middle
            else:
                loosest = middle + 1
        return replace(look, fit=FITS[loosest])

    def _page_height(self, look: Look) -> float:
        return float(self._page.measure(self.width, look)) if self._page else 0.0

    def on_touch_down(self, touch: MotionEvent) -> bool:
        """Let a touch through unless it is a ghost, a second finger, or another mouse button."""
        if "button" in touch.profile and touch.button != "left":
            return True
        if not self.accepts_touches or self._second_finger(touch) or self._repeats(touch):
            return True
        self._held_since = Clock.get_time()
        if self.panel.shown:
            self.panel.on_touch_down(touch)
            return True
        return bool(super().on_touch_down(touch))

    def on_touch_up(self, touch: MotionEvent) -> bool:
        """Let go; the part that was touched hears of it after us, then comes what waited."""
        if self._held_since is not None:
            self._held_since = None
            Clock.schedule_once(lambda _elapsed_s: self.show(self._session), 0)
        return bool(super().on_touch_up(touch))

    @property
    def _is_held(self) -> bool:
        """Whether a finger is on a part, which would be lost if the part were drawn anew."""
        return self._held_since is not None and Clock.get_time() - self._held_since < HELD_S

    def pressables(self) -> list[Pressable]:
        """Return what can be seen and touched now, panel first."""
        roots = [self.panel] if self.panel.shown else [self._page, self._foot, self.bar]
        return [
            widget
            for root in roots
            if root is not None
            for widget in root.walk(restrict=True)
            if isinstance(widget, Pressable) and widget.width > 0 and widget.opacity > 0
        ]

    def build_ahead(self) -> bool:
        """Build one screen, or a part of one, that was not shown yet; return whether there was one.

        For moments in which nobody waits: building takes 30 to 100 ms, too long for the touch
        that first needs the screen.
        """
        missing = next((one for one in PAGES.values() if one[1] not in self._pages), None)
        if missing is not None:
            self._build(*missing)
            return True
        session = self._session
        wanted = [replace(session, view=replace(session.view, language=one)) for one in LANGUAGES]
        return any(
            page.rehearse(one, self.width, self.look)
            for page in self._pages.values()
            for one in wanted
        )

    def _build(self, module: str, kind: str) -> Page:
        if kind not in self._pages:
            layout = str(Path(__file__).parent / f"{module}.kv")
            if layout not in Builder.files:
                Builder.load_file(layout)
            self._pages[kind] = getattr(import_module(f"kiosk.screens.{module}"), kind)()
        return self._pages[kind]

    def _turn_to(self, screen: str) -> None:
        module, kind = PAGES[screen]
        self._build(module, kind)
        if self._page is self._pages[kind]:
            return
        self._page = self._pages[kind]
        self._slot.clear_widgets()
        self._slot.add_widget(self._page)

    def _fill(self, session: Session) -> None:
        office = session.office
        if office is not None:
            english = session.view.language == "en"
            self.header.office = office.name.en if english else office.name.id
            self.header.parent_office = office.parent.en if english else office.parent.id
        self.bar.show(session)
        self.panel.show(session)
        self._foot.shown = session.screen not in WITHOUT_FOOT
        cancels = session.screen == flow.SENDING.name
        self._back.text = self._say("button.cancel" if cancels else "button.back")
        self._over.text = self._say("button.over")
        self._banner.icon, self._banner.text = self._announced(session)
        if self._page is not None:
            self._page.show(session)

    def _announced(self, session: Session) -> tuple[str, str]:
        """Return icon and words of the strip under the header, empty words for none."""
        office = session.office
        if office is None or session.screen == flow.CLOSED.name:
            return "unplug", ""
        if not session.online:
            return "unplug", self._without_hub(session)
        notices = ([office.stop] if office.stop else []) + list(office.messages)
        if not notices:
            return "unplug", ""
        words = notices[0].text
        english = session.view.language == "en"
        both = f"{words.id}\n{words.en}" if words.en else words.id
        one = words.en if english and words.en else words.id
        return "triangle-alert", both if session.screen == flow.LANGUAGE.name else one

    def _without_hub(self, session: Session) -> str:
        if session.screen == flow.SENDING.name:
            return ""
        if session.screen != flow.LANGUAGE.name:
            return self._say("offline.alone" if session.alone else "offline.banner")
        # nobody has entered anything, or chosen a language
        key = "offline.alone" if session.alone else "offline.idle"
        return "\n".join(self._say(key, language) for language in LANGUAGES)

    def _place_frame(self, look: Look) -> float:
        """Place header, banner, foot and bar; return the upper edge of the room between."""
        high = self.header.measure(self.width, look)
        self.header.arrange(self.x, self.top - high, self.width, high, look)
        bar = self.bar.measure(self.width, look)
        self.bar.arrange(self.x, self.y, self.width, bar, look)
        foot = self._foot.measure(self.width, look) if self._foot.shown else 0.0
        if foot:
            self._foot.arrange(self.x, self.bar.top, self.width, foot, look)
        else:
            put_away(self._foot)
        top = float(self.header.y)
        side = look.px(SIDE)
        note = self._banner.measure(self.width - 2 * side, look)
        if not note:
            put_away(self._banner)
            return top
        top -= note + look.px(20)
        self._banner.arrange(self.x + side, top, self.width - 2 * side, note, look)
        return top

    def _paint(self, ground: str) -> None:
        from kivy.core.window import Window

        if Window is not None:
            Window.clearcolor = rgba(ground)

    def _second_finger(self, touch: MotionEvent) -> bool:
        from kivy.base import EventLoop

        # a mouse that only hovers is among the touches as well
        return any(other is not touch and other.is_touch for other in EventLoop.touches)

    def _repeats(self, touch: MotionEvent) -> bool:
        """Whether this touch repeats the last one on the same part too soon."""
        target = next((p for p in self.pressables() if p.collide_point(*touch.pos)), None)
        name, at = self._pressed
        now = Clock.get_time()
        limit = KEY_REPEAT_S if isinstance(target, Key) else REPEAT_S
        if target is not None and target.name == name and now - at < limit:
            return True
        self._pressed = (target.name if target else "", now)
        return False
