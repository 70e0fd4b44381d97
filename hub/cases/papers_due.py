"""Which papers a case can print now, and how often each came out of a printer."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import blanks, payments
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
    due = ["application_receipt"]
    if payments.of_case(session, application.office, application.id) is not None:
        due.append("payment_proof")
    if blanks.number_of(session, application.office, application.id) is not None:
        due += ["skim_letter", "skim_card", "endorsement"]
    if _is_ready(session, application):
        due.append("collection_slip")
    return due


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
