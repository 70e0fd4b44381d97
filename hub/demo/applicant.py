"""The applicant: holds the specimen passport, touches the kiosk, keeps the papers given out."""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from hub.demo.errors import TouchFailed
from hub.demo.touch import Glass

NUMBER, BIRTH, EXPIRY = "L898902C3", "12081974", "15042032"
"""The specimen of ICAO Doc 9303-4, Appendix A (valid until 2032): what its data page shows."""
_TICKET = re.compile(r"[A-Z]-?\d{3,4}")
_PAPER_WITHIN_S = 30.0
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Ticket:
    """A number on paper."""

    number: str
    picture: Path


class Applicant:
    """One person at the kiosk."""

    def __init__(self, glass: Glass, printed: Path, out: Path) -> None:
        self._glass = glass
        self._printed = printed
        self._out = out

    def apply(self) -> Ticket:
        """Take a number for a new application: type the passport's key, lay it down, go on.

        Raises TouchFailed.
        """
        self._choose("skim")
        glass = self._glass
        glass.on("notice")
        glass.press("next")
        for screen, text in (("number", NUMBER), ("birth", BIRTH), ("expiry", EXPIRY)):
            glass.on(screen)
            glass.type(text)
            glass.press("next")
        glass.on("lay")
        glass.press("next")
        glass.on("check", limit_s=60)
        glass.press("next")
        return self._take()

    def come_back(self, service: str, case_code: str) -> Ticket:
        """Take a number for `service` with the code on a paper of the case. Raises TouchFailed."""
        self._choose(service)
        self._glass.on("case")
        self._glass.type(re.sub(r"[^A-Z0-9]", "", case_code))
        self._glass.press("next")
        return self._take()

    def _choose(self, service: str) -> None:
        glass = self._glass
        glass.on("language")
        glass.press("language-id")
        screen = glass.on("service")
        if f"service-{service}" not in screen.spots:
            glass.press("more")
        glass.press(f"service-{service}")

    def _take(self) -> Ticket:
        glass = self._glass
        before = set(self._printed.glob("*.png"))
        glass.on("confirm")
        glass.press("next")
        screen = glass.on("ticket", limit_s=60)
        number = next((text for text in screen.texts if _TICKET.fullmatch(text)), "")
        if not number:
            message = f"the kiosk shows no number: {' · '.join(screen.texts)}"
            raise TouchFailed(message)
        picture = self._keep(self._paper(before), number)
        glass.press("done")
        glass.on("language")
        return Ticket(number, picture)

    def _paper(self, before: set[Path]) -> Path:
        until = time.monotonic() + _PAPER_WITHIN_S
        while not (new := set(self._printed.glob("*.png")) - before):
            if time.monotonic() > until:
                words = " · ".join(self._glass.look().texts)
                message = f"no ticket came out of the kiosk's printer; the screen says: {words}"
                raise TouchFailed(message)
            time.sleep(_LOOK_EVERY_S)
        return new.pop()

    def _keep(self, paper: Path, number: str) -> Path:
        kept = self._out / f"ticket-{number}.png"
        shutil.copyfile(paper, kept)
        return kept
