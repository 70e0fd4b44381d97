"""Which papers a case can print now, what the others wait for, and how often each was printed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
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
from hub.errors import BadInput, Conflict, NotFound
from hub.models.application import Application
from hub.models.station import JobRow
from hub.procedure import Procedure
from hub.sop import Duty, Sop
from hub.wire import FieldFault, Words

HISTORY = "case_history"


@dataclass(frozen=True, slots=True)
class _Kind:
    """A paper: its name, and where its print is kept if no step asks for it.

    With a `duty` it belongs to the step that has it; `beside` is kept beside all steps. A paper
    with neither is one of a procedure that asks for it.
    """

    indonesian: str
    english: str
    key: str = ""
    duty: Duty | None = None
    beside: str = ""

    @property
    def name(self) -> Words:
        return Words(id=self.indonesian, en=self.english)


_KINDS = {
    "application_receipt": _Kind(
        "Tanda terima permohonan", "Application receipt", "receipt", "receive"
    ),
    "custody_receipt": _Kind(
        "Tanda terima paspor", "Passport receipt", "custody_receipt", "open_custody"
    ),
    "cover_letter": _Kind("Surat pengantar", "Cover letter", "cover_letter", "enter_letters"),
    "nonconformity_letter": _Kind(
        "Surat ketidaksesuaian", "Nonconformity letter", beside="branch.nonconformity_letter"
    ),
    "notify_letter": _Kind(
        "Surat pemberitahuan", "Letter to the applicant", beside="notify.letter"
    ),
    "billing_slip": _Kind("Slip kode billing", "Billing slip", "billing_slip", "record_payment"),
    "payment_proof": _Kind(
        "Tanda bukti bayar", "Proof of payment", "payment_proof", "record_payment"
    ),
    "skim_letter": _Kind("Surat Keterangan Keimigrasian", "Immigration statement (SKIM)"),
    "skim_card": _Kind("Kartu SKIM", "SKIM card"),
    "endorsement": _Kind("Bunyi teraan paspor", "Endorsement text"),
    "collection_slip": _Kind(
        "Bukti pengambilan", "Collection slip", "collection_slip", "close_custody"
    ),
    "rejection_letter": _Kind("Surat penolakan", "Letter of rejection", beside="end.rejection"),
    "ending_letter": _Kind(
        "Surat pemberitahuan berakhir", "Letter that the application ended", beside="end.letter"
    ),
    "archive_label": _Kind("Label arsip", "Archive label", "label", "archive"),
    HISTORY: _Kind("Riwayat permohonan", "History of the case", beside="case.history"),
}


def evidence_of(sop: Sop, kind: str) -> str:
    """Return the evidence key that a print of this paper carries; empty if the procedure has none.

    It is the row of the step that asks for it, else a key of its own beside.
    """
    known = _KINDS.get(kind)
    if known is None:
        return ""
    for stage in sop.stages:
        for rule in stage.evidence:
            if rule.paper == kind:
                return f"{stage.name}.{rule.key}"
    step = sop.doing(known.duty) if known.duty else ""
    return f"{step}.{known.key}" if step else known.beside


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
    for kind, known in _KINDS.items():
        evidence = evidence_of(procedure.sop, kind)
        if not evidence:
            continue
        missing = lacks(asked, kind)
        if missing and not _is_its_turn(procedure, application, kind):
            continue
        if kind == "billing_slip" and application.position != billing.paying_step(procedure.sop):
            continue
        lines.append(
            PaperLine(
                kind=kind,
                name=known.name,
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
    """Refuse a paper that comes too early. Raises BadInput naming the rows, or Conflict.

    One that is no paper of the procedure is NotFound `paper_unknown`.
    """
    if not evidence_of(procedure.sop, kind):
        text = "There is no such paper."
        raise NotFound("paper_unknown", text, id="Kertas ini tidak ada.")
    person = persons.read(session, procedure.keyring, application)
    missing = lacks(asked_of(session, procedure, application, person, at), kind)
    if not missing:
        return
    name = _KINDS[kind].name
    said = "; ".join(one.words.id for one in missing), "; ".join(one.words.en for one in missing)
    rows = [
        FieldFault(field=one.row, code="missing", message=f"{one.words.id} / {one.words.en}")
        for one in missing
        if one.row
    ]
    refusal = BadInput if rows else Conflict
    raise refusal(
        "paper_not_due" if rows else missing[0].code,
        f"{name.en} cannot be printed yet. {said[1]}. Complete this first, then print.",
        id=f"{name.id} belum dapat dicetak. {said[0]}. Lengkapi dahulu, lalu cetak.",
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
