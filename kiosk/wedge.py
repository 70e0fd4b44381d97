"""A code scanner that types, as most of them do: signs in quick succession, then Enter.

Nothing else of a kiosk types. What comes slower than a scanner sends is dropped.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from kiosk.events import CodeScanned

GAP_S = 0.2
"""Scanners send a sign every 1 to 30 ms; a finger on a forgotten keyboard is slower."""
LONGEST = 200
SHORTEST = 4
ENTER = (13, 271)
"""SDL's key codes of both Enter keys."""


class Wedge:
    """Collects what a scanner types; `tell` takes the code, `now` is a clock in seconds."""

    def __init__(self, tell: Callable[[CodeScanned], None], now: Callable[[], float]) -> None:
        self._tell = tell
        self._now = now
        self._signs = ""
        self._last = 0.0

    def key(self, code: int, sign: str | None) -> None:
        """Take a key as the window tells it."""
        late = self._now() - self._last > GAP_S
        self._last = self._now()
        if late:
            self._signs = ""
        if code in ENTER:
            text, self._signs = self._signs, ""
            if len(text) >= SHORTEST:
                self._tell(CodeScanned(text, secrets.token_hex(16)))
        elif sign and sign.isprintable():
            self._signs = (self._signs + sign)[:LONGEST]
