"""What the kiosk is to do next; each effect ends in one or more events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from devices.capabilities import MrzKey
from hub.wire import IssueTicket, OfficeState, Preregistration, Ticket
from hub.wire.opening import CheckIn


@dataclass(frozen=True, slots=True)
class AskPrinter:
    """Ask the ticket printer how it is."""


@dataclass(frozen=True, slots=True)
class AcceptDevice:
    """Use the device that stands in for another one at the address of `role`."""

    role: str


@dataclass(frozen=True, slots=True)
class ReadChip:
    """Read the passport on the reader; `on` is the office's day, for two-digit years."""

    key: MrzKey
    on: date


@dataclass(frozen=True, slots=True)
class CancelRead:
    """Stop reading the passport."""


@dataclass(frozen=True, slots=True)
class SendRequest:
    """Ask the hub for a ticket under `key`, after opening the draft if there is one.

    With `check_in` the booked time says what the ticket is for.
    """

    key: str
    ticket: IssueTicket
    draft: Preregistration | None = None
    check_in: CheckIn | None = None


@dataclass(frozen=True, slots=True)
class DropRequest:
    """Forget an unanswered request: its person gave up."""

    key: str


@dataclass(frozen=True, slots=True)
class PrintTicket:
    """Print `ticket` of `office`, marked as a copy if paper may have come out before."""

    key: str
    ticket: Ticket
    office: OfficeState
    language: str
    case_code: str = ""
    copy: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class CallStaff:
    """Call a member of staff to the kiosk, or take the call back."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class Wipe:
    """Forget everything of the last person: speech, pictures of text, answers."""


Effect = (
    AskPrinter
    | AcceptDevice
    | ReadChip
    | CancelRead
    | SendRequest
    | DropRequest
    | PrintTicket
    | CallStaff
    | Wipe
)
