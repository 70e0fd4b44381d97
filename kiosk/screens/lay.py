"""Lay the passport on the reader, see it being read, and go on if it cannot be read."""

from __future__ import annotations

from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from kiosk.screens.page import Page
from kiosk.state import ASK_OFFICER_AFTER, Session

BY_HAND_AFTER = 2
KNOWN_CODES = (
    "passport_wrong_key",
    "passport_delays",
    "passport_removed",
    "passport_absent",
    "passport_unreadable",
    "passport_unsupported",
    "device_silent",
)
ESTIMATED_BYTES = 24_000
"""What a chip holds of COM, DG1, DG2 and SOD, until the driver knows better."""


class LayPage(Page):
    """A picture of where to lay it, the live state, and the ways on."""

    reading = BooleanProperty(False)
    read_part = NumericProperty(0)
    state = StringProperty("")
    percent = StringProperty("")
    fault = StringProperty("")
    advice = StringProperty("")
    failures = NumericProperty(0)
    wrong_key = BooleanProperty(False)
    may_read = BooleanProperty(True)
    by_hand_first = BooleanProperty(False)

    def render(self, session: Session) -> None:
        """Show how the reading stands."""
        chip = session.chip
        self.reading = chip.state == "reading"
        total = chip.total or ESTIMATED_BYTES
        self.read_part = min(1.0, chip.done / total) if self.reading else 0.0
        # until the first byte nobody knows whether a passport lies there
        found = self.read_part > 0
        self.percent = self.say("lay.percent", n=round(self.read_part * 100)) if found else ""
        sought = "lay.reading" if found else "lay.seeking"
        self.state = self.say(sought if self.reading else "lay.waiting")
        failed = chip.state == "failed"
        code = chip.code if chip.code in KNOWN_CODES else "other"
        self.fault = f"{self.say('lay.failed')} {self.say(f'chip.{code}')}" if failed else ""
        self.failures = chip.failures
        self.wrong_key = failed and chip.code == "passport_wrong_key"
        self.may_read = chip.failures < ASK_OFFICER_AFTER
        self.by_hand_first = chip.failures >= BY_HAND_AFTER
        self.advice = self._advice() if failed else ""

    def _advice(self) -> str:
        if not self.may_read:
            return self.say("lay.failed_last")
        return self.say("lay.failed_more") if self.by_hand_first else ""
