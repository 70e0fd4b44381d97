"""What the kiosk knows at one moment, as frozen values; `kiosk.session` says how they change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from hub.wire import OfficeState, PassportInput, SegmentState, ServiceState, Ticket
from kiosk import flow

SCALES = (1.0, 1.2, 1.4)
NOTICE_VERSION = "2026-11"
"""Version of the data protection notice in the catalogues, kept with each draft."""
DRAFTED = "skim"
"""The procedure whose application is opened before the ticket. For any other service that asks
for a passport it is shown at the counter: nothing here would keep its data."""
ASK_OFFICER_AFTER = 3
"""Chip failures until no further try is offered (KIOSK: 2 → by hand, 3 → an officer)."""


@dataclass(frozen=True, slots=True)
class View:
    """How the person wants the screen; back to these values when they leave."""

    language: str = "id"
    scale: float = 1.0
    contrast: bool = False
    low: bool = False
    speech: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """The passport's chip: `state` is "", "reading", "read" or "failed"."""

    state: str = ""
    done: int = 0
    total: int = 0
    failures: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """The ticket's paper: `state` is "", "printing", "sent", "printed", "unknown" or "failed"."""

    state: str = ""
    code: str = ""
    may_exist: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """What the person entered; `fault` is the code of what is wrong with the field shown."""

    number: str = ""
    birth: str = ""
    expiry: str = ""
    case: str = ""
    booking: str = ""
    segment: str = ""
    needs: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """Everything that decides what the kiosk shows."""

    screen: str = flow.CLOSED.name
    view: View = View()
    answers: Answers = Answers()
    chip: Chip = Chip()
    paper: Paper = Paper()
    passport: PassportInput | None = field(default=None, repr=False)
    service: str = ""
    booked: bool = False
    page: int = 0
    key: str = ""
    requests: int = 0
    waiting_for: str = ""
    ticket: Ticket | None = None
    own: bool = False
    ticket_key: str = ""
    case_code: str = ""
    panel: str = ""
    staff_called: bool = False
    refusal: str = ""
    at: float = 0.0
    touched_at: float = 0.0
    asked_at: float = 0.0
    office: OfficeState | None = None
    online: bool = False
    alone: bool = False
    """The office is carried on by the kiosk itself: it gives numbers of its own."""
    station_code: str = ""
    printer: str = "none"
    reader: bool = False

    @property
    def offered(self) -> ServiceState | None:
        """Return the chosen service as the office has it now."""
        if self.office is None:
            return None
        return next((s for s in self.office.services if s.code == self.service), None)

    @property
    def segments(self) -> tuple[SegmentState, ...]:
        """Return the classes that a person may choose for the service."""
        known = self.office.segments if self.office else []
        only = self.offered.segments if self.offered else []
        return tuple(one for one in known if not only or one.code in only)

    @property
    def form(self) -> str:
        """Return what the kiosk asks for; a passport only for services that open a draft."""
        if self.booked:
            return "booking"
        offered = self.offered
        if offered is None:
            return "none"
        undrafted = offered.form == "passport" and offered.opens != DRAFTED
        return "none" if undrafted else offered.form

    @property
    def row(self) -> flow.Row:
        """Return the row of the screen that is shown."""
        return flow.ROWS[self.screen]

    @property
    def busy(self) -> bool:
        """Whether a device or the hub is at work for this person: nobody is asked then."""
        sending = self.screen == flow.SENDING.name and self.online
        return self.chip.state == "reading" or self.paper.state == "printing" or sending

    @property
    def today(self) -> date:
        """Return the office's day. Only asked after the office was seen."""
        return self.office.today if self.office else date.min
