"""A correction after printing: one person states it, another confirms; printed data are redone.

The step that checks the printed page names the duty `correct_data`. Stated are the field, its old
and new value and the cause. A confirmed correction of a printed field voids number, blank and
legalisation: the case is printed and legalised again. Until it is settled the step cannot end.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import field_rules, keeping, persons, reopen, segregation
from hub.cases.applications import must_be_open, must_find, must_have_role
from hub.cases.branches import must_not_be_diverted
from hub.cases.doers import by_whom, done_already
from hub.cases.stated import CONFIRMED, REFUSED, open_correction
from hub.cases.views import Said, Stated
from hub.errors import BadInput, Conflict, NotAllowed
from hub.events.applications import CorrectionSettled, CorrectionStated
from hub.models.application import Application
from hub.models.casework import DataCorrection
from hub.models.schema import new_id
from hub.office import OfficeConfig
from hub.procedure import Procedure
from hub.sop import Duty, FieldRule
from hub.wire import FieldFault, Words
from hub.writer import Actor, Tx

DUTY: Duty = "correct_data"
CONFIRM = "correction_confirm"
CONFIRMS = frozenset({"approver", "document_examiner", "supervisor"})
LONGEST = 500
_SECOND = Words(
    id="Yang menyatakan koreksi tidak boleh memastikannya: harus orang kedua",
    en="Who states a correction may not confirm it: a second person does",
)


def state(
    tx: Tx, procedure: Procedure, application: str, field: str, value: str, cause: str
) -> str:
    """State a correction; return its id. Raises BadInput naming the row, Conflict, NotAllowed.

    Conflict `correction_not_here` | `correction_open` | `no_change`.
    """
    row = must_find(tx.session, tx.office, procedure, application)
    must_be_open(tx, row)
    must_not_be_diverted(tx, procedure, row)
    stage = procedure.sop.stage(procedure.sop.doing(DUTY))
    if stage is None or row.position != stage.name:
        raise Conflict(
            "correction_not_here",
            "Data are corrected by two persons where the printed page is checked.",
            id="Koreksi dua orang hanya pada langkah pemeriksaan halaman tercetak.",
        )
    must_have_role(tx, frozenset(stage.roles))
    must_be_settled(tx, row)
    rule = _judged(procedure, field, value, cause, tx.at)
    person = persons.read(tx.session, procedure.keyring, row)
    said = Said(person.value(field), field_rules.clean(rule, value), cause.strip()[:LONGEST])
    if said.old == said.new:
        text = "This is what the record says already."
        raise Conflict("no_change", text, id="Data sudah berbunyi demikian.")
    identity = new_id()
    key = persons.data_key(procedure.keyring, row)
    text = msgspec.json.encode(said).decode()
    tx.session.add(
        DataCorrection(
            office=tx.office,
            id=identity,
            application=row.id,
            step=stage.name,
            field=field,
            sealed=persons.seal_text(key, row, f"correction/{identity}", text),
            stated_by=tx.actor.id,
            stated_by_name=tx.actor.name,
            stated_at=tx.at,
        )
    )
    tx.session.flush()
    tx.emit(CorrectionStated(row.id, identity), subject=row.id)
    return identity


def settle(tx: Tx, procedure: Procedure, application: str, *, agree: bool, reason: str) -> str:
    """Confirm or refuse the open correction as a second person; return the outcome.

    Raises Conflict `correction_missing` | `values_stale`, BadInput, NotAllowed `segregation`.
    """
    row = must_find(tx.session, tx.office, procedure, application)
    must_be_open(tx, row)
    must_have_role(tx, CONFIRMS)
    correction = open_correction(tx.session, tx.office, row.id)
    if correction is None:
        raise _none_waits(tx, row.id)
    _must_be_second(tx, procedure, row, correction)
    if not agree and not reason.strip():
        raise _fault("correction-reason", "wajib diisi bila ditolak / needed for a refusal")
    key = persons.data_key(procedure.keyring, row)
    said = _said(procedure, row, correction)
    correction.outcome = CONFIRMED if agree else REFUSED
    correction.settled_by, correction.settled_by_name = tx.actor.id, tx.actor.name
    correction.settled_at = tx.at
    correction.sealed_outcome_reason = persons.seal_text(
        key, row, f"correction-outcome/{correction.id}", reason.strip()[:LONGEST]
    )
    tx.session.flush()
    if agree:
        _apply(tx, procedure, row, correction, said)
    tx.emit(CorrectionSettled(row.id, correction.id, correction.outcome), subject=row.id)
    return correction.outcome


def must_be_settled(tx: Tx, row: Application) -> None:
    """Refuse to go on while a correction waits. Raises Conflict `correction_open`."""
    waiting = open_correction(tx.session, tx.office, row.id)
    if waiting is None:
        return
    who = by_whom(tx, waiting.stated_by)
    raise Conflict(
        "correction_open",
        f"A correction was stated{who.en}, which waits for its second person: "
        "confirm or refuse it first.",
        id=f"Koreksi dinyatakan{who.id} dan menunggu orang kedua: "
        "pastikan atau tolak lebih dahulu.",
    )


def _none_waits(tx: Tx, application: str) -> Conflict:
    """Nothing waits for a second person: nobody stated a correction, or it is settled by now."""
    query = (
        select(DataCorrection.settled_by)
        .where(
            DataCorrection.office == tx.office,
            DataCorrection.application == application,
            DataCorrection.settled_at.is_not(None),
        )
        .order_by(DataCorrection.settled_at.desc(), DataCorrection.id)
        .limit(1)
    )
    return done_already(
        "correction_missing",
        by_whom(tx, tx.session.scalar(query) or ""),
        done=Words(
            id="Tidak ada koreksi yang menunggu: sudah diputuskan",
            en="No correction waits here: it was settled already",
        ),
        never=Words(id="Tidak ada koreksi yang menunggu.", en="No correction waits here."),
    )


def stated(
    session: Session, procedure: Procedure, row: Application, officer: Actor, today: date
) -> Stated | None:
    """Return the open correction of a case as `officer` sees it, or None."""
    correction = open_correction(session, row.office, row.id)
    if correction is None:
        return None
    rule = procedure.sop.field(correction.field)
    return Stated(
        field=correction.field,
        label=rule.label if rule else Words(id=correction.field, en=correction.field),
        said=_said(procedure, row, correction),
        by=correction.stated_by_name,
        at=correction.stated_at,
        printed=rule is not None and rule.printed,
        may_settle=bool(CONFIRMS & officer.roles)
        and not _forbids(
            procedure.office, _acts(session, row, correction), correction, officer, today, row.sop
        ),
    )


def _apply(
    tx: Tx, procedure: Procedure, row: Application, correction: DataCorrection, said: Said
) -> None:
    person = persons.read(tx.session, procedure.keyring, row)
    if person.value(correction.field) != said.old:
        raise Conflict(
            "values_stale",
            "The value changed since the correction was stated: refuse it and state it anew.",
            id="Data berubah sejak koreksi dinyatakan: tolak, lalu nyatakan ulang.",
        )
    kept = keeping.save_values(tx, procedure, row, {correction.field: said.new}, row.revision)
    if wrong := kept.faults.get(correction.field):
        raise _fault("correction-value", f"{wrong.id} / {wrong.en}")
    rule = procedure.sop.field(correction.field)
    issue = procedure.sop.stage(procedure.sop.doing("issue"))
    if rule is not None and rule.printed and issue is not None:
        reopen.undo(tx, procedure, row, issue, said.cause)


def _must_be_second(
    tx: Tx, procedure: Procedure, row: Application, correction: DataCorrection
) -> None:
    office, today = procedure.office, procedure.office.today(tx.at)
    acts = _acts(tx.session, row, correction)
    if (forbids := _forbids(office, acts, correction, tx.actor, today, row.sop)) is not None:
        raise NotAllowed("segregation", f"{forbids.en}.", id=f"{forbids.id}.")
    segregation.note_relaxed(tx, procedure, row, CONFIRM, acts)


def _acts(session: Session, row: Application, correction: DataCorrection) -> segregation.Acts:
    acts = dict(segregation.acts_of(session, row.office, row.id))
    acts[correction.step] = acts.get(correction.step, frozenset()) | {correction.stated_by}
    return acts


def _forbids(
    office: OfficeConfig,
    acts: segregation.Acts,
    correction: DataCorrection,
    officer: Actor,
    today: date,
    sop: str,
) -> Words | None:
    """Return the rule by which `officer` may not settle it; a procedure without one is bound too.

    Where the office has a rule it says who is a second person, and whether a letter relaxes it.
    """
    rule = segregation.broken(office, acts, CONFIRM, officer.id, today, sop)
    if rule is not None:
        return rule.rule
    ruled = any(CONFIRM in pair for one in office.segregation for pair in one.pairs)
    return _SECOND if officer.id == correction.stated_by and not ruled else None


def _judged(procedure: Procedure, field: str, value: str, cause: str, at: datetime) -> FieldRule:
    rule = procedure.sop.field(field)
    if rule is None or rule.kind == "stays":
        raise _fault("correction-field", "pilih isian / choose a field")
    if not value.strip():
        raise _fault("correction-value", "wajib diisi / required")
    if not cause.strip():
        raise _fault("correction-cause", "wajib diisi / required")
    today = procedure.office.today(at)
    wrong = field_rules.fault(rule, field_rules.clean(rule, value), today)
    if wrong is not None:
        raise _fault("correction-value", f"{wrong.id} / {wrong.en}")
    return rule


def _said(procedure: Procedure, row: Application, correction: DataCorrection) -> Said:
    key = persons.data_key(procedure.keyring, row)
    text = persons.open_text(key, row, f"correction/{correction.id}", correction.sealed)
    return msgspec.json.decode(text, type=Said)


def _fault(field: str, message: str) -> BadInput:
    indonesian, _, english = message.partition(" / ")
    fault = FieldFault(field=field, code="wrong", message=message)
    return BadInput("correction_wrong", f"{english}.", id=f"{indonesian}.", fields=[fault])
