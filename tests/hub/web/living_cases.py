"""Cases of a living office, taken by its staff to where a page or a journey begins."""

from __future__ import annotations

from screened import Desk

NTPN = "A1B2C3D4E5F6{:04d}"


class Numbered:
    """A desk that gives each case a payment and a card blank of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._count = 0

    def at(self, stage: str) -> str:
        """Return a new case just before `stage`; one past the last stage is archived."""
        desk, case = self.desk, self.desk.open()
        self._count += 1
        for one in desk.procedure.sop.stages:
            if one.name == stage:
                break
            if one.name == "7":
                desk.step_7(case, ntpn=NTPN.format(self._count))
            elif one.name == "8":
                desk.step_8(case, serial=f"SK {self._count:04d}")
            else:
                getattr(desk, f"step_{one.name}")(case)
        return case
