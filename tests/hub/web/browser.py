"""The system's Chromium, whose windows are closed within a limit: now and then one never is.

Its headless shell, where there is one, draws the same pages without the rest of a browser: a window
costs it a quarter of the time.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Error, Playwright

CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ANSWERS_WITHIN_MS = 30_000
CLOSES_WITHIN_S = 30.0


class Chromium:
    """One browser; started again when it was killed because it kept a window."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._mark = f"--loket-tests={uuid.uuid4().hex}"
        self._browser: Browser | None = None
        self._windows: list[BrowserContext] = []

    def window(self, size: dict[str, int]) -> BrowserContext:
        """Return a window without any cookie, of `size` in pixels."""
        if self._browser is None or not self._browser.is_connected():
            self._browser = self._playwright.chromium.launch(
                executable_path=CHROMIUM, args=[*FLAGS, self._mark]
            )
        opened = self._browser.new_context(viewport=size)
        opened.set_default_timeout(ANSWERS_WITHIN_MS)
        self._windows.append(opened)
        return opened

    def close_windows(self) -> None:
        """Close every window that is open."""
        while self._windows:
            self._within(self._windows.pop().close)

    def end(self) -> None:
        """End the browser."""
        if self._browser is not None:
            self._within(self._browser.close)

    def _within(self, close: Callable[[], None]) -> None:
        """Close; kill the browser if that lasts too long. Playwright itself waits without end."""
        overdue = threading.Timer(CLOSES_WITHIN_S, self._kill)
        overdue.start()
        try:
            close()
        except Error:
            if self._browser is None or self._browser.is_connected():
                raise
        finally:
            overdue.cancel()

    def _kill(self) -> None:
        print("Chromium kept a window that it was told to close: killed", file=sys.__stderr__)
        for place in Path("/proc").glob("[0-9]*"):
            try:
                words = (place / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue  # it has ended meanwhile
            if self._mark.encode() in words:
                os.kill(int(place.name), signal.SIGKILL)
