"""What comes in at the hub's REST interface: every field with its bounds."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from hub.wire.bounds import (
    LONGEST_DETAIL,
    LONGEST_NAME,
    MOST_BLOBS,
    Address,
    Answered,
    CaseReference,
    ChipFiles,
    ChipProofs,
    Code,
    Count,
    CounterNumber,
    Detail,
    DeviceCode,
    DocumentNumber,
    Facts,
    FingerNumber,
    Id,
    Language,
    Mark,
    MrzText,
    Name,
    Note,
    NoticeVersion,
    Phone,
    Reason,
    Sex,
    State,
    TypedDate,
    printable,
)

MEDIA_PROBLEM = "application/problem+json"
KEY_HEADER = "Idempotency-Key"
SEQ_HEADER = "Loket-Seq"
"""Every answer to a command carries the sequence number of its last event."""


class Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of what comes in: unknown fields are refused by name, every field has its bounds."""


# ── queue ────────────────────────────────────────────────────────────────────

Segment = Code
"""A class of tickets as the office file names it; `general` is in every office."""


class IssueTicket(Wire, frozen=True, kw_only=True):
    """Ask for a ticket. `application` is a case's id or the case code on its receipt."""

    service: Code
    segment: Segment = "general"
    needs: Annotated[list[Code], msgspec.Meta(max_length=8)] = []
    language: Language = "id"
    visit: Id | None = None
    application: CaseReference | None = None


class CallNext(Wire, frozen=True, kw_only=True):
    """Call the next person; `ticket` names one out of order and then needs a `reason`."""

    ticket: Id | None = None
    reason: Reason = ""


class OpenCounter(Wire, frozen=True, kw_only=True):
    """Open a counter for some of its lanes (empty: all that it is configured for).

    `profile` is a work profile of the office (null: the counter's own, "": none); `languages` are
    those spoken there today (empty: as configured).
    """

    lanes: Annotated[list[Code], msgspec.Meta(max_length=40)] = []
    profile: Name | None = None
    languages: Annotated[list[Language], msgspec.Meta(max_length=20)] = []


class PauseCounter(Wire, frozen=True, kw_only=True):
    """Pause a counter."""

    reason: Reason


class CloseCounter(Wire, frozen=True, kw_only=True):
    """Close a counter for the day."""


class TicketAct(Wire, frozen=True, kw_only=True):
    """Body of recall, start and return; a reason only where the act asks for one."""

    reason: Reason = ""


class MarkAbsent(Wire, frozen=True, kw_only=True):
    """Mark a called ticket absent."""


class TransferTicket(Wire, frozen=True, kw_only=True):
    """Send a ticket to another lane, or to a named counter, keeping its number and arrival.

    `back` sends it to the lane of its service at its original arrival, also after it ended today
    with papers missing.
    """

    lane: Code | None = None
    counter: CounterNumber | None = None
    back: bool = False
    reason: Reason = ""


Outcome = Literal["done", "incomplete", "referred", "other"]


class FinishTicket(Wire, frozen=True, kw_only=True):
    """End the service of a ticket."""

    outcome: Outcome = "done"
    note: Note = ""


class TicketPrinted(Wire, frozen=True, kw_only=True):
    """What became of a ticket's paper at the kiosk or desk."""

    state: Literal["sent", "printed", "unknown", "failed"]
    code: DeviceCode = ""
    copy: bool = False


# ── applications ─────────────────────────────────────────────────────────────


class ChipEvidence(Wire, frozen=True, kw_only=True):
    """Files and proofs of a passport chip, base64 by short name; the hub judges them itself.

    `proofs` are the chip's answers to a challenge (AA), under a key agreed anew (CA), and its
    EF.CardAccess (PACE).
    """

    access: Literal["BAC", "PACE"]
    files: ChipFiles
    proofs: ChipProofs = {}
    apdus: Count = 0


