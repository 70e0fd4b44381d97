"""What each paper says. Instants are aware, money is whole rupiah, texts for readers are Words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from hub.wire import Words

Sex = Literal["M", "F", "X"]
Route = Literal["5Y_CONSEC", "10Y_CUMUL"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The office as its papers show it; `lines` stand over the office's name, ministry first.

    `emblem_svg` is the office's own file; without it the place stays empty. `specimen` marks
    every paper CONTOH / SPECIMEN until the office has confirmed its values.
    """

    lines: tuple[str, ...]
    office: str
    address: str
    contact: str
    place: str
    zone: str
    complaints: Words
    accent: str = "#17365d"
    emblem_svg: str | None = None
    specimen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """An official with number (NIP, may be empty) and capacity.

    `behalf` stands over the capacity: in whose name a delegate signs ("a.n. Kepala Kantor").
    """

    name: str
    nip: str
    capacity: Words
    behalf: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """The foot of a paper and its code: `payload` is in the QR, `short_code` stands beside it."""

    case_code: str
    paper_number: str
    printed_at: datetime
    payload: str
    short_code: str
    copy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedDocument:
    """A document as the counter received it."""

    name: Words
    original_seen: bool
    copy: bool
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationReceipt:
    """Tanda Terima Permohonan: what we received and what comes next (step 1 of the SOP)."""

    imprint: Imprint
    applicant: str
    passport: str
    application: Words
    guarantor: str
    received_at: datetime
    notify: str
    promised_on: date | None
    promise: Words
    fee_rupiah: int
    documents: tuple[ReceivedDocument, ...]
    officer: str
    counter: int
    on_record: bytes | None = None
    """The applicant's signature as it was captured: to compare with, never instead of the ink."""
    page: str = ""
    """Where the applicant can follow the case; empty if phones cannot reach the office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentProof:
    """Tanda Bukti Bayar: shown again at collection, so it carries a big `token` (step 7)."""

    imprint: Imprint
    number: str
    applicant: str
    amount_rupiah: int
    purpose: Words
    billing_code: str
    ntpn: str
    bank: str
    paid_on: date
    token: str
    issued_on: date
    treasurer: Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitPeriod:
    """A stay permit from `start` to `end`, both days counted."""

    permit: str
    number: str
    start: date
    end: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SkimLetter:
    """Surat Keterangan Keimigrasian; `birth_date` is text, because parts may be unknown.

    `purpose` is the sentence that says what it is issued for.
    """

    imprint: Imprint
    number: str
    route: Route
    purpose: Words
    full_name: str
    sex: Sex
    birth_place: str
    birth_date: str
    nationality: str
    passport_number: str
    passport_expiry: date
    permit: str
    permit_expiry: date | None
    address: str
    photo_jpeg: bytes
    periods: tuple[PermitPeriod, ...]
    issued_on: date
    signer: Signer
    native_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkimCard:
    """Kartu SKIM, ID-1, front and back (step 8).

    `shorter_names` are printed instead of a full name that does not fit: the longest that does.
    """

    imprint: Imprint
    number: str
    blank_serial: str
    full_name: str
    sex: Sex
    birth_place: str
    birth_date: str
    nationality: str
    passport_number: str
    permit: str
    periods: tuple[PermitPeriod, ...]
    route: Route
    purpose: Words
    issued_on: date
    signer: Signer
    photo_jpeg: bytes
    shorter_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedItem:
    """One thing handed over, with its own number."""

    name: Words
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionSlip:
    """Bukti Pengambilan: A to the applicant (step 11), B to the archive (step 12).

    `file_giver` and `archivist` may be None, and `shelf` empty, while part B is still to be filled.
    """

    imprint: Imprint
    number: str
    applicant: str
    passport: str
    payment_proof: str
    collected_by: Words
    checked_by: Words
    items: tuple[HandedItem, ...]
    handed_at: datetime
    receiver: str
    officer: Signer
    contents: Words
    classification: str
    shelf: str
    file_giver: Signer | None = None
    archivist: Signer | None = None
    on_record: bytes | None = None
    """The applicant's captured signature, where the applicant collects in person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingItem:
    """What is missing and where one gets it."""

    what: Words
    where: Words
    hint: Words | None = None
    """How one comes by the paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingList:
    """Daftar Kekurangan Berkas: nothing is registered; `back_before` is an hour, "14.30"."""

    imprint: Imprint
    queue_number: str
    applicant: str
    service: Words
    checked_at: datetime
    counter: int
    back_before: str
    missing: tuple[MissingItem, ...]
    complete: tuple[Words, ...]
    checklist: Words
    officer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndorsementText:
    """Text for the passport page (step 8); the office puts its own seal on it, none of ours."""

    imprint: Imprint
    number: str
    full_name: str
    passport_number: str
    purpose: Words
    issued_on: date
    signer: Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLabel:
    """The label on an archived file (step 12)."""

    imprint: Imprint
    number: str
    applicant: str
    classification: str
    contents: Words
    shelf: str
    archived_on: date


CasePaper = (
    ApplicationReceipt
    | PaymentProof
    | SkimLetter
    | SkimCard
    | CollectionSlip
    | MissingList
    | EndorsementText
    | ArchiveLabel
)
