"""The two branches of the procedure: a case is sent there with a reason and comes back settled."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import persons, telling
from hub.cases.applications import must_be_open, must_find, must_have_role
from hub.cases.doers import by_whom
from hub.errors import BadInput, Conflict
from hub.events.applications import ApplicationDiverted, ApplicationResumed
from hub.models.application import Application, Diversion
from hub.models.schema import new_id
from hub.procedure import Procedure
from hub.sop import RelatedSop, Sop
from hub.wire import FieldFault, Words
from hub.writer import Tx

CEKAL = "cekal"
"""The branch that only those who see the list's results may know of."""


def open_diversion(session: Session, application: Application) -> Diversion | None:
    """Return the branch the case is in, or None."""
    return session.scalar(
        select(Diversion).where(
            Diversion.office == application.office,
            Diversion.application == application.id,
            Diversion.closed_at.is_(None),
        )
    )


def reason_of(procedure: Procedure, application: Application, diversion: Diversion) -> str:
    """Return why the case was diverted."""
    key = persons.data_key(procedure.keyring, application)
    place = f"diversion/{diversion.id}"
    return persons.open_text(key, application, place, diversion.sealed_reason)


def state_before(sop: Sop, position: str) -> str:
    """Return the state that a case at `position` has when it is in no branch."""
    names = [stage.name for stage in sop.stages]
    place = names.index(position)
    return sop.stages[place - 1].reaches if place else "DRAFT"


def must_not_be_diverted(tx: Tx, procedure: Procedure, application: Application) -> None:
    """Raise Conflict `case_diverted` while the case is in a branch.

    Who sent it to SOP Cekal is named only to those who may know that it is there.
    """
    diversion = open_diversion(tx.session, application)
    if diversion is None:
        return
    told = diversion.to != CEKAL or procedure.office.cekal.sees & tx.actor.roles
    who = by_whom(tx, diversion.opened_by if told else "")
    raise Conflict(
        "case_diverted",
        f"This case was sent to a branch of the procedure{who.en}; it must be resumed first.",
        id=f"Permohonan ini dialihkan{who.id}; harus dilanjutkan kembali lebih dahulu.",
    )


def not_diverted(tx: Tx, procedure: Procedure, application: Application) -> Conflict:
    """Return the refusal of an act inside a branch: the case is in none, or no more."""
    last = tx.session.scalar(
        select(Diversion)
        .where(Diversion.office == tx.office, Diversion.application == application.id)
        .order_by(Diversion.closed_at.desc(), Diversion.id)
        .limit(1)
    )
    told = last is not None and (last.to != CEKAL or procedure.office.cekal.sees & tx.actor.roles)
    if last is None or not told:
        text = "This case is in no branch."
        return Conflict("not_diverted", text, id="Permohonan ini tidak sedang dialihkan.")
    who = by_whom(tx, last.closed_by)
    return Conflict(
        "not_diverted",
        f"This case was brought back from its branch already{who.en}; nothing changed.",
        id=f"Permohonan ini sudah dilanjutkan kembali{who.id}; tidak ada yang berubah.",
    )


def must_be_diverted(
    tx: Tx, procedure: Procedure, application: str
) -> tuple[Application, Diversion, RelatedSop]:
    """Return a case, its open branch and that branch's rules. Raises Conflict `not_diverted`."""
    row = must_find(tx.session, tx.office, procedure, application)
    diversion = open_diversion(tx.session, row)
    if diversion is None:
        raise not_diverted(tx, procedure, row)
    return row, diversion, branch_of(procedure.sop, diversion.to)


def settled_from(branch: RelatedSop, diversion: Diversion) -> Words | None:
    """Return why the branch cannot be settled yet, or None."""
    if not branch.settled_from or diversion.stage in branch.settled_from:
        return None
    names = [m.words for s in branch.settled_from if (m := branch.move(s))]
    return Words(
        id="Teliti dahulu: " + ", ".join(n.id for n in names),
        en="Review it first: " + ", ".join(n.en for n in names),
    )