class ChipKey(Wire, frozen=True, kw_only=True):
    """What opens a chip, for the agent's reader alone: MRZ values, dates as YYMMDD, or the CAN."""

    document_number: DocumentNumber = ""
    birth_date: TypedDate = ""
    expiry_date: TypedDate = ""
    can: Annotated[str, msgspec.Meta(pattern=r"^([0-9]{6})?$")] = ""


class PassportInput(Wire, frozen=True, kw_only=True):
    """Passport data as the kiosk has it; typed data has no chip evidence and says so."""

    source: Literal["chip", "mrz", "typed"]
    document_number: DocumentNumber
    birth_date: TypedDate
    expiry_date: TypedDate
    surname: Name = ""
    given_names: Name = ""
    sex: Sex = ""
    nationality: State = ""
    issuing_state: State = ""
    mrz: MrzText = ""
    chip: ChipEvidence | None = None


class Preregistration(Wire, frozen=True, kw_only=True):
    """An application as drafted at the kiosk.

    Purpose and basis are values of the procedure's file; empty is the first of each.
    """

    passport: PassportInput
    purpose: Answered = ""
    basis: Answered = ""
    language: Language = "id"
    notice_version: NoticeVersion = ""
    phone: Phone = ""


# ── devices and jobs ─────────────────────────────────────────────────────────


class LeaseJob(Wire, frozen=True, kw_only=True):
    """Take a job, or renew its lease, in the name of one start of the agent."""

    boot: Mark


class JobStarted(Wire, frozen=True, kw_only=True):
    """Say that the first byte is about to go to the device."""

    boot: Mark
    fence: Count


class JobProgress(Wire, frozen=True, kw_only=True):
    """How far a running job is, in the device's own unit."""

    boot: Mark
    fence: Count
    done: Count
    total: Count


class JobResult(Wire, frozen=True, kw_only=True):
    """The end of a job: uploaded blobs in order, or why there are none."""

    boot: Mark
    fence: Count
    state: Literal["done", "failed", "unknown"]
    blobs: Annotated[list[Id], msgspec.Meta(max_length=MOST_BLOBS)] = []
    code: DeviceCode = ""
    detail: Detail = ""
    facts: Facts = {}

    def __post_init__(self) -> None:
        # what a device says may hold anything; a station must always be able to report it
        msgspec.structs.force_setattr(self, "detail", printable(self.detail, LONGEST_DETAIL))


class FingerReader(Wire, frozen=True, kw_only=True):
    """What a fingerprint reader can take, by its driver: ISO finger numbers, how, how fine."""

    positions: Annotated[list[FingerNumber], msgspec.Meta(max_length=10)] = []
    slaps: bool = False
    preview: bool = False
    dpi: Count = 0
    certified: bool = False


class DeviceReport(Wire, frozen=True, kw_only=True):
    """One device of a station as its driver sees it."""

    role: Code
    address: Address
    lamp: Literal["ready", "busy", "warning", "down"]
    code: DeviceCode = ""
    detail: Detail = ""
    model: Name = ""
    serial: Name = ""
    firmware: Name = ""
    fingers: FingerReader | None = None
    preview: bool = False
    """It can show what it sees while it is watched."""
    pin_key: Annotated[str, msgspec.Meta(max_length=64, pattern=r"^([0-9a-f]{64})?(?!\n)$")] = ""
    """A card reader's: what seals a PIN for this start of its agent (X25519, hexadecimal)."""

    def __post_init__(self) -> None:
        # as above: names and texts come from the device
        msgspec.structs.force_setattr(self, "detail", printable(self.detail, LONGEST_DETAIL))
        for field in ("model", "serial", "firmware"):
            said = printable(getattr(self, field), LONGEST_NAME)
            msgspec.structs.force_setattr(self, field, said)


class StationReport(Wire, frozen=True, kw_only=True):
    """A station tells the hub what it is and how its devices are."""

    boot: Mark
    version: Mark
    devices: Annotated[list[DeviceReport], msgspec.Meta(max_length=32)]
