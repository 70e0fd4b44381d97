"""The structs of opening, numbers, appointments and roster at the hub's REST interface."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from hub.wire.answers import Answer
from hub.wire.bounds import CaseReference, Code, Language, Name, Reason
from hub.wire.requests import Segment, Wire

CODE_META = msgspec.Meta(
    min_length=4,
    max_length=20,
    pattern=r"^[A-Za-z0-9 -]+(?!\n)$",
    extra={"id": "kode janji: huruf dan angka", "en": "an appointment's code: letters and digits"},
)
PREFIX_META = msgspec.Meta(
    max_length=3,
    pattern=r"^[A-Z]{1,3}(?!\n)$",
    extra={"id": "1 sampai 3 huruf besar", "en": "1 to 3 capital letters"},
)
AppointmentCode = Annotated[str, CODE_META]
Prefix = Annotated[str, PREFIX_META]
Serial = Annotated[int, msgspec.Meta(ge=1, le=99_999)]
LONGEST_LIST = 700_000
Text = Annotated[
    str,
    msgspec.Meta(
        min_length=3,
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f-\x9f]*(?!\n)$",
        extra={"id": "3 sampai 200 huruf", "en": "3 to 200 characters"},
    ),
]
Needs = Annotated[list[Code], msgspec.Meta(max_length=8)]
Lanes = Annotated[list[Code], msgspec.Meta(max_length=40)]
TABLE_META = msgspec.Meta(
    max_length=LONGEST_LIST,
    pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$",
    extra={"id": "teks CSV tanpa karakter kendali", "en": "CSV text without control characters"},
)
Table = Annotated[str, TABLE_META]
HOUR_META = msgspec.Meta(
    max_length=5,
    pattern=r"^([01]\d|2[0-3]):[0-5]\d(?!\n)$",
    extra={"id": "jam JJ:MM", "en": "a time HH:MM"},
)
Hour = Annotated[str, HOUR_META]
NUMBERS_META = msgspec.Meta(
    min_length=1,
    max_length=500,
    pattern=r"^[^\x00-\x1f\x7f-\x9f]*(?!\n)$",
    extra={"id": "nomor antrean seperti A-010 – A-025", "en": "numbers such as A-010 – A-025"},
)
Numbers = Annotated[str, NUMBERS_META]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
KEY_META = msgspec.Meta(
    min_length=8,
    max_length=80,
    pattern=r"^[!-~]+(?!\n)$",
    extra={
        "id": "8 sampai 80 huruf ASCII tanpa spasi",
        "en": "8 to 80 ASCII characters, no spaces",
    },
)
IdempotencyKey = Annotated[str, KEY_META]


class OfflineTicket(Wire, frozen=True, kw_only=True):
    """A ticket that a kiosk gave without the hub, from its own series, at its own instant."""

    service: Code
    serial: Serial
    given_at: Instant
    segment: Segment = "general"
    needs: Needs = msgspec.field(default_factory=list)
    language: Language = "id"
    application: CaseReference | None = None
    instead_of: IdempotencyKey | None = None
    """The key of a request that this kiosk sent before, whose answer it never had."""


class VoidNumbers(Wire, frozen=True, kw_only=True):
    """Numbers of the calling kiosk's series that are no tickets: void, or returned unused."""

    day: date
    service: Code
    first: Serial
    last: Serial
    kind: Literal["void", "returned"]
    reason: Reason = ""


class OpenSpan(Answer, frozen=True, kw_only=True):
    """A service gives numbers from `starts` until before `ends`."""

    service: str
    starts: datetime
    ends: datetime


class AloneState(Answer, frozen=True, kw_only=True):
    """What a kiosk must know to give numbers while the hub is away.

    `last` holds, by service, the highest number of the kiosk's own series that the hub knows of
    `day`; `spans` are the hours of the coming days; `quotas` the numbers a day of those services
    that have a quota.
    """

    series: str
    day: date
    last: dict[str, int]
    spans: list[OpenSpan]
    quotas: dict[str, int] = msgspec.field(default_factory=dict)


class NumbersVoidedAnswer(Answer, frozen=True, kw_only=True):
    """How many numbers are accounted for now that were not before."""

    prefix: str
    count: int


class BookAppointment(Wire, frozen=True, kw_only=True):
    """Book a time of a service; `reference` is the caller's own, never a name."""

    service: Code
    at: Instant
    segment: Segment = "general"
    needs: Needs = msgspec.field(default_factory=list)
    language: Language = "id"
    reference: Name = ""


class CheckIn(Wire, frozen=True, kw_only=True):
    """Turn a booked time into a ticket, by the code that the person has.

    `language` replaces the one that was booked: the person chose it at the kiosk.
    """

    code: AppointmentCode
    language: Language | None = None


class CancelAppointment(Wire, frozen=True, kw_only=True):
    """Give a booked time back."""

    code: AppointmentCode


class ImportTable(Wire, frozen=True, kw_only=True):
    """A CSV table with a head line; `all_or_none` books nothing while a row is wrong."""

    csv: Table
    dry_run: bool = False
    all_or_none: bool = True


class AppointmentState(Answer, frozen=True, kw_only=True):
    """A booked time; `code` is what the person shows."""

    id: str
    code: str
    service: str
    at: datetime
    state: Literal["booked", "arrived", "cancelled"]
    segment: str = "general"
    language: str = "id"
    reference: str = ""
    ticket: str | None = None


class RowFault(Answer, frozen=True, kw_only=True):
    """A wrong row of a table: its line in the file, the column, and why."""

    line: int
    column: str
    reason: str


class ImportDone(Answer, frozen=True, kw_only=True):
    """What an import booked, or would book in a dry run, and every wrong row."""

    booked: list[AppointmentState]
    faults: list[RowFault]
    dry_run: bool


class RosterEntry(Wire, frozen=True, kw_only=True):
    """Who is planned at a counter from `starts` to `ends`, local time HH:MM."""

    counter: Annotated[int, msgspec.Meta(ge=1, le=99)]
    starts: Hour
    ends: Hour
    lanes: Lanes = msgspec.field(default_factory=list)
    officer: Name = ""


class PlanRoster(Wire, frozen=True, kw_only=True):
    """The whole roster of a day; it replaces what was planned.

    `reason` is the supervisor's, asked where an officer lacks a qualification of the procedure.
    """

    day: date
    entries: Annotated[list[RosterEntry], msgspec.Meta(max_length=200)]
    reason: Reason = ""


class RosterState(Answer, frozen=True, kw_only=True):
    """The roster of a day, by counter and time."""

    day: date
    entries: list[RosterEntry]


class AppointmentList(Answer, frozen=True, kw_only=True):
    """The booked times of a day, in their order."""

    day: date
    appointments: list[AppointmentState]


class StopQueue(Wire, frozen=True, kw_only=True):
    """Stop the queue: no `numbers`, or `everything`, with a message on every screen."""

    scope: Literal["numbers", "everything"]
    text_id: Text
    text_en: Text


class ResumeQueue(Wire, frozen=True, kw_only=True):
    """End the emergency stop."""


class ServeByHand(Wire, frozen=True, kw_only=True):
    """Finish numbers that were served by hand in an outage: `A-010 – A-025, P-003`."""

    numbers: Numbers
    served_from: Instant
    served_to: Instant
    reason: Reason


class ServedByHandAnswer(Answer, frozen=True, kw_only=True):
    """The record of the action, and the numbers that it finished."""

    record: str
    numbers: list[str]
