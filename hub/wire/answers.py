"""What the hub's REST interface answers; clients accept fields that they do not know yet.

Instants are aware UTC datetimes (RFC 3339 on the wire), ids are random UUIDs as 32 hex digits.
Import these from `hub.wire`, beside the requests.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

JobKind = Literal[
    "capture_finger",
    "take_photo",
    "scan",
    "read_passport",
    "confirm_by_card",
    "print_document",
    "print_ticket",
]
Today = Literal["yes", "until_closing", "unsure"]
JobState = Literal["queued", "leased", "started", "done", "failed", "expired", "unknown"]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what goes out: clients accept fields they do not know yet."""


class FieldFault(Answer, frozen=True, kw_only=True):
    """One field that was refused, and why."""

    field: str
    code: str
    message: str = ""


class Problem(Answer, frozen=True, kw_only=True):
    """RFC 9457 problem details with a stable `code` and every faulty field."""

    title: str
    status: int
    code: str
    detail: str = ""
    detail_id: str = ""
    type: str = "about:blank"
    fields: list[FieldFault] = []


class Words(Answer, frozen=True, kw_only=True):
    """A text in Indonesian and English."""

    id: str
    en: str


class Estimate(Answer, frozen=True, kw_only=True):
    """A waiting time as a range of whole minutes, and whether it fits into the lane's day.

    `today` is `yes`: the whole range lies before the lane closes. `until_closing`: it does not,
    and `high_min` was cut at closing time; say so beside it. `unsure`: the call is expected after
    closing; show no range, but say that it is not sure that the person is served today.
    """

    low_min: int
    high_min: int
    today: Today = "yes"


class ServiceState(Answer, frozen=True, kw_only=True):
    """A service as the kiosk offers it; `form` is what the kiosk asks for before the ticket."""

    code: str
    prefix: str
    lane: str
    name: Words
    about: Words
    icon: str
    open: bool
    waiting: int
    estimate: Estimate | None
    form: Literal["none", "passport", "case"]
    requirements: list[Words] = []
    closed_because: Words | None = None
    opens: str = ""
    """The procedure of which the ticket opens a case, empty for none."""
    segments: list[str] = []
    """The classes that may take it, empty for all."""
    left: int | None = None
    """How many numbers of today's quota are left, null without a quota."""


class NoticeState(Answer, frozen=True, kw_only=True):
    """A message that every screen shows; `kind` is `stop` or `message`.

    A stop's `scope`: no `numbers` are given, or `everything` stands, calls too.
    """

    id: str
    kind: Literal["stop", "message"]
    text: Words
    since: datetime
    scope: Literal["", "numbers", "everything"] = ""


class SegmentState(Answer, frozen=True, kw_only=True):
    """A class of tickets that a person may choose at the kiosk, without proof."""

    code: str
    name: Words
    about: Words


class NeedState(Answer, frozen=True, kw_only=True):
    """What a person may ask of the staff at the kiosk; never why."""

    code: str
    name: Words


class OfficeState(Answer, frozen=True, kw_only=True):
    """What a station must know of the office; `seq` is the feed position it was read at."""

    seq: int
    name: Words
    parent: Words
    timezone: str
    today: date
    now: datetime
    languages: list[str]
    complaints: str
    fee_notice: Words
    services: list[ServiceState]
    counters: list[int]
    segments: list[SegmentState] = []
    needs: list[NeedState] = []
    public_url: str | None = None
    specimen: bool = True
    stop: NoticeState | None = None
    """The emergency stop in force; `office.stopped` and `office.resumed` tell of it."""
    messages: list[NoticeState] = []
    """What every screen shows; `office.notice` tells of a change."""
    device_care: dict[str, int] = {}
    """After how many uses a device asks for its care, by what it counts."""


class Ticket(Answer, frozen=True, kw_only=True):
    """A ticket as it stands; `ahead` and `estimate` only while it waits."""

    id: str
    number: str
    service: str
    lane: str
    state: str
    segment: str
    needs: list[str]
    language: str
    issued_at: datetime
    visit: str
    ahead: int | None = None
    estimate: Estimate | None = None
    tracking_url: str | None = None
    counter: int | None = None
    calls: int = 0
    called_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    application: str | None = None
    appointment_at: datetime | None = None
    """In the answer to who took the number: the booked time that it used up."""


class CounterState(Answer, frozen=True, kw_only=True):
    """A counter as the queue sees it."""

    counter: int
    state: Literal["open", "paused", "closed"]
    lanes: list[str]
    ticket: Ticket | None = None
    reason: str = ""


class LaneState(Answer, frozen=True, kw_only=True):
    """How a lane stands now."""

    lane: str
    waiting: int
    longest_wait_s: int
    estimate: Estimate | None = None


class LastCall(Answer, frozen=True, kw_only=True):
    """A call as the waiting room sees it."""

    ticket: str
    number: str
    lane: str
    counter: int
    at: datetime
    times: int


class QueueState(Answer, frozen=True, kw_only=True):
    """Snapshot of the queue, consistent with feed position `seq`."""

    seq: int
    at: datetime
    lanes: list[LaneState]
    counters: list[CounterState]
    last_calls: list[LastCall]


class Candidate(Answer, frozen=True, kw_only=True):
    """Head of one group at the instant of a call, with the score that decided."""

    ticket: str
    number: str
    lane: str
    segment: str
    waited_s: int
    score: float
    chosen: bool
    words: Words
    rule: str = ""


class CounterChance(Answer, frozen=True, kw_only=True):
    """Whether a counter may call a waiting ticket now, why not, and the place in its order."""

    counter: int
    able: bool
    words: Words
    place: int | None = None


class Why(Answer, frozen=True, kw_only=True):
    """Why a ticket was called then, or why it still waits.

    Of a called one: the heads of all groups at that instant. Of a waiting one: the heads now, how
    many of its own group go first, and each counter of its lane.
    """

    ticket: str
    number: str
    at: datetime
    reason: str
    candidates: list[Candidate]
    state: str = ""
    counter: int | None = None
    out_of_order: bool = False
    ahead: int | None = None
    counters: list[CounterChance] = []


class DraftOpened(Answer, frozen=True, kw_only=True):
    """The draft's id and the case code that later papers carry."""

    id: str
    case_code: str
    chip_verdict: str = ""


class Job(Answer, frozen=True, kw_only=True):
    """A request to a counter's device."""

    id: str
    counter: int
    kind: JobKind
    state: JobState
    options: dict[str, str]
    deadline: datetime
    fence: int
    blob: str | None = None
    copy: bool = False


class JobList(Answer, frozen=True, kw_only=True):
    """The unfinished jobs of one agent, and the feed position they were read at."""

    seq: int
    jobs: list[Job]


class BlobStored(Answer, frozen=True, kw_only=True):
    """An uploaded file, durable before this answer left."""

    id: str
    sha256: str
    size: int


class StationState(Answer, frozen=True, kw_only=True):
    """The station a token belongs to."""

    name: str
    kind: Literal["kiosk", "agent", "display", "program"]
    counter: int | None
    seq: int
    series: str | None = None
    """The letter after a service's prefix in numbers that this kiosk gives without the hub."""
    id: str = ""


class Event(Answer, frozen=True, kw_only=True):
    """One event of the feed; `body` holds references only."""

    seq: int
    at: datetime
    kind: str
    v: int
    audience: str
    subject: str
    actor: str = ""
    station: str = ""
    body: dict[str, object] = {}
