"""What each paper of a case needs before it can be printed: its step's turn, its rows, its facts.

A paper that comes too early lies: a receipt without its list, a slip without the collector.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import (
    agenda,
    blanks,
    custody,
    documents,
    evidence,
    notifying,
    payments,
    persons,
)
from hub.cases.applications import UNDECIDED
from hub.cases.archive.package import package_row
from hub.cases.branches import open_diversion
from hub.cases.payments import billing
from hub.cases.proof import Judge
from hub.cases.requirements import unfold
from hub.cases.views import Lack
from hub.models.application import Application, StepRecord
from hub.procedure import Procedure
from hub.sop import EvidenceRule, Gate, Step
from hub.sop.paper_kinds import SAYS
from hub.wire import Words


@dataclass(frozen=True, slots=True)
class Asked:
    """Where papers are asked for: the person and the steps done are read once for all of them."""

    session: Session
    procedure: Procedure
    case: Application
    person: persons.Person
    done: frozenset[str]
    at: datetime


def asked_of(
    session: Session, procedure: Procedure, case: Application, person: persons.Person, at: datetime
) -> Asked:
    """Return what the papers of a case are asked with."""
    done = select(StepRecord.step).where(
        StepRecord.office == case.office,
        StepRecord.application == case.id,
        StepRecord.completed_at.is_not(None),
    )
    return Asked(session, procedure, case, person, frozenset(session.scalars(done)), at)


def lacks(asked: Asked, kind: str) -> tuple[Lack, ...]:
    """Return what is missing for the paper `kind`; empty when it can be printed."""
    if early := _of_its_step(asked, kind):
        return early
    facts = tuple(one for fact in _FACTS.get(kind, ()) if (one := fact(asked)) is not None)
    return (*facts, *_of_the_person(asked, kind))


def printing_row(procedure: Procedure, kind: str) -> tuple[Step | Gate, EvidenceRule] | None:
    """Return the stage that asks for this paper as evidence, and its row."""
    for stage in procedure.sop.stages:
        for rule in stage.evidence:
            if rule.paper == kind:
                return stage, rule
    return None


def _of_its_step(asked: Asked, kind: str) -> tuple[Lack, ...]:
    """The step that gives the paper has its turn, and the rows which the paper says are there."""
    found = printing_row(asked.procedure, kind)
    if found is None or found[0].name in asked.done:
        return ()
    stage, rule = found
    if asked.case.position != stage.name:
        return (_its_turn(asked, stage),)
    today = asked.procedure.office.today(asked.at)
    rows = [
        row
        for row in unfold(asked.procedure, asked.case, stage, today)
        if row.rule.key in rule.needs
    ]
    there = evidence.gather(
        asked.session, asked.procedure, asked.case, stage.name, rows, {}, asked.at
    )
    judge = Judge(asked.session, asked.procedure, asked.case, today, asked.at, "")
    return tuple(
        Lack(row=fault.field, words=_both(fault.message)) for fault in judge.faults(rows, there)
    )


def _its_turn(asked: Asked, stage: Step | Gate) -> Lack:
    before = asked.procedure.sop.stage(asked.case.position)
    name = before.title if before else Words(id="–", en="–")
    place = asked.case.position
    words = Words(
        id=f"{stage.title.id} ({stage.name}) menunggu {name.id} ({place})",
        en=f"{stage.title.en} ({stage.name}) waits for {name.en} ({place})",
    )
    return Lack(row="", words=words, code="step_not_yet")


def _of_the_person(asked: Asked, kind: str) -> tuple[Lack, ...]:
    missing = []
    for name in SAYS.get(kind, ()):
        field = asked.procedure.sop.field(name)
        if field is not None and not asked.person.value(name):
            words = Words(id=f"{field.label.id}: belum ada", en=f"{field.label.en}: is missing")
            missing.append(Lack(row=f"field.{name}", words=words))
    return tuple(missing)


# ── facts of the case ────────────────────────────────────────────────────────


def _number(asked: Asked) -> Lack | None:
    if blanks.number_of(asked.session, asked.case.office, asked.case.id) is not None:
        return None
    return _lack(
        "number_missing",
        "belum bernomor register: simpan dahulu nomor seri blangko",
        "no register number yet: save the blank's serial first",
    )


def _paid(asked: Asked) -> Lack | None:
    if payments.of_case(asked.session, asked.case.office, asked.case.id) is not None:
        return None
    return _lack("not_paid", "pembayaran belum dicatat", "no payment is recorded yet")


def _photo(asked: Asked) -> Lack | None:
    files = documents.of_case(asked.session, asked.case.office, asked.case.id)
    if any(one.kind == "photo" for one in files):
        return None
    return _lack("photo_missing", "foto belum diambil", "no photo was taken yet")


def _signer(asked: Asked) -> Lack | None:
    if asked.procedure.office.signers_on(asked.procedure.office.today(asked.at)):
        return None
    return _lack(
        "signer_missing",
        "tidak ada pejabat yang berwenang hari ini: lihat office.toml",
        "no official may sign today: see office.toml",
    )


def _held(asked: Asked) -> Lack | None:
    if custody.is_here(asked.session, asked.case.office, asked.case.id):
        return None
    return _lack(
        "custody_not_open",
        "kantor tidak memegang paspor ini",
        "the office does not hold this passport",
    )


def _agenda(asked: Asked) -> Lack | None:
    if agenda.cover_letter_of(asked.session, asked.case.office, asked.case.id) is not None:
        return None
    return _lack(
        "letter_missing",
        "surat keluar belum dicatat di agenda Tata Usaha",
        "the outgoing letter is not in the agenda yet",
    )


def _asked_by_letter(asked: Asked) -> Lack | None:
    """The letter says until when: it is due once the branch waits for the applicant."""
    branch = open_diversion(asked.session, asked.case)
    if branch is None or branch.to != "nonconformity":
        return _lack(
            "not_diverted",
            "permohonan tidak dalam ketidaksesuaian",
            "the case is in no nonconformity",
        )
    rules = asked.procedure.sop.related(branch.to)
    move = rules.move(branch.stage) if rules else None
    if move is None or move.letter:
        return None
    states = [one.words for one in (rules.moves if rules else ()) if one.letter]
    return _lack(
        "applicant_not_asked",
        "lanjutkan dahulu ke: " + ", ".join(words.id for words in states),
        "carry it on first to: " + ", ".join(words.en for words in states),
    )


def _waits_for_person(asked: Asked) -> Lack | None:
    if notifying.needs_person(asked.session, asked.procedure, asked.case):
        return None
    return _lack(
        "nobody_to_notify",
        "permohonan tidak sedang menunggu pemohon",
        "the case does not wait for its applicant",
    )


def _billed(asked: Asked) -> Lack | None:
    code = billing.in_force(asked.session, asked.case.office, asked.case.id)
    today = asked.procedure.office.today(asked.at)
    if code is not None and code.expires_on >= today:
        return None
    return _lack(
        "billing_missing",
        "tidak ada kode billing yang berlaku: masukkan kode baru dari SIMPONI",
        "there is no valid billing code: enter a new one from SIMPONI",
    )


def _rejected(asked: Asked) -> Lack | None:
    if asked.case.state == "REJECTED":
        return None
    return _lack("not_rejected", "permohonan tidak ditolak", "the case was not rejected")


def _lapsed(asked: Asked) -> Lack | None:
    if asked.case.state in UNDECIDED:
        return None
    return _lack(
        "not_lapsed",
        "permohonan tidak dicabut dan tidak berakhir karena batas waktu",
        "the case was not withdrawn and did not end by a deadline",
    )


def _archived(asked: Asked) -> Lack | None:
    if package_row(asked.session, asked.case.office, asked.case.id) is not None:
        return None
    return _lack("not_archived", "permohonan belum di arsip", "the case is not in the archive yet")


def _hands_over(asked: Asked) -> Lack | None:
    stage = asked.procedure.sop.stage(asked.procedure.sop.doing("close_custody"))
    if stage is None or stage.name in asked.done or stage.name == asked.case.position:
        return None
    return _its_turn(asked, stage)


def _lack(code: str, indonesian: str, english: str) -> Lack:
    return Lack(row="", words=Words(id=indonesian, en=english), code=code)


_FACTS: Mapping[str, tuple[Callable[[Asked], Lack | None], ...]] = {
    "custody_receipt": (_held,),
    "cover_letter": (_agenda,),
    "nonconformity_letter": (_asked_by_letter, _signer),
    "notify_letter": (_waits_for_person, _signer),
    "billing_slip": (_billed,),
    "payment_proof": (_paid,),
    "skim_letter": (_number, _photo, _signer),
    "skim_card": (_number, _photo, _signer),
    "endorsement": (_number, _signer),
    "collection_slip": (_paid, _number, _hands_over),
    "rejection_letter": (_rejected, _signer),
    "ending_letter": (_lapsed, _signer),
    "archive_label": (_archived,),
}


def _both(message: str) -> Words:
    indonesian, _, english = message.partition(" / ")
    return Words(id=indonesian, en=english or indonesian)
