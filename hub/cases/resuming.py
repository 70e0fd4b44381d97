"""A case comes back from a branch of the procedure: by whom, with which outcome and reason."""

from __future__ import annotations

from hub.cases import branches, segregation
from hub.cases.applications import must_find, must_have_role
from hub.cases.screening import outcomes
from hub.errors import BadInput, Conflict, NotAllowed
from hub.models.application import Application, Diversion
from hub.procedure import Procedure
from hub.sop import RelatedSop
from hub.wire import FieldFault
from hub.writer import Tx


def resume(tx: Tx, procedure: Procedure, application: str, outcome: str, reason: str) -> str:
    """Bring a case back to the step it left. Raises BadInput, Conflict, NotAllowed."""
    row = must_find(tx.session, tx.office, procedure, application)
    diversion = branches.open_diversion(tx.session, row)
    if diversion is None:
        raise branches.not_diverted(tx, procedure, row)
    branch = branches.branch_of(procedure.sop, diversion.to)
    _must_be_outcome(branch, outcome)
    must_have_role(tx, frozenset(branch.roles))
    if not_yet := branches.settled_from(branch, diversion):
        raise Conflict("review_first", f"{not_yet.en}.", id=f"{not_yet.id}.")
    _must_be_second_person(tx, procedure, row, diversion, branch)
    if branch.act == "cekal_confirm":
        outcomes.settle_by_hand(tx, row, outcome)
    branches.close(tx, procedure, row, diversion, outcome, branches.given(reason))
    return row.id


def _must_be_second_person(
    tx: Tx, procedure: Procedure, row: Application, diversion: Diversion, branch: RelatedSop
) -> None:
    if diversion.opened_by == tx.actor.id:
        raise NotAllowed(
            "segregation",
            "Who sent a case to a branch may not bring it back.",
            id="Yang mengalihkan permohonan tidak boleh melanjutkannya kembali.",
        )
    if branch.act:
        acts = segregation.acts_of(tx.session, tx.office, row.id)
        today = procedure.office.today(tx.at)
        segregation.enforce(procedure.office, acts, branch.act, tx.actor.id, today, row.sop)


def _must_be_outcome(branch: RelatedSop, outcome: str) -> None:
    if outcome not in branch.outcomes:
        known = [branch.outcome(one) for one in branch.outcomes]
        names, english = ", ".join(one.id for one in known), ", ".join(one.en for one in known)
        fault = FieldFault(field="outcome", code="wrong", message=f"{names} / {english}")
        text = f"The outcome must be one of: {english}."
        raise BadInput(
            "outcome_wrong", text, id=f"Hasil harus salah satu dari: {names}.", fields=[fault]
        )
