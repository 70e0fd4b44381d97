"""What can happen at the kiosk: a touch, or news from a device, the hub or the clock."""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.wire import OfficeState, PassportInput, Ticket


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """A person began, or changed the language; `key` is fresh and random for their requests."""

    language: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class ServiceChosen:
    """A service's card was touched."""

    code: str


@dataclass(frozen=True, slots=True)
class NextTouched:
    """The primary button was touched."""


@dataclass(frozen=True, slots=True)
class SkipTouched:
    """The person goes on without the code, or without the chip."""


@dataclass(frozen=True, slots=True)
class CorrectTouched:
    """The person wants to correct the typed passport data."""


@dataclass(frozen=True, slots=True)
class BackTouched:
    """Back was touched."""


@dataclass(frozen=True, slots=True)
class StartOverTouched:
    """Start over, or done, was touched: everything is wiped."""


@dataclass(frozen=True, slots=True)
class KeyTouched:
    """A key of the on-screen keyboard was touched."""

    sign: str


@dataclass(frozen=True, slots=True)
class EraseTouched:
    """The erase key was touched."""


@dataclass(frozen=True, slots=True)
class PageTurned:
    """The list is to be turned by so many pages."""

    by: int


@dataclass(frozen=True, slots=True)
class SegmentTouched:
    """The person says, or takes back, that they belong to a class that goes first."""

    code: str


@dataclass(frozen=True, slots=True)
class NeedTouched:
    """The person asks, or no longer asks, staff for something."""

    code: str


@dataclass(frozen=True, slots=True)
class AssistTouched:
    """The person wants to see what staff can do for them."""


@dataclass(frozen=True, slots=True)
class BookingTouched:
    """The person has a booked time."""


@dataclass(frozen=True, slots=True)
class CodeScanned:
    """A code was held under the scanner; `key` is fresh and random for a new person's requests."""

    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class ZoneScanned:
    """A passport's machine readable zone was drawn through the reader; its two or three rows."""

    rows: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrintTouched:
    """The ticket is to be printed again."""


@dataclass(frozen=True, slots=True)
class ScaleTouched:
    """Larger text was touched: normal, large, largest, normal."""


@dataclass(frozen=True, slots=True)
class ContrastTouched:
    """High contrast was touched."""


@dataclass(frozen=True, slots=True)
class HeightTouched:
    """Wheelchair height was touched."""


@dataclass(frozen=True, slots=True)
class SpeechTouched:
    """Reading aloud was touched."""


@dataclass(frozen=True, slots=True)
class LanguagesTouched:
    """The language is to be changed without losing input."""


@dataclass(frozen=True, slots=True)
class HelpTouched:
    """Help was touched: staff is called."""


@dataclass(frozen=True, slots=True)
class PanelClosed:
    """The panel over the screen (help, languages, time-out) was closed by a touch."""


@dataclass(frozen=True, slots=True)
class Tick:
    """The clock went on to `at` seconds (monotonic)."""

    at: float


@dataclass(frozen=True, slots=True)
class OfficeSeen:
    """The hub told how the office is now."""

    office: OfficeState


@dataclass(frozen=True, slots=True)
class OfficeAlone:
    """The hub is away: the office as the kiosk carries it on by itself."""

    office: OfficeState


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The hub became reachable, or is no longer; `code` names a refusal of the station itself."""

    online: bool
    code: str = ""


@dataclass(frozen=True, slots=True)
class PrinterSeen:
    """The ticket printer said how it is: a health code, or "none" if there is no printer."""

    code: str


@dataclass(frozen=True, slots=True)
class ReaderSeen:
    """The passport reader works, or does not (gone, retired, none configured)."""

    ready: bool


@dataclass(frozen=True, slots=True)
class DeviceAccepted:
    """A supervisor took the device that stands in for another one for the right one."""

    role: str


@dataclass(frozen=True, slots=True)
class ChipProgress:
    """The chip is being read: `done` of `total` bytes."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ChipRead:
    """The chip was read."""

    passport: PassportInput


@dataclass(frozen=True, slots=True)
class ChipFailed:
    """The chip was not read; `code` says why."""

    code: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """After a restart: a request that the hub had not answered yet."""

    key: str
    service: str
    language: str


@dataclass(frozen=True, slots=True)
class TicketIssued:
    """The hub issued the ticket that request `key` asked for.

    `paper` is set after a restart in mid-print: what is known of a paper that was begun.
    """

    key: str
    ticket: Ticket
    case_code: str = ""
    paper: str = ""
    own: bool = False
    """The number is of the kiosk's own series: the hub does not know it yet."""


@dataclass(frozen=True, slots=True)
class RequestRefused:
    """The hub refused request `key` for good."""

    key: str
    code: str


@dataclass(frozen=True, slots=True)
class PaperChanged:
    """What is known of the ticket's paper: printing, sent, printed, unknown, failed."""

    ticket: str
    state: str
    code: str = ""


Event = (
    LanguageChosen
    | ServiceChosen
    | NextTouched
    | SkipTouched
    | CorrectTouched
    | BackTouched
    | StartOverTouched
    | KeyTouched
    | EraseTouched
    | PageTurned
    | SegmentTouched
    | NeedTouched
    | AssistTouched
    | BookingTouched
    | CodeScanned
    | ZoneScanned
    | PrintTouched
    | ScaleTouched
    | ContrastTouched
    | HeightTouched
    | SpeechTouched
    | LanguagesTouched
    | HelpTouched
    | PanelClosed
    | Tick
    | OfficeSeen
    | OfficeAlone
    | LinkChanged
    | PrinterSeen
    | DeviceAccepted
    | ReaderSeen
    | ChipProgress
    | ChipRead
    | ChipFailed
    | Resumed
    | TicketIssued
    | RequestRefused
    | PaperChanged
)
TOUCHES = (
    LanguageChosen, ServiceChosen, NextTouched, SkipTouched, CorrectTouched, BackTouched,
    StartOverTouched, KeyTouched, EraseTouched, PageTurned, SegmentTouched, PrintTouched,
    NeedTouched, AssistTouched, BookingTouched, CodeScanned, ZoneScanned,
    ScaleTouched, ContrastTouched, HeightTouched, SpeechTouched, LanguagesTouched, HelpTouched,
    PanelClosed,
)  # fmt: skip
"""Events that prove that a person stands there."""
