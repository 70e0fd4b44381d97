"""What must stand in the environment before the first `import kivy`."""

from __future__ import annotations

import os
from pathlib import Path

MOST_FRAMES = "60"
"""A touch is looked for once a frame and answered in the next: two waits of up to 33 ms each at 30
frames a second, of the 100 ms that an answer may take."""


def prepare(state: Path) -> None:
    """Set Kivy up for a kiosk: own settings folder, no arguments, no files, text by Pillow.

    SDL must not take SIGTERM from us; touch is read once, as mouse (KIOSK: double taps).
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.update(
        KIVY_NO_ARGS="1",
        KIVY_NO_CONFIG="1",
        KIVY_NO_FILELOG="1",
        KIVY_LOG_MODE="PYTHON",
        KIVY_HOME=str(state),
        KIVY_TEXT="pil",
        SDL_NO_SIGNAL_HANDLERS="1",
    )


def configure(width: int, height: int, *, fullscreen: bool) -> None:
    """Set Kivy's configuration for the window; import nothing of Kivy's window before."""
    from kivy.config import Config

    for name, value in {
        "width": str(width),
        "height": str(height),
        "resizable": "0",
        "borderless": "1" if fullscreen else "0",
        "fullscreen": "auto" if fullscreen else "0",
        "show_cursor": "0" if fullscreen else "1",
        "multisamples": "0",
        "maxfps": MOST_FRAMES,
    }.items():
        Config.set("graphics", name, value)
    Config.set("kivy", "exit_on_escape", "0")
    Config.set("kivy", "log_level", "warning")
    for provider in list(Config.options("input")):
        Config.remove_option("input", provider)
    Config.set("input", "mouse", "mouse,disable_multitouch")
