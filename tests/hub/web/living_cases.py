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
        return self.on(self.desk.open(), stage)

    def on(self, case: str, stage: str) -> str:
        """Take a case on from where it is to just before `stage`."""
        self._count += 1
        names = [one.name for one in self.desk.procedure.sop.stages]
        now = self.desk.view(case).current
        for name in names[names.index(now.key) if now else len(names) :]:
            if name == stage:
                break
            self._complete(case, name)
        return case

    def _complete(self, case: str, name: str) -> None:
        if name == "7":
            self.desk.step_7(case, ntpn=NTPN.format(self._count))
        elif name == "8":
            self.desk.step_8(case, serial=f"SK {self._count:04d}")
        else:
            getattr(self.desk, f"step_{name}")(case)
