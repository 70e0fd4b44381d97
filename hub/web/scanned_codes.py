"""Billing codes from a counter's scanner to the field of the page that waits for one.

SIMPONI makes them, so the hub cannot say them again from its records as it does a paper's secret.
The newest of each counter lies here, in memory alone, as long as a scan may fill a field. Agent and
officer use the same hub.
"""

from __future__ import annotations

from datetime import datetime

from hub.cases.scans import FRESH


class ScannedCodes:
    """The newest billing code that each counter read."""

    def __init__(self) -> None:
        self._newest: dict[int, tuple[str, datetime]] = {}

    def hold(self, counter: int, text: str, at: datetime) -> None:
        """Keep what `counter` read in place of what it read before."""
        self._newest[counter] = text, at

    def read_at(self, counter: int | None, at: datetime) -> str:
        """Return what `counter` read a moment ago; empty if nothing."""
        text, read_at = self._newest.get(counter or 0, ("", at))
        return text if at - read_at <= FRESH else ""
