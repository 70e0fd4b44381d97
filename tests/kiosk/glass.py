"""Drives a real KioskApp in a real window: steps frames, moves a virtual clock, touches glass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk import environment

SIZE = (1080, 1920)
FRAME_S = 0.05


def prepare_window(state: Path) -> None:
    """Open the window; once a process."""
    environment.prepare(state)
    environment.configure(*SIZE, fullscreen=False)
    from kivy.config import Config

    Config.set("graphics", "maxfps", "0")
    from kivy.core.window import Window

    assert Window is not None


class Glass:
    """A kiosk whose hub and devices are the test: effects are collected, events are told."""

    _latest = 0.0
    """Virtual time never goes back within a process: what is due by it would come no more."""

    def __init__(
        self, catalogues: dict[str, dict[str, str]] | None = None, *, draws: bool = True
    ) -> None:
        from kivy.base import EventLoop
        from kivy.clock import Clock
        from kivy.core.window import Window

        from kiosk.app import KioskApp

        self.effects: list[Any] = []
        self._draws = draws
        self._loop, self.clock, self.window = EventLoop, Clock, Window
        # virtual time has to run ahead of the real one, or nothing would ever be due
        Clock._max_fps = 0  # else a frame waits for real time, which stands still here
        self._real_time = Clock.time
        self._now = max(Clock.time(), Glass._latest) + 1
        Clock.time = self._time
        Clock.tick()
        for child in list(Window.children):
            Window.remove_widget(child)
        self.app = KioskApp(self.effects.append, catalogues=catalogues)
        root = self.app.build()
        self.app.root = root
        Window.add_widget(root)
        root.size = Window.size
        if EventLoop.status != "started":
            EventLoop.start()
        self.run(0.2)
        assert root.page is not None
        assert root.page.height > 0, "the root was never laid out"

    @property
    def session(self) -> Any:
        return self.app.session

    @property
    def shell(self) -> Any:
        return self.app.shell

    def run(self, seconds: float) -> None:
        """Let the clock go on, frame by frame."""
        until = self._now + seconds
        while self._now < until:
            self._now = min(until, self._now + (FRAME_S if self._draws else 1.0))
            self._loop.idle() if self._draws else self.clock.tick()

    def until(self, true: Callable[[], bool], within_s: float = 5.0) -> None:
        """Step frames until `true`."""
        limit = self._now + within_s
        while not true():
            assert self._now < limit, "it did not come true in time"
            self.run(FRAME_S)

    def tell(self, *events: Any) -> None:
        for event in events:
            self.app.tell(event)
        self.run(0.4)

    def touch(self, name: str) -> None:
        """Press the button called `name` with a finger."""
        self.touch_at(*self.button(name).center)
        self.run(0.4)

    def touch_at(self, x: float, y: float, *, button: str = "left") -> None:
        self.finger_down(x, y, button=button)
        self.finger_up()

    def finger_down(self, x: float, y: float, *, button: str = "left") -> None:
        from kivy.input.providers.mouse import MouseMotionEvent

        width, height = self.window.size
        self._finger = MouseMotionEvent(
            "mouse", "test", [x / width, y / height, button], is_touch=True, type_id="touch"
        )
        self._finger.scale_for_screen(width, height)
        self._loop.post_dispatch_input("begin", self._finger)
        self._loop.idle()

    def finger_up(self) -> None:
        self._loop.post_dispatch_input("end", self._finger)
        self._loop.idle()

    def button(self, name: str) -> Any:
        shown = {widget.name: widget for widget in self.shell.pressables()}
        assert name in shown, f"no button {name!r} among {sorted(shown)}"
        return shown[name]

    def names(self) -> list[str]:
        return [widget.name for widget in self.shell.pressables()]

    def texts(self) -> str:
        """Return all words on the glass."""
        from kiosk.widgets.text import Text

        return "\n".join(
            widget.text
            for widget in self.shell.walk(restrict=True)
            if isinstance(widget, Text) and widget.text and widget.width > 0 and widget.x > -1e4
        )

    def picture(self, path: Path) -> None:
        """Save what is on the glass."""
        self.run(0.1)
        name = self.window.screenshot(name=str(path))
        Path(name).rename(path)

    def put_away(self) -> None:
        self.clock.unschedule(self.app._tick)
        self.window.remove_widget(self.app.root)
        # kv files hold on to the application, and so to its language, until it stops
        self.app.dispatch("on_stop")
        Glass._latest = self._now
        self.clock.time = self._real_time

    def _time(self) -> float:
        return self._now
