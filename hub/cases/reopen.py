"""A completed step is opened again, with a reason; from the money on only by a supervisor.

What followed it is open again too. Its evidence stays and is shown; numbers, payments and blanks
that the undone steps used up are voided, never erased, and so is what stands for the signature
of an undone legalisation or hand-over. No passport moves by it: custody stays as it is in fact.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import blanks, branches, legalising, payments, persons, stated, telling
from hub.cases.applications import must_be_open, must_find
from hub.cases.doers import by_whom, done_already
from hub.cases.legalising import SCAN as INK
from hub.cases.payments import corrections
from hub.cases.undone import Undone, write_undone
from hub.errors import BadInput, Conflict, NotAllowed
from hub.events.applications import StepReopened
from hub.models.application import Application, Evidence, StepRecord
from hub.models.casework import Reopening
from hub.models.schema import new_id
from hub.procedure import Procedure
from hub.sop import Gate, Step
from hub.wire import FieldFault, Words
from hub.writer import Tx

SUPERVISOR = "supervisor"
MONEY = "record_payment"
ISSUE = "issue"
LEGALISE = "legalise"
HAND_OVER = "close_custody"


def reopen(tx: Tx, procedure: Procedure, application: str, step: str, reason: str) -> str:
    """Bring a case back to the completed `step`. Raises BadInput, Conflict, NotAllowed."""
    row = must_find(tx.session, tx.office, procedure, application)
    must_be_open(tx, row)
    branches.must_not_be_diverted(tx, procedure, row)
    text = _given(reason)
    records = _completed(tx.session, row)
    stage = procedure.sop.stage(step)
    if stage is None or step not in records:
        raise _not_done(tx, row, step)
    _must_be_allowed(tx, procedure, stage)
    undo(tx, procedure, row, stage, text)
    return row.id


def _not_done(tx: Tx, row: Application, step: str) -> Conflict:
    """The step was never completed, or somebody opened it again already."""
    query = (
        select(Reopening.by)
        .where(
            Reopening.office == tx.office,
            Reopening.application == row.id,
            Reopening.step == step,
        )
        .order_by(Reopening.at.desc(), Reopening.id)
        .limit(1)
    )
    return done_already(
        "step_not_done",
        by_whom(tx, tx.session.scalar(query) or ""),
        done=Words(id="Langkah ini sudah dibuka kembali", en="This step was opened again already"),
        never=Words(
            id="Hanya langkah yang sudah selesai dapat dibuka kembali.",
            en="Only a completed step can be opened again.",
        ),
    )


def undo(tx: Tx, procedure: Procedure, row: Application, stage: Step | Gate, reason: str) -> None:
    """Undo the completions from `stage` on; the caller has judged that it may be."""
    names = [one.name for one in procedure.sop.stages]
    later = set(names[names.index(stage.name) :])
    records = [r for name, r in _completed(tx.session, row).items() if name in later]
    records.sort(key=lambda record: names.index(record.step))
    if any(MONEY in _does(procedure, record.step) for record in records):
        _void_payment(tx, procedure, row, reason)
    if any(_uses_blank(procedure, name) for name in later) and _is_issued(tx, row):
        blanks.void(tx, row.id, reason)
        _void_evidence(tx, row, procedure)
    if any(LEGALISE in _does(procedure, record.step) for record in records):
        legalising.void(tx, row.id, reason)
    for record in records:
        if {LEGALISE, HAND_OVER} & set(_does(procedure, record.step)):
            _void_ink(tx, row, procedure, record.step)
    undone = [
        Undone(
            r.step,
            r.completed_by,
            r.completed_by_name,
            r.completed_at,
            r.touch_s,
            r.medium,
            r.paper_at,
            r.done_at,
            r.begun_at,
        )
        for r in records
        if r.completed_at is not None
    ]
    identity = new_id()
    key = persons.data_key(procedure.keyring, row)
    stated.drop(tx, row.id)
    was_at = row.position
    tx.session.add(
        Reopening(
            office=tx.office,
            id=identity,
            application=row.id,
            step=stage.name,
            position=was_at,
            undone=write_undone(undone),
            sealed_reason=persons.seal_text(key, row, f"reopening/{identity}", reason),
            by=tx.actor.id,
            by_name=tx.actor.name,
            at=tx.at,
        )
    )
    for record in records:
        record.completed_at = record.begun_at = record.done_at = None
        record.completed_by = record.completed_by_name = ""
    row.position, row.moved_at = stage.name, tx.at
    telling.give_back(tx, procedure, row, "moved_on")
    row.state = branches.state_before(procedure.sop, stage.name)
    tx.session.flush()
    tx.emit(StepReopened(row.id, stage.name, was_at), subject=row.id)


def supervised(procedure: Procedure, stage: str) -> bool:
    """Say whether only a supervisor opens this stage again: from the payment on."""
    names = [one.name for one in procedure.sop.stages]
    money = [one.name for one in procedure.sop.stages if MONEY in one.does]
    return bool(money) and names.index(stage) >= names.index(money[0])


def may_reopen(procedure: Procedure, stage: Step | Gate, roles: frozenset[str]) -> bool:
    """Say whether an officer with `roles` may open `stage` again."""
    if SUPERVISOR in roles:
        return True
    return not supervised(procedure, stage.name) and bool(set(stage.roles) & roles)


def _must_be_allowed(tx: Tx, procedure: Procedure, stage: Step | Gate) -> None:
    if may_reopen(procedure, stage, tx.actor.roles):
        return
    if supervised(procedure, stage.name):
        raise NotAllowed(
            "supervisor_needed",
            f"From the payment on only a supervisor opens a step again (step {stage.name}).",
            id=f"Sejak pembayaran, hanya supervisor membuka kembali langkah ({stage.name}).",
        )
    raise NotAllowed(
        "role_missing",
        "Only who may work this step, or a supervisor, opens it again.",
        id="Hanya pelaksana langkah ini atau supervisor yang dapat membukanya kembali.",
    )


def _completed(session: Session, row: Application) -> dict[str, StepRecord]:
    query = select(StepRecord).where(
        StepRecord.office == row.office,
        StepRecord.application == row.id,
        StepRecord.completed_at.is_not(None),
    )
    return {record.step: record for record in session.scalars(query)}


def _does(procedure: Procedure, step: str) -> tuple[str, ...]:
    stage = procedure.sop.stage(step)
    return stage.does if stage else ()


def _uses_blank(procedure: Procedure, step: str) -> bool:
    return ISSUE in _does(procedure, step)


def _is_issued(tx: Tx, row: Application) -> bool:
    return blanks.number_of(tx.session, tx.office, row.id) is not None


def _void_payment(tx: Tx, procedure: Procedure, row: Application, reason: str) -> None:
    """The books are corrected by a counter-entry, also when a supervisor opens step 7 again."""
    payment = payments.of_case(tx.session, tx.office, row.id)
    if payment is not None:
        corrections.reverse(tx, procedure, payment, reason)


def _void_evidence(tx: Tx, row: Application, procedure: Procedure) -> None:
    """Void what was left at and after the step that used up number and blank."""
    names = [one.name for one in procedure.sop.stages]
    first = next(one.name for one in procedure.sop.stages if ISSUE in one.does)
    gone = names[names.index(first) :]
    query = select(Evidence).where(
        Evidence.office == tx.office,
        Evidence.application == row.id,
        Evidence.step.in_(gone),
        Evidence.voided_at.is_(None),
    )
    for left in tx.session.scalars(query):
        left.voided_at = tx.at
    tx.session.flush()


def _void_ink(tx: Tx, row: Application, procedure: Procedure, step: str) -> None:
    """Void what stands for a signature of the undone act: its paper, its scan, who vouched."""
    stage = procedure.sop.stage(step)
    rules = stage.evidence if stage else ()
    signed = [rule.key for rule in rules if rule.kind in ("print", "checkbox") or rule.key == INK]
    query = select(Evidence).where(
        Evidence.office == tx.office,
        Evidence.application == row.id,
        Evidence.step == step,
        Evidence.key.in_(signed),
        Evidence.voided_at.is_(None),
    )
    for left in tx.session.scalars(query):
        left.voided_at = tx.at
    tx.session.flush()


def _given(reason: str) -> str:
    if not reason.strip():
        fault = FieldFault(field="reopen-reason", code="missing", message="wajib diisi / required")
        text = "Give the reason for opening the step again."
        indonesian = "Berikan alasan membuka kembali langkah ini."
        raise BadInput("reason_missing", text, id=indonesian, fields=[fault])
    return reason.strip()[:500]
