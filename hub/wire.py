"""The structs that cross the hub's REST interface, for server and clients alike.

Instants are aware UTC datetimes (RFC 3339 on the wire), ids are random UUIDs as 32 hex digits,
money is whole rupiah. Importing this module loads neither database nor web framework.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

MEDIA_PROBLEM = "application/problem+json"
KEY_HEADER = "Idempotency-Key"
SEQ_HEADER = "Loket-Seq"
"""Every answer to a command carries the sequence number of its last event."""


class Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of what comes in: unknown fields are refused by name."""


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
    """A waiting time as a range of whole minutes."""

    low_min: int
    high_min: int


# ── office ───────────────────────────────────────────────────────────────────


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
    public_url: str | None = None
    specimen: bool = True


# ── queue ────────────────────────────────────────────────────────────────────

Segment = Literal["general", "priority"]


class IssueTicket(Wire, frozen=True, kw_only=True):
    """Ask for a ticket. `application` is a case's id or the case code on its receipt."""

    service: str
    segment: str = "general"
    needs: list[str] = []
    language: str = "id"
    visit: str | None = None
    application: str | None = None


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


class CallNext(Wire, frozen=True, kw_only=True):
    """Call the next person; `ticket` names one out of order and then needs a `reason`."""

    ticket: str | None = None
    reason: str = ""


class OpenCounter(Wire, frozen=True, kw_only=True):
    """Open a counter for some of its lanes (empty: all that it is configured for)."""

    lanes: list[str] = []


class PauseCounter(Wire, frozen=True, kw_only=True):
    """Pause a counter."""

    reason: str


class CloseCounter(Wire, frozen=True, kw_only=True):
    """Close a counter for the day."""


class TicketAct(Wire, frozen=True, kw_only=True):
    """Body of recall, start and return; a reason only where the act asks for one."""

    reason: str = ""


class MarkAbsent(Wire, frozen=True, kw_only=True):
    """Mark a called ticket absent."""


class TransferTicket(Wire, frozen=True, kw_only=True):
    """Send a ticket to another lane, or to a named counter, keeping its number and arrival."""

    lane: str | None = None
    counter: int | None = None
    reason: str = ""


Outcome = Literal["done", "incomplete", "referred", "other"]


class FinishTicket(Wire, frozen=True, kw_only=True):
    """End the service of a ticket."""

    outcome: Outcome = "done"
    note: str = ""


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


class Why(Answer, frozen=True, kw_only=True):
    """Why a ticket was called then, or why it still waits."""

    ticket: str
    number: str
    at: datetime
    reason: str
    candidates: list[Candidate]


class TicketPrinted(Wire, frozen=True, kw_only=True):
    """What became of a ticket's paper at the kiosk or desk."""

    state: Literal["sent", "printed", "unknown", "failed"]
    code: str = ""
    copy: bool = False


# ── applications ─────────────────────────────────────────────────────────────


class ChipEvidence(Wire, frozen=True, kw_only=True):
    """Files read from a passport chip, base64 by short name; the hub judges them itself."""

    access: Literal["BAC", "PACE"]
    files: dict[str, bytes]
    apdus: int = 0


class PassportInput(Wire, frozen=True, kw_only=True):
    """Passport data as the kiosk has it; typed data has no chip evidence and says so."""

    source: Literal["chip", "mrz", "typed"]
    document_number: str
    birth_date: str
    expiry_date: str
    surname: str = ""
    given_names: str = ""
    sex: str = ""
    nationality: str = ""
    issuing_state: str = ""
    mrz: str = ""
    chip: ChipEvidence | None = None


class Preregistration(Wire, frozen=True, kw_only=True):
    """A SKIM application as drafted at the kiosk."""

    passport: PassportInput
    purpose: Literal["PEWARGANEGARAAN", "PERNYATAAN"] = "PEWARGANEGARAAN"
    basis: Literal["KELUARGA", "BEKERJA", "PENANAM_MODAL", "ROHANIWAN"] = "KELUARGA"
    language: str = "id"
    notice_version: str = ""
    phone: str = ""


class DraftOpened(Answer, frozen=True, kw_only=True):
    """The draft's id and the case code that later papers carry."""

    id: str
    case_code: str
    chip_verdict: str = ""


# ── devices and jobs ─────────────────────────────────────────────────────────

JobKind = Literal["capture_finger", "take_photo", "scan", "print_document", "print_ticket"]
JobState = Literal["queued", "leased", "started", "done", "failed", "expired", "unknown"]


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


class LeaseJob(Wire, frozen=True, kw_only=True):
    """Take a job, or renew its lease, in the name of one start of the agent."""

    boot: str


class JobStarted(Wire, frozen=True, kw_only=True):
    """Say that the first byte is about to go to the device."""

    boot: str
    fence: int


class JobProgress(Wire, frozen=True, kw_only=True):
    """How far a running job is, in the device's own unit."""

    boot: str
    fence: int
    done: int
    total: int


class JobResult(Wire, frozen=True, kw_only=True):
    """The end of a job: uploaded blobs in order, or why there are none."""

    boot: str
    fence: int
    state: Literal["done", "failed", "unknown"]
    blobs: list[str] = []
    code: str = ""
    detail: str = ""
    facts: dict[str, str] = {}


class BlobStored(Answer, frozen=True, kw_only=True):
    """An uploaded file, durable before this answer left."""

    id: str
    sha256: str
    size: int


class DeviceReport(Wire, frozen=True, kw_only=True):
    """One device of a station as its driver sees it."""

    role: str
    address: str
    lamp: Literal["ready", "busy", "warning", "down"]
    code: str = ""
    detail: str = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""


class StationReport(Wire, frozen=True, kw_only=True):
    """A station tells the hub what it is and how its devices are."""

    boot: str
    version: str
    devices: list[DeviceReport]


class StationState(Answer, frozen=True, kw_only=True):
    """The station a token belongs to."""

    name: str
    kind: Literal["kiosk", "agent", "display", "program"]
    counter: int | None
    seq: int


# ── feed ─────────────────────────────────────────────────────────────────────


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