def nature_of(branch: RelatedSop, said: str, answers: Mapping[str, str]) -> str:
    """Return what kind of trouble this is: as said, else as the answers of the step tell."""
    if not branch.natures:
        return ""
    if said:
        if branch.nature(said) is None:
            raise _missing("nature", "pilih jenis / choose a kind")
        return said
    told = "DATA_MISMATCH"
    if answers.get("verdict_guarantor") == "INVALID":
        told = "GUARANTOR_INVALID"
    elif "INVALID" in (answers.get("verdict_passport"), answers.get("verdict_dokim")):
        told = "DOC_INVALID"
    return told if branch.nature(told) else branch.natures[0].value


def divert(
    tx: Tx, procedure: Procedure, application: str, to: str, reason: str, nature: str = ""
) -> str:
    """Send a case from its current step to a branch of that step. Raises BadInput, Conflict."""
    row = must_find(tx.session, tx.office, procedure, application)
    must_be_open(tx, row)
    must_not_be_diverted(tx, procedure, row)
    stage = procedure.sop.stage(row.position)
    allowed = {branch.to for branch in stage.divert} if stage else set()
    if stage is None or to not in allowed:
        known = [branch for code in sorted(allowed) if (branch := procedure.sop.related(code))]
        there = ", ".join(branch.en.rstrip(";") for branch in known) or "–"
        indonesian = ", ".join(branch.id.rstrip(";") for branch in known) or "–"
        text = f"This step diverts to: {there}."
        raise Conflict("branch_unknown", text, id=f"Langkah ini dialihkan ke: {indonesian}.")
    must_have_role(tx, frozenset(stage.roles))
    send(tx, procedure, row, stage.name, to, given(reason), nature=nature)
    return row.id


def send(
    tx: Tx,
    procedure: Procedure,
    row: Application,
    step: str,
    to: str,
    reason: str,
    *,
    nature: str = "",
    answers: Mapping[str, str] | None = None,
) -> None:
    """Put a case into a branch; the caller has judged that it may go there.

    `nature` is the kind of trouble; left out, the step's `answers` tell it. Raises BadInput.
    """
    branch = branch_of(procedure.sop, to)
    identity = new_id()
    key = persons.data_key(procedure.keyring, row)
    tx.session.add(
        Diversion(
            office=tx.office,
            id=identity,
            application=row.id,
            to=to,
            step=step,
            sealed_reason=persons.seal_text(key, row, f"diversion/{identity}", reason),
            opened_by=tx.actor.id,
            opened_by_name=tx.actor.name,
            opened_at=tx.at,
            nature=nature_of(branch, nature, answers or {}),
            stage=branch.moves[0].state if branch.moves else "OPEN",
        )
    )
    row.state = branch.holds
    tx.session.flush()
    tx.emit(ApplicationDiverted(row.id, to, step), subject=row.id)


def close(
    tx: Tx,
    procedure: Procedure,
    row: Application,
    diversion: Diversion,
    outcome: str,
    reason: str,
) -> None:
    """Bring a case back to the step it left; the caller has judged that it may come back."""
    key = persons.data_key(procedure.keyring, row)
    place = f"outcome/{diversion.id}"
    diversion.sealed_outcome_reason = persons.seal_text(key, row, place, given(reason))
    diversion.outcome, diversion.closed_at = outcome, tx.at
    diversion.closed_by, diversion.closed_by_name = tx.actor.id, tx.actor.name
    telling.give_back(tx, procedure, row, "moved_on", place="branch")
    if row.ended_at is None:
        row.state = state_before(procedure.sop, row.position)
    tx.session.flush()
    tx.emit(ApplicationResumed(row.id, row.position, outcome), subject=row.id)


def branch_of(sop: Sop, code: str) -> RelatedSop:
    """Return a branch of the procedure. Raises Conflict `branch_unknown`."""
    branch = sop.related(code)
    if branch is None or not branch.holds:
        text = "There is no such branch."
        raise Conflict("branch_unknown", text, id="Cabang SOP ini tidak ada.")
    return branch


def _missing(field: str, what: str) -> BadInput:
    indonesian, _, english = what.partition(" / ")
    fault = FieldFault(field=field, code="missing", message=what)
    return BadInput("missing", f"Give {english}.", id=f"Berikan {indonesian}.", fields=[fault])


def given(reason: str) -> str:
    """Return a reason. Raises BadInput `reason_missing`."""
    if not reason.strip():
        fault = FieldFault(field="reason", code="missing", message="wajib diisi / required")
        text = "Give a reason."
        raise BadInput("reason_missing", text, id="Berikan alasan.", fields=[fault])
    return reason.strip()
