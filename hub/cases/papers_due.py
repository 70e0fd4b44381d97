"""Which papers a case can print now, and how often each came out of a printer."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import agenda, blanks, custody, payments
from hub.cases.payments import billing
from hub.cases.views import PaperLine
from hub.models.application import Application, StepRecord
from hub.models.station import JobRow
from hub.wire import Words

_NAMES = {
    "application_receipt": ("1.receipt", "Tanda terima permohonan", "Application receipt"),
    "payment_proof": ("7.payment_proof", "Tanda bukti bayar", "Proof of payment"),
    "skim_letter": ("8.skim", "Surat Keterangan Keimigrasian", "Immigration statement (SKIM)"),
    "skim_card": ("8.skim_card", "Kartu SKIM", "SKIM card"),
    "endorsement": ("8.endorsement_text", "Bunyi teraan paspor", "Endorsement text"),
    "custody_receipt": ("1.custody_receipt", "Tanda terima paspor", "Passport receipt"),
    "cover_letter": ("external.cover_letter", "Surat pengantar", "Cover letter"),
    "nonconformity_letter": (
        "branch.nonconformity_letter",
        "Surat ketidaksesuaian",
        "Nonconformity letter",
    ),
    "billing_slip": ("7.billing_slip", "Slip kode billing", "Billing slip"),
    "rejection_letter": ("end.rejection", "Surat penolakan", "Letter of rejection"),
    "archive_label": ("12.label", "Label arsip", "Archive label"),
    "case_history": ("case.history", "Riwayat perkara", "History of the case"),
    "collection_slip": ("11.collection_slip", "Bukti pengambilan", "Collection slip"),
}


def papers_due(session: Session, application: Application) -> tuple[PaperLine, ...]:
    """Return the papers that can be printed now."""
    printed = _printed(session, application)
    lines = []
    for kind in _due(session, application):
        evidence, indonesian, english = _NAMES[kind]
        name = Words(id=indonesian, en=english)
        lines.append(PaperLine(kind=kind, name=name, evidence=evidence, printed=printed[evidence]))
    return tuple(lines)


def _due(session: Session, application: Application) -> list[str]:
    office, case = application.office, application.id
    numbered = blanks.number_of(session, office, case) is not None
    asked = (
        ("application_receipt", True),
        ("custody_receipt", custody.holder(session, office, case) is not None),
        ("cover_letter", agenda.cover_letter_of(session, office, case) is not None),
        ("nonconformity_letter", application.state == "ON_HOLD_MISMATCH"),
        ("billing_slip", _waits_to_pay(session, application)),
        ("payment_proof", payments.of_case(session, office, case) is not None),
        ("skim_letter", numbered),
        ("skim_card", numbered),
        ("endorsement", numbered),
        ("collection_slip", _is_ready(session, application)),
        ("rejection_letter", application.state == "REJECTED"),
        ("archive_label", application.state == "ARCHIVED"),
        ("case_history", True),
    )
    return [kind for kind, due in asked if due]


def _waits_to_pay(session: Session, application: Application) -> bool:
    code = billing.in_force(session, application.office, application.id)
    return code is not None and application.position == billing.PAYING_STEP


def _is_ready(session: Session, application: Application) -> bool:
    query = select(StepRecord.completed_at).where(
        StepRecord.office == application.office,
        StepRecord.application == application.id,
        StepRecord.step == "10",
    )
    return session.scalar(query) is not None


def _printed(session: Session, application: Application) -> Counter[str]:
    query = select(JobRow.evidence).where(
        JobRow.office == application.office,
        JobRow.application == application.id,
        JobRow.kind == "print_document",
        JobRow.state == "done",
    )
    return Counter(session.scalars(query))
