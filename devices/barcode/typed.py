"""Tell a scanner's burst from fingers by the time between keys, where keys reach a window.

A scanner that types sends a key every 1 to 20 ms and ends with Enter; the fastest typist needs
60 ms for a key. So a key is held back for `KEY_S`: if another follows in time it belongs to a
burst, if not it was a finger's. Pure: the window gives the instants.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from devices.barcode.wire import LONGEST, Gatherer, Read

KEY_S: Final = 0.035
"""Between the slowest scanner seen in manuals (20 ms a key) and the fastest typist (60 ms)."""
SHORTEST: Final = 4
"""Fewer keys in a burst are a bouncing key or two fingers at once."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What has become certain: signs of fingers for what has the focus, scans for the office."""

    fingers: str = ""
    scans: tuple[Read, ...] = ()


@dataclass(slots=True)
class Burst:
    """Sorts the keys of one window; call `key` for each and `settle` when `KEY_S` has passed."""

    _held: str = ""
    _last_at: float = 0.0
    _gatherer: Gatherer = field(default_factory=Gatherer)

    def key(self, sign: str, *, at: float) -> Typed:
        """Take one key; Enter is "\\r". Returns what it makes certain."""
        before = self._released() if at - self._last_at > KEY_S else Typed()
        self._last_at = at
        self._held += sign
        if len(self._held) > LONGEST:
            return Typed(before.fingers, (*before.scans, *self._scans(at)))
        return before

    def settle(self, *, at: float) -> Typed:
        """Return what is certain because no key followed; call it `KEY_S` after a key, or later."""
        if at - self._last_at <= KEY_S:
            return Typed()
        released = self._released()
        return Typed(released.fingers, (*released.scans, *self._gatherer.settle(at=at)))

    @property
    def waiting(self) -> bool:
        """Whether `settle` still has something to decide."""
        return bool(self._held) or self._gatherer.unfinished

    def _released(self) -> Typed:
        if len(self._held) < SHORTEST:
            fingers, self._held = self._held, ""
            return Typed(fingers)
        return Typed("", self._scans(self._last_at))

    def _scans(self, at: float) -> tuple[Read, ...]:
        text, self._held = self._held, ""
        return tuple(self._gatherer.feed(text.encode(), at=at))
