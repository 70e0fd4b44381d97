"""SOP Penanganan Ketidaksesuaian: what the trouble is, how it goes on, until when, who decides.

    OPEN → UNDER_REVIEW → NEED_APPLICANT | FIELD_CHECK | BAP … → settled, back to its step

States, deadlines and deciders stand in the procedure's file. A correction is made inside the branch
by a second person; one of a printed field after printing voids number and blank.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import keeping, persons, reopen, segregation, telling
from hub.cases.applications import must_have_role
from hub.cases.blanks import number_of
from hub.cases.branches import must_be_diverted
from hub.cases.doers import by_whom
from hub.cases.resuming import resume as resume_branch
from hub.cases.views import BranchStep
from hub.errors import BadInput, Conflict, NotAllowed
from hub.events.applications import BranchMoved
from hub.models.application import Application, Diversion
from hub.models.casework import BranchMove
from hub.models.schema import new_id
from hub.procedure import Procedure
from hub.sop import Move
from hub.wire import FieldFault, Words
from hub.writer import Tx

REPRINT = "REPRINT"
"""A printed field was corrected after printing: the case goes back to where it is printed."""
CONFIRM = "correction_confirm"


def move(tx: Tx, procedure: Procedure, application: str, state: str, note: str) -> str:
    """Carry a nonconformity on to `state`.

    Raises BadInput, Conflict `move_done` | `move_not_possible`.
    """
    row, diversion, branch = must_be_diverted(tx, procedure, application)
    now, then = branch.move(diversion.stage), branch.move(state)
    if then is not None and state == diversion.stage:
        raise _already_there(tx, diversion, then)
    if now is None or then is None or state not in now.next:
        names = ", ".join(m.words.id for s in (now.next if now else ()) if (m := branch.move(s)))
        raise Conflict(
            "move_not_possible",
            f"From here it goes on to: {names or '-'}.",
            id=f"Dari sini dilanjutkan ke: {names or '-'}.",
        )
    must_have_role(tx, frozenset(then.roles or branch.roles))
    if not note.strip():
        raise _missing("move-note", "catatan / a note")
    diversion.stage = state
    if not then.letter:
        telling.give_back(tx, procedure, row, "moved_on", place="branch")
    diversion.deadline_on = _deadline(procedure, then, tx.at)
    _note(tx, procedure, row, diversion, state, note.strip()[:500])
    tx.emit(BranchMoved(row.id, state), subject=row.id)
    return row.id


def _already_there(tx: Tx, diversion: Diversion, now: Move) -> Conflict:
    moves = _moves(tx.session, diversion)
    last = next((one.by for one in reversed(moves) if one.state == now.state), diversion.opened_by)
    who, words = by_whom(tx, last), now.words
    return Conflict(
        "move_done",
        f"This was carried on to “{words.en}” already{who.en}; nothing was done twice.",
        id=f"Sudah dilanjutkan ke “{words.id}”{who.id}; tidak ada yang diulang.",
    )


def correct(
    tx: Tx, procedure: Procedure, application: str, field: str, value: str, reason: str
) -> str:
    """Correct one value of the person inside the branch, as a second person.

    Raises BadInput, Conflict `no_change`, NotAllowed `segregation`.
    """
    row, diversion, branch = must_be_diverted(tx, procedure, application)
    must_have_role(tx, frozenset(branch.roles))
    _must_be_second(tx, procedure, row, diversion)
    if not reason.strip():
        raise _missing("correct-reason", "alasan / a reason")
    rule = procedure.sop.field(field)
    if rule is None or rule.kind == "stays":
        raise _missing("correct-field", "pilih isian / choose a field")
    kept = keeping.save_values(tx, procedure, row, {field: value}, row.revision)
    if wrong := kept.faults.get(field):
        message = f"{wrong.id} / {wrong.en}"
        fault = FieldFault(field="correct-value", code="wrong", message=message)
        raise BadInput("evidence_wrong", wrong.en, id=wrong.id, fields=[fault])
    if not kept.saved:
        text = "This is what the record says already."
        raise Conflict("no_change", text, id="Data sudah berbunyi demikian.")
    printed = rule.printed and number_of(tx.session, tx.office, row.id) is not None
    _note(tx, procedure, row, diversion, REPRINT if printed else "CORRECTION", reason.strip()[:500])
    tx.emit(BranchMoved(row.id, "CORRECTION"), subject=row.id)
    return row.id


def resume(tx: Tx, procedure: Procedure, application: str, outcome: str, reason: str) -> str:
    """Settle a branch as `resuming.resume` does; corrected printed data are printed again."""
    row, diversion, _ = must_be_diverted(tx, procedure, application)
    done = resume_branch(tx, procedure, application, outcome, reason)
    _print_again(tx, procedure, row, diversion)
    return done


def _print_again(tx: Tx, procedure: Procedure, row: Application, diversion: Diversion) -> None:
    """Send a case whose printed data changed back to where they are printed."""
    if REPRINT not in {move.state for move in _moves(tx.session, diversion)}:
        return
    issue = next((s for s in procedure.sop.stages if reopen.ISSUE in s.does), None)
    if issue is not None:
        key = persons.data_key(procedure.keyring, row)
        place = f"outcome/{diversion.id}"
        reason = persons.open_text(key, row, place, diversion.sealed_outcome_reason)
        reopen.undo(tx, procedure, row, issue, reason)


def steps_of(
    session: Session, procedure: Procedure, application: Application, diversion: Diversion
) -> tuple[BranchStep, ...]:
    """Return how the branch went on so far."""
    branch = procedure.sop.related(diversion.to)
    key = persons.data_key(procedure.keyring, application)
    found = []
    for row in _moves(session, diversion):
        known = branch.move(row.state) if branch else None
        words = known.words if known else _OTHERS.get(row.state, Words(id=row.state, en=row.state))
        note = persons.open_text(key, application, f"move/{row.id}", row.sealed_note)
        found.append(
            BranchStep(words=words, note=note, by=row.by_name, at=row.at, until=row.deadline_on)
        )
    return tuple(found)


def times_asked(
    session: Session, procedure: Procedure, application: Application
) -> tuple[datetime, ...]:
    """Return when the applicant was asked by letter, oldest first, in every branch of the case."""
    letters = {
        (branch.code, move.state)
        for branch in procedure.sop.sheet.related
        for move in branch.moves
        if move.letter
    }
    query = (
        select(BranchMove, Diversion.to)
        .join(
            Diversion,
            (Diversion.office == BranchMove.office) & (Diversion.id == BranchMove.diversion),
        )
        .where(BranchMove.office == application.office, BranchMove.application == application.id)
        .order_by(BranchMove.at)
    )
    return tuple(row.at for row, to in session.execute(query) if (to, row.state) in letters)


_OTHERS = {
    "CORRECTION": Words(id="Data dikoreksi", en="Data corrected"),
    REPRINT: Words(id="Data tercetak dikoreksi: cetak ulang", en="Printed data corrected: reprint"),
}


def _deadline(procedure: Procedure, then: Move, at: datetime) -> date | None:
    office = procedure.office
    return office.working_day_after(office.today(at), then.days) if then.days else None


def _note(
    tx: Tx,
    procedure: Procedure,
    row: Application,
    diversion: Diversion,
    state: str,
    note: str,
) -> None:
    identity = new_id()
    key = persons.data_key(procedure.keyring, row)
    tx.session.add(
        BranchMove(
            office=tx.office,
            id=identity,
            application=row.id,
            diversion=diversion.id,
            state=state,
            deadline_on=diversion.deadline_on,
            sealed_note=persons.seal_text(key, row, f"move/{identity}", note),
            by=tx.actor.id,
            by_name=tx.actor.name,
            at=tx.at,
        )
    )
    tx.session.flush()


def _must_be_second(tx: Tx, procedure: Procedure, row: Application, diversion: Diversion) -> None:
    if diversion.opened_by == tx.actor.id:
        raise NotAllowed(
            "segregation",
            "Who found the error may not correct it: a second person does.",
            id="Yang menemukan kesalahan tidak boleh mengoreksinya: harus orang kedua.",
        )
    acts = segregation.acts_of(tx.session, tx.office, row.id)
    today = procedure.office.today(tx.at)
    segregation.enforce(procedure.office, acts, CONFIRM, tx.actor.id, today, row.sop)


def _moves(session: Session, diversion: Diversion) -> tuple[BranchMove, ...]:
    query = (
        select(BranchMove)
        .where(BranchMove.office == diversion.office, BranchMove.diversion == diversion.id)
        .order_by(BranchMove.at, BranchMove.id)
    )
    return tuple(session.scalars(query))


def _missing(field: str, what: str) -> BadInput:
    indonesian, _, english = what.partition(" / ")
    fault = FieldFault(field=field, code="missing", message=what)
    return BadInput("missing", f"Give {english}.", id=f"Berikan {indonesian}.", fields=[fault])
