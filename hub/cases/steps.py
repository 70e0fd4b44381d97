"""A case goes through its steps and gates: order, performer and evidence are enforced here.

Three verbs of control: complete (next), divert, resume. begin, pause and supply fill a step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import (
    archive,
    blanks,
    custody,
    drafts,
    duties,
    evidence,
    keeping,
    persons,
    portraits,
    qualifications,
    search,
    segregation,
    telling,
)
from hub.cases.applications import must_be_open, must_find, must_have_role
from hub.cases.branches import must_not_be_diverted, send
from hub.cases.doers import by_whom
from hub.cases.evidence import Found
from hub.cases.old_scans import named, old_scans
from hub.cases.proof import Judge
from hub.cases.requirements import Requirement, unfold
from hub.cases.screening.standing import must_pass
from hub.cases.waiting import worked_s
from hub.errors import BadInput, Conflict, NotFound
from hub.events.applications import (
    ApplicationArchived,
    EvidenceSupplied,
    GatePassed,
    StepBegun,
    StepCompleted,
)
from hub.jobs import photo_faults
from hub.models.application import Application, StepRecord
from hub.models.schema import new_id
from hub.procedure import Procedure
from hub.sop import Gate, Step
from hub.wire import FieldFault, Words
from hub.writer import Actor, Tx

Medium = Literal["electronic", "paper", "both"]
LONGEST_OUTAGE = timedelta(days=14)
"""So long before its case was opened a first step may have been done on paper."""


@dataclass(frozen=True, slots=True)
class StepDone:
    """Where the case stands after a step: `next` is empty at the end; diverted keeps the step."""

    application: str
    step: str
    next: str
    state: str
    touch_s: int


@dataclass(frozen=True, slots=True)
class Paper:
    """How a step is on record: electronically, on paper, or both, and where the paper lies.

    `done_at`: it was done on paper then, while the power was out, and is entered only now;
    `begun_at`: the form says when it was begun as well, so what it took is known.
    """

    medium: Medium = "both"
    place: str = ""
    done_at: datetime | None = None
    begun_at: datetime | None = None


def begin(tx: Tx, procedure: Procedure, application: str) -> str:
    """Start the touch clock of the current step for this officer; return the step."""
    row, stage = workable(tx, procedure, application)
    record = _record(tx, row.id, stage.name)
    if record.running_since is not None and record.running_by == tx.actor.id:
        return stage.name
    _stop_clock(procedure, record, tx.at)
    record.running_since, record.running_by = tx.at, tx.actor.id
    tx.session.flush()
    tx.emit(StepBegun(row.id, stage.name, running=True), subject=row.id)
    return stage.name


def pause(tx: Tx, procedure: Procedure, application: str) -> str:
    """Stop the touch clock of the current step; return the step."""
    row, stage = workable(tx, procedure, application)
    record = _record(tx, row.id, stage.name)
    if record.running_since is None:
        return stage.name
    _stop_clock(procedure, record, tx.at)
    tx.session.flush()
    tx.emit(StepBegun(row.id, stage.name, running=False), subject=row.id)
    return stage.name


def supply(tx: Tx, procedure: Procedure, application: str, key: str, value: str) -> str:
    """Keep one piece of evidence of the current step, or void it if `value` is empty; return `key`.

    Raises BadInput naming the row. A blank's serial also gives the register number.
    """
    row, stage = workable(tx, procedure, application)
    today = procedure.office.today(tx.at)
    requirement = _row_of(procedure, row, stage, key, today)
    _must_not_confirm(requirement)
    empty = not evidence.plain(requirement, value) and not requirement.rule.first
    if empty and evidence.withdraw(tx, row, stage.name, key):
        tx.emit(EvidenceSupplied(row.id, stage.name, key), subject=row.id)
        return key
    found = evidence.gather(
        tx.session, procedure, row, stage.name, [requirement], {key: value}, tx.at
    )
    _refuse_faults(_judge(tx, procedure, row).faults([requirement], found))
    if key in found:
        evidence.keep(tx, procedure, row, stage.name, requirement, found[key])
    if requirement.rule.first and requirement.rule.check == "blank":
        custody.must_be_here(tx, procedure, row, "issue")
        blanks.issue(tx, procedure.office, row, found[key].value)
    tx.emit(EvidenceSupplied(row.id, stage.name, key), subject=row.id)
    return key


def prepare(
    session: Session,
    office: int,
    procedure: Procedure,
    application: str,
    step: str,
    values: Mapping[str, str],
    at: datetime,
    officer: Actor,
) -> dict[str, str]:
    """Make durable what `complete` will refer to, in a thread before it; return its values."""
    stage = procedure.sop.stage(step)
    if stage is None or "archive" not in stage.does:
        return dict(values)
    row = must_find(session, office, procedure, application)
    package = archive.build(session, procedure, row, values, at, officer)
    return {**values, archive.PACKAGE: archive.reference(package)}


def complete(
    tx: Tx,
    procedure: Procedure,
    application: str,
    step: str,
    values: Mapping[str, str],
    remark: str = "",
    *,
    paper: Paper | None = None,
    revision: int | None = None,
) -> StepDone:
    """Complete the current step with its evidence, or divert if an answer says so.

    `revision` is the case's revision that the page showed: a value of the person that somebody
    else changed since is not overwritten.

    Raises BadInput `evidence_missing` | `evidence_wrong` naming every row, Conflict `step_done` |
    `step_not_yet` | `case_diverted` | `case_ended` | `values_stale`, NotAllowed `role_missing` |
    `segregation`.
    """
    row, stage = workable(tx, procedure, application, step)
    today = procedure.office.today(tx.at)
    requirements = unfold(procedure, row, stage, today)
    if revision is not None:
        keeping.must_be_fresh(tx, procedure, row, values, revision)
    found = evidence.gather(tx.session, procedure, row, stage.name, requirements, values, tx.at)
    branch = _answered_branch(requirements, found)
    if branch:
        _refuse_wordless(requirements, found, remark)
        return _leave(tx, procedure, row, stage, branch, found, remark)
    faults = _judge(tx, procedure, row).faults(requirements, found)
    old = old_scans(tx.session, row, stage.name, requirements) if faults else {}
    _refuse_faults(named(faults, requirements, old))
    _refuse_poor_photo(tx, row, requirements, found, remark)
    _refuse_moment(tx, row, paper)
    if procedure.sop.screens and stage.name in procedure.office.cekal.recheck_before:
        must_pass(tx, procedure, row, stage.name)
    for requirement in requirements:
        if requirement.key in found:
            here = found[requirement.key]
            evidence.keep(tx, procedure, row, stage.name, requirement, here)
    if any(requirement.field for requirement in requirements):
        search.index(tx, procedure.keyring, row)
    judged = {**values, **{key: here.value for key, here in found.items()}}
    for duty in stage.does:
        duties.perform(tx, procedure, row, duty, judged)
    segregation.note_relaxed(tx, procedure, row, stage.name)
    return _advance(tx, procedure, row, stage, remark, paper or Paper())


def workable(
    tx: Tx, procedure: Procedure, application: str, step: str = ""
) -> tuple[Application, Step | Gate]:
    """Return case and current stage if this officer may work on it now."""
    row = must_find(tx.session, tx.office, procedure, application)
    if step:
        _must_be_known(procedure, step)
        _must_not_be_done(tx, procedure, row, step)
    must_be_open(tx, row)
    must_not_be_diverted(tx, procedure, row)
    stage = procedure.sop.stage(step or row.position)
    if stage is None or stage.name != row.position:
        raise Conflict(
            "step_not_yet",
            f"Step {row.position} comes first.",
            id=f"Langkah {row.position} harus diselesaikan lebih dahulu.",
        )
    must_have_role(tx, frozenset(stage.roles))
    acts = segregation.acts_of(tx.session, tx.office, row.id)
    today = procedure.office.today(tx.at)
    segregation.enforce(procedure.office, acts, stage.name, tx.actor.id, today, row.sop)
    qualifications.enforce(tx, procedure, row)
    return row, stage


def _row_of(
    procedure: Procedure, row: Application, stage: Step | Gate, key: str, today: date
) -> Requirement:
    found = next((r for r in unfold(procedure, row, stage, today) if r.key == key), None)
    if found is None:
        fault = FieldFault(field=key, code="unknown_field", message="")
        text = "This step has no such row."
        indonesian = "Langkah ini tidak memiliki isian itu."
        raise BadInput("row_unknown", text, id=indonesian, fields=[fault])
    return found


def _must_not_confirm(requirement: Requirement) -> None:
    """Refuse to keep a confirmation beforehand: it is one only together with what it confirms."""
    if requirement.kind != "login":
        return
    fault = FieldFault(
        field=requirement.key, code="not_beforehand", message="saat selesai / when completing"
    )
    raise BadInput(
        "not_beforehand",
        "Password and card confirm the step as it is completed, not before.",
        id="Kata sandi dan kartu mengesahkan saat langkah diselesaikan, bukan sebelumnya.",
        fields=[fault],
    )


def _must_be_known(procedure: Procedure, step: str) -> None:
    if procedure.sop.stage(step) is None:
        text = f"The procedure has no step {step[:24]}."
        raise NotFound("step_unknown", text, id=f"SOP tidak memiliki langkah {step[:24]}.")


def _must_not_be_done(tx: Tx, procedure: Procedure, row: Application, step: str) -> None:
    record = _find_record(tx.session, tx.office, row.id, step)
    if record is not None and record.completed_at is not None:
        who, stage = by_whom(tx, record.completed_by), _named(procedure, step)
        raise Conflict(
            "step_done",
            f"{stage.en} was completed already{who.en}; nothing was done twice.",
            id=f"{stage.id} sudah diselesaikan{who.id}; tidak ada yang diulang.",
        )


def _named(procedure: Procedure, step: str) -> Words:
    stage = procedure.sop.stage(step)
    if isinstance(stage, Gate):
        return Words(id=f"“{stage.title.id}”", en=f"“{stage.title.en}”")
    return Words(id=f"Langkah {step}", en=f"Step {step}")


def _judge(tx: Tx, procedure: Procedure, row: Application) -> Judge:
    today = procedure.office.today(tx.at)
    return Judge(tx.session, procedure, row, today, tx.at, tx.actor.id)


def _refuse_faults(faults: list[FieldFault]) -> None:
    if not faults:
        return
    only_missing = all(fault.code == "missing" for fault in faults)
    names = "; ".join(fault.message for fault in faults)
    raise BadInput(
        "evidence_missing" if only_missing else "evidence_wrong",
        f"The evidence is not complete. {names}",
        id=f"Bukti belum lengkap. {names}",
        fields=faults,
    )


def _refuse_wordless(
    requirements: tuple[Requirement, ...], found: Mapping[str, Found], remark: str
) -> None:
    """Refuse a judgement of documents as not valid that names neither document nor reason.

    The verdicts tell the kind of the nonconformity; without them and a word it would be a guess.
    """
    judges = any(one.rule.check == "all_valid" for one in requirements)
    if not judges or remark.strip() or any(here.value == "INVALID" for here in found.values()):
        return
    message = "tulis alasannya / say why"
    raise BadInput(
        "reason_missing",
        "Say which document is not valid, or write the reason under Remark.",
        id="Nyatakan dokumen mana yang tidak sah, atau tulis alasannya di Catatan.",
        fields=[FieldFault(field="remark", code="missing", message=message)],
    )


def _refuse_poor_photo(
    tx: Tx,
    row: Application,
    requirements: tuple[Requirement, ...],
    found: Mapping[str, Found],
    remark: str,
) -> None:
    """Refuse a portrait with a measured fault unless the officer says why it is taken."""
    jobs = [found[one.key].job for one in requirements if one.kind == "photo" and one.key in found]
    accepted = portraits.accepted_jobs(tx.session, row)
    if remark.strip() or not any(
        job and job not in accepted and photo_faults(tx.connection, tx.office, job) for job in jobs
    ):
        return
    message = "tulis alasannya / say why"
    raise BadInput(
        "photo_poor",
        "The photo has faults: take it again, or say under Remark why it is used.",
        id="Foto bercacat: ambil ulang, atau tulis di Catatan mengapa tetap dipakai.",
        fields=[FieldFault(field="remark", code="missing", message=message)],
    )


def _answered_branch(requirements: tuple[Requirement, ...], found: Mapping[str, Found]) -> str:
    for requirement in requirements:
        here = found.get(requirement.key)
        choice = requirement.rule.choice(here.value) if here else None
        if choice is not None and choice.divert:
            return choice.divert
    return ""


def _leave(
    tx: Tx,
    procedure: Procedure,
    row: Application,
    stage: Step | Gate,
    branch: str,
    found: Mapping[str, Found],
    remark: str,
) -> StepDone:
    values = {key: here.value for key, here in found.items()}
    for duty in stage.does:
        if duty in duties.ALSO_LEAVING:
            duties.perform(tx, procedure, row, duty, values)
    record = _record(tx, row.id, stage.name)
    _stop_clock(procedure, record, tx.at)
    answer = next(rule for rule in stage.evidence for c in rule.choices if c.divert == branch)
    send(tx, procedure, row, stage.name, branch, remark or answer.label.id, answers=values)
    return StepDone(row.id, stage.name, stage.name, row.state, record.touch_s)


def _advance(
    tx: Tx,
    procedure: Procedure,
    row: Application,
    stage: Step | Gate,
    remark: str,
    paper: Paper,
) -> StepDone:
    record = _record(tx, row.id, stage.name)
    record.medium, record.paper_at = paper.medium, paper.place.strip()[:200]
    record.begun_at, record.done_at = paper.begun_at, paper.done_at
    drafts.forget(tx, row, stage.name)
    # a clock that runs now measures the typing: what was done on paper took what the form says
    _stop_clock(procedure, record, paper.begun_at or paper.done_at or tx.at)
    if paper.begun_at is not None and paper.done_at is not None:
        record.touch_s += worked_s(procedure.office, paper.begun_at, paper.done_at)
    if paper.done_at is not None and "receive" in stage.does:
        duties.received(procedure, row, paper.done_at)
    record.completed_at = tx.at
    record.completed_by, record.completed_by_name = tx.actor.id, tx.actor.name
    if remark.strip():
        key = persons.data_key(procedure.keyring, row)
        place = f"remark/{stage.name}"
        record.sealed_remark = persons.seal_text(key, row, place, remark.strip())
    following = _following(tx, procedure, row, stage)
    row.position, row.moved_at = following.name if following else "", tx.at
    row.state = stage.reaches
    telling.give_back(tx, procedure, row, "moved_on")
    if isinstance(stage, Gate):
        tx.emit(GatePassed(row.id, stage.name), subject=row.id)
    else:
        tx.emit(StepCompleted(row.id, stage.name, record.touch_s), subject=row.id)
    if following is not None and following.applicant_present:
        telling.tell_needed(tx, procedure, row)
    if following is None:
        row.ended_at = tx.at
        search.forget_names(tx, row)
        tx.emit(ApplicationArchived(row.id, archive.package_of(tx, row.id)), subject=row.id)
    tx.session.flush()
    return StepDone(row.id, stage.name, row.position, row.state, record.touch_s)


def _following(
    tx: Tx, procedure: Procedure, row: Application, stage: Step | Gate
) -> Step | Gate | None:
    """Return what comes after `stage`; a gate passed where it stood before is not asked again."""
    following = procedure.sop.after(stage.name)
    while following is not None:
        record = _find_record(tx.session, tx.office, row.id, following.name)
        if record is None or record.completed_at is None:
            break
        following = procedure.sop.after(following.name)
    return following


def _refuse_moment(tx: Tx, row: Application, paper: Paper | None) -> None:
    """Refuse work on paper after now or before the step before it; a case is opened later too."""
    if paper is None or paper.done_at is None:
        if paper is not None and paper.begun_at is not None:
            message = "Selesai: tulis hari dan jam / Done: write day and time"
            _refuse_faults([FieldFault(field="done_at", code="missing", message=message)])
        return
    done = select(StepRecord).where(
        StepRecord.office == tx.office,
        StepRecord.application == row.id,
        StepRecord.completed_at.is_not(None),
    )
    before = [one.done_at or one.completed_at for one in tx.session.scalars(done)]
    earliest = max((at for at in before if at), default=row.opened_at - LONGEST_OUTAGE)
    if not earliest <= paper.done_at <= tx.at:
        message = (
            "Dikerjakan pada: sesudah langkah sebelumnya, paling lambat sekarang / "
            "Done when: after the step before it, and not later than now"
        )
        _refuse_faults([FieldFault(field="done_at", code="wrong", message=message)])
    if paper.begun_at is not None and not earliest <= paper.begun_at <= paper.done_at:
        message = (
            "Dimulai pada: sesudah langkah sebelumnya, paling lambat saat selesai / "
            "Begun when: after the step before it, and not later than its end"
        )
        _refuse_faults([FieldFault(field="begun_at", code="wrong", message=message)])


def _record(tx: Tx, application: str, step: str) -> StepRecord:
    record = _find_record(tx.session, tx.office, application, step)
    if record is None:
        record = StepRecord(
            office=tx.office, id=new_id(), application=application, step=step, touch_s=0
        )
        tx.session.add(record)
    return record


def _find_record(session: Session, office: int, application: str, step: str) -> StepRecord | None:
    return session.scalar(
        select(StepRecord).where(
            StepRecord.office == office,
            StepRecord.application == application,
            StepRecord.step == step,
        )
    )


def _stop_clock(procedure: Procedure, record: StepRecord, at: datetime) -> None:
    if record.running_since is not None:
        record.touch_s += worked_s(procedure.office, record.running_since, at)
        record.running_since, record.running_by = None, ""
