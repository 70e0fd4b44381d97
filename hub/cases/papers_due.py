"""Which papers a case can print now, what the others wait for, and how often each was printed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import letters_sent, persons
from hub.cases.applications import ENDED
from hub.cases.applying import is_outdated
from hub.cases.papers_needs import asked_of, lacks, printing_row
from hub.cases.payments import billing
from hub.cases.views import PaperLine
from hub.cases.void_files import withdrawals
from hub.errors import BadInput, Conflict
from hub.models.application import Application
from hub.models.station import JobRow
from hub.procedure import Procedure
from hub.wire import FieldFault, Words

HISTORY = "case_history"
_NAMES = {
    "application_receipt": ("1.receipt", "Tanda terima permohonan", "Application receipt"),
    "custody_receipt": ("1.custody_receipt", "Tanda terima paspor", "Passport receipt"),
    "cover_letter": ("external.cover_letter", "Surat pengantar", "Cover letter"),
    "nonconformity_letter": (
        "branch.nonconformity_letter",
        "Surat ketidaksesuaian",
        "Nonconformity letter",
    ),
    "notify_letter": ("notify.letter", "Surat pemberitahuan", "Letter to the applicant"),
    "billing_slip": ("7.billing_slip", "Slip kode billing", "Billing slip"),
    "payment_proof": ("7.payment_proof", "Tanda bukti bayar", "Proof of payment"),
    "skim_letter": ("8.skim", "Surat Keterangan Keimigrasian", "Immigration statement (SKIM)"),
    "skim_card": ("8.skim_card", "Kartu SKIM", "SKIM card"),
    "endorsement": ("8.endorsement_text", "Bunyi teraan paspor", "Endorsement text"),
    "collection_slip": ("11.collection_slip", "Bukti pengambilan", "Collection slip"),
    "rejection_letter": ("end.rejection", "Surat penolakan", "Letter of rejection"),
    "ending_letter": (
        "end.letter",
        "Surat pemberitahuan berakhir",
        "Letter that the application ended",
    ),
    "archive_label": ("12.label", "Label arsip", "Archive label"),
    HISTORY: ("case.history", "Riwayat permohonan", "History of the case"),
}


def evidence_of(kind: str) -> str:
    """Return the evidence key that a print of this paper carries; empty if it is no such paper."""
    return _NAMES[kind][0] if kind in _NAMES else ""


def papers_due(
    session: Session,
    procedure: Procedure,
    application: Application,
    person: persons.Person,
    at: datetime,
) -> tuple[PaperLine, ...]:
    """Return the papers that can be printed now, and those whose turn it is with what they lack."""
    printed = times_printed(session, procedure, application)
    asked = asked_of(session, procedure, application, person, at)
    lines = []
    for kind, (evidence, indonesian, english) in _NAMES.items():
        missing = lacks(asked, kind)
        if missing and not _is_its_turn(procedure, application, kind):
            continue
        if kind == "billing_slip" and application.position != billing.paying_step(procedure.sop):
            continue
        name = Words(id=indonesian, en=english)
        lines.append(
            PaperLine(
                kind=kind,
                name=name,
                evidence=evidence,
                printed=printed[evidence],
                lacks=missing,
                letter=kind in letters_sent.KINDS,
            )
        )
    return tuple(lines)


def must_be_due(
    session: Session, procedure: Procedure, application: Application, kind: str, at: datetime
) -> None:
    """Refuse a paper that comes too early. Raises BadInput naming the rows, or Conflict."""
    person = persons.read(session, procedure.keyring, application)
    missing = lacks(asked_of(session, procedure, application, person, at), kind)
    if not missing:
        return
    _, indonesian, english = _NAMES[kind]
    said = "; ".join(one.words.id for one in missing), "; ".join(one.words.en for one in missing)
    rows = [
        FieldFault(field=one.row, code="missing", message=f"{one.words.id} / {one.words.en}")
        for one in missing
        if one.row
    ]
    refusal = BadInput if rows else Conflict
    raise refusal(
        "paper_not_due" if rows else missing[0].code,
        f"{english} cannot be printed yet. {said[1]}. Complete this first, then print.",
        id=f"{indonesian} belum dapat dicetak. {said[0]}. Lengkapi dahulu, lalu cetak.",
        fields=rows,
    )


def _is_its_turn(procedure: Procedure, application: Application, kind: str) -> bool:
    """Say whether the case stands at the step that gives this paper."""
    found = printing_row(procedure, kind)
    if kind == "nonconformity_letter" and application.state == "ON_HOLD_MISMATCH":
        return True
    return (
        found is not None
        and found[0].name == application.position
        and application.state not in ENDED
    )


def times_printed(session: Session, procedure: Procedure, application: Application) -> Counter[str]:
    """Return how often each paper came out of a printer, by its evidence key.

    One that was withdrawn since, or was for another purpose or basis, does not count: what is
    printed next is no copy of it.
    """
    query = select(JobRow.evidence, JobRow.queued_at, JobRow.options).where(
        JobRow.office == application.office,
        JobRow.application == application.id,
        JobRow.kind == "print_document",
        JobRow.state == "done",
    )
    voids = withdrawals(session, procedure, application)
    return Counter(
        item
        for item, at, options in session.execute(query)
        if voids.after(item, at) is None and not is_outdated(application, options)
    )
