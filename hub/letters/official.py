"""Official letters, lists and slips beside the papers of `papers`: values only, no typesetter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from hub.letters.papers import CasePaper, Imprint, Signer
from hub.wire import Words

NOTHING = Words(id="Tidak ada.", en="None.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyReceipt:
    """Tanda Terima Paspor: the office keeps the passport from now on (steps 1 to 11)."""

    imprint: Imprint
    number: str
    applicant: str
    passport: str
    passport_expiry: str
    place: str
    taken_at: datetime
    returned_when: Words
    officer: str
    counter: int
    on_record: bytes | None = None
    """The applicant's captured signature, if the office prints it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingSlip:
    """Slip Kode Billing: what to pay, by when, how, and what to bring back (step 7)."""

    imprint: Imprint
    applicant: str
    billing_code: str
    amount_rupiah: int
    purpose: Words
    issued_on: date
    expires_on: date
    treasurer: Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A label and its value."""

    label: Words
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterAppointment:
    """The booked time to which a letter calls; its code is printed as text and as QR."""

    code: str
    day: Words
    time: str
    service: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialLetter:
    """Surat dinas: cover letter, nonconformity, rejection. Points are numbered.

    `public` adds who may be told of complaints, and that nothing is to be paid.
    """

    imprint: Imprint
    number: str
    dated: date
    attachment: Words
    subject: Words
    addressee: tuple[str, ...]
    opening: tuple[Words, ...]
    facts: tuple[Fact, ...]
    heading: Words
    points: tuple[Words, ...]
    closing: tuple[Words, ...]
    signer: Signer
    copies: tuple[str, ...] = ()
    public: bool = False
    appointment: LetterAppointment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a list: its head, its share of the width, and whether it holds figures."""

    head: Words
    share: float = 1.0
    figures: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """A place where somebody signs a list."""

    role: Words
    name: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list or minutes: facts, a table, its totals, a note, and who signs. Rows may be none."""

    imprint: Imprint
    title: Words
    number: str
    facts: tuple[Fact, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[Fact, ...] = ()
    note: Words | None = None
    signatures: tuple[Signing, ...] = ()
    nothing: Words = NOTHING


Official = CustodyReceipt | BillingSlip | OfficialLetter | Listing
Paper = CasePaper | Official
