"""The application: one session, shown by the shell, changed only by `tell(event)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from kivy.app import App
from kivy.clock import Clock
from kivy.properties import StringProperty

from kiosk import events, flow
from kiosk.effects import Effect
from kiosk.screens.shell import Shell
from kiosk.session import reduce
from kiosk.state import Session
from kiosk.wedge import Wedge
from kiosk.words import Catalogue, clock, load_catalogues

TICK_S = 0.5
"""Twice a second keeps the seconds of a countdown even."""
REST_S = 60.0


class KioskApp(App):  # type: ignore[misc] # Kivy has no types
    """Holds the session; `carry_out` does what the session asks for.

    `on_rest` is called when every screen is built and nobody stands there: after each person, and
    again after each minute without one.

    `lang` is the language shown; kv files name it beside each key so that texts follow it.
    """

    lang = StringProperty("id")

    def __init__(
        self,
        carry_out: Callable[[Effect], None],
        *,
        speech: bool = False,
        catalogues: Mapping[str, Catalogue] | None = None,
        on_drawn: Callable[[], None] = lambda: None,
        on_session: Callable[[Session], None] = lambda _: None,
        on_rest: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self.catalogues = dict(catalogues or load_catalogues())
        self.session = Session()
        self._carry_out = carry_out
        self._speech = speech
        self._on_drawn = on_drawn
        self._on_session = on_session
        self._on_rest = on_rest
        self._office_seen_at = 0.0
        self._rests_again_at = 0.0
        self._wedge = Wedge(self.tell, Clock.get_time)

    def build(self) -> Shell:
        """Return the root widget."""
        self.shell = Shell(say=self._say, speech=self._speech)
        self.shell.show(self.session)
        self.tell(events.Tick(Clock.get_time()))
        Clock.schedule_interval(self._tick, TICK_S)
        return self.shell

    def on_start(self) -> None:
        """Keep the window from closing, and say when the first frame is drawn."""
        from kivy.core.window import Window

        Window.bind(on_request_close=lambda *_, **__: True)
        Window.bind(on_flip=self._drawn_once)
        Window.bind(on_key_down=self._key)

    def open_settings(self, *_: object) -> None:
        """Show nothing: F1 would open Kivy's own settings."""

    def t(self, key: str, language: str) -> str:
        """Return the words for `key` in `language`."""
        return self.catalogues[language][key]

    def tell(self, event: events.Event) -> None:
        """Take an event: reduce, show, and begin what is to be done."""
        if isinstance(event, events.OfficeSeen):
            self._office_seen_at = Clock.get_time()
        before = self.session
        self.session, effects = reduce(before, event)
        for effect in effects:
            self._carry_out(effect)
        if self.session != before:
            self._show(before)

    def _key(
        self, _window: object, code: int, _scan: int, sign: str | None, held: list[str]
    ) -> bool:
        """Let the scanner type; no key does anything else here."""
        self._wedge.key(code, sign, held)
        return True

    def _tick(self, _elapsed_s: float) -> None:
        now = Clock.get_time()
        self.tell(events.Tick(now))
        if self.session.screen != flow.LANGUAGE.name:
            self._rests_again_at = now
        elif not self.shell.build_ahead() and now >= self._rests_again_at:
            self._rests_again_at = now + REST_S
            self._on_rest()

    def _show(self, before: Session) -> None:
        self.lang = self.session.view.language
        time = self._time()
        moved, self.shell.header.time = time != self.shell.header.time, time
        if _looks_the_same(before, self.session):
            if moved:
                self.shell.lay_out()
            return
        self.shell.show(self.session)
        self._on_session(self.session)

    def _say(self, key: str, language: str = "") -> str:
        return self.t(key, language or self.lang)

    def _time(self) -> str:
        """Return the office's time of day: the hub's clock, carried on by ours."""
        office = self.session.office
        if office is None:
            return ""
        now = office.now + timedelta(seconds=Clock.get_time() - self._office_seen_at)
        return clock(now.astimezone(ZoneInfo(office.timezone)))

    def _drawn_once(self, window: object) -> None:
        window.unbind(on_flip=self._drawn_once)  # type: ignore[attr-defined] # Kivy's window
        self._on_drawn()


def _looks_the_same(before: Session, after: Session) -> bool:
    """Whether only the clock went on, on a screen that shows no countdown."""
    if after.panel or after.ticket is not None:
        return False
    still = {"at": 0.0, "touched_at": 0.0}
    return replace(before, **still) == replace(after, **still)  # type: ignore[arg-type] # floats
