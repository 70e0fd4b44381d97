"""A scanner that types, as most of them do: signs in quick succession, then Enter.

A code ends with one Enter; the zone of a passport comes as two or three rows, each with its own.
Nothing else of a kiosk types. What comes slower than a scanner sends is dropped.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection

from devices.barcode.keys import with_shift
from devices.barcode.wire import Gatherer, Scan
from kiosk.events import CodeScanned, ZoneScanned

GAP_S = 0.2
"""Scanners send a sign every 1 to 30 ms; a finger on a forgotten keyboard is slower."""
LONGEST = 200
SHORTEST = 4
ENTER = (13, 271)
"""SDL's key codes of both Enter keys."""


class Wedge:
    """Collects what a scanner types; `tell` takes the scan, `now` is a clock in seconds."""

    def __init__(
        self, tell: Callable[[CodeScanned | ZoneScanned], None], now: Callable[[], float]
    ) -> None:
        self._tell = tell
        self._now = now
        self._gatherer = Gatherer(longest=LONGEST)
        self._last = 0.0

    def key(self, code: int, sign: str | None, held: Collection[str] = ()) -> None:
        """Take a key as the window tells it: its sign without shift, and what is held with it."""
        now = self._now()
        if now - self._last > GAP_S:
            self._gatherer = Gatherer(longest=LONGEST)
        self._last = now
        for scan in self._gatherer.feed(_octets(code, sign, held), at=now):
            if isinstance(scan, Scan):
                self._hear(scan)

    def _hear(self, scan: Scan) -> None:
        if scan.mrz:
            self._tell(ZoneScanned(scan.mrz))
        elif len(scan.text) >= SHORTEST:
            self._tell(CodeScanned(scan.text, secrets.token_hex(16)))


def _octets(code: int, sign: str | None, held: Collection[str]) -> bytes:
    if code in ENTER:
        return b"\r"
    # a key without a sign, shift itself too, comes as the letter that has its number: 304 is "İ"
    if not sign or not sign.isascii() or not sign.isprintable():
        return b""
    return (with_shift(sign) if "shift" in held else sign).encode()
