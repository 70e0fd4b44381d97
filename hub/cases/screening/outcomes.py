"""How a hold begins and ends: confirmed, proposed by the head of Wasdakim, decided by Kakanim."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import applications, branches, persons
from hub.cases.applications import must_find, must_have_role
from hub.cases.doers import by_whom, done_already
from hub.cases.screening.checks import LIST, newest
from hub.cases.screening.states import HELD, OUTCOMES, State
from hub.cases.screening.verdicts import (
    Given,
    give,
    must_be_newest,
    must_find_check,
    same_person_open,
    settle_again,
)
from hub.errors import BadInput, Conflict, NotAllowed
from hub.events.cekal import CekalOutcomeDeclined, CekalOutcomeProposed, CekalSettled
from hub.models.application import Application
from hub.models.cekal import CekalAct, CekalCheck
from hub.models.schema import new_id
from hub.procedure import Procedure
from hub.wire import FieldFault, Words
from hub.writer import Tx

PROPOSE, DECIDE = "propose", "decide"
AGREED, DECLINED = "AGREED", "DECLINED"
BRANCH = "cekal"


def adjudicate(tx: Tx, procedure: Procedure, check: str, given: Given) -> CekalCheck:
    """Give a verdict; two that confirm put the case on hold, two that refute let it go on."""
    row = give(tx, procedure, check, given)
    case = must_find(tx.session, tx.office, procedure, row.application)
    diverted = branches.open_diversion(tx.session, case)
    if row.state == State.ON_HOLD and diverted is None:
        branches.send(tx, procedure, case, case.position, BRANCH, given.reason)
    elif row.state == State.FALSE_MATCH:
        _let_go(tx, procedure, case, given.reason)
        for other in same_person_open(tx.session, row):
            another = must_find(tx.session, tx.office, procedure, other.application)
            if settle_again(tx, another, other):
                _let_go(tx, procedure, another, given.reason)
    return row


def _let_go(tx: Tx, procedure: Procedure, case: Application, reason: str) -> None:
    """Bring a refuted case back from SOP Cekal if it was sent there."""
    diverted = branches.open_diversion(tx.session, case)
    if diverted is not None and diverted.to == BRANCH:
        branches.close(tx, procedure, case, diverted, State.FALSE_MATCH, reason)


def open_proposal(session: Session, check: CekalCheck) -> CekalAct | None:
    """Return the proposed outcome that waits for its decision, or None."""
    acts = _acts(session, check)
    proposals = [act for act in acts if act.act == PROPOSE]
    decided = {act.place for act in acts if act.act == DECIDE}
    return next((act for act in proposals if act.place not in decided), None)


def outcomes_of(session: Session, check: CekalCheck) -> list[CekalAct]:
    """Return what was proposed and decided about a hold, oldest first."""
    return [act for act in _acts(session, check) if act.act in (PROPOSE, DECIDE)]


def propose(tx: Tx, procedure: Procedure, check: str, outcome: str, reason: str) -> str:
    """Propose how a hold ends. Raises BadInput, Conflict `proposal_open` | `not_held`."""
    must_have_role(tx, frozenset(procedure.office.cekal.propose))
    row, case = _held(tx, procedure, check)
    if outcome not in OUTCOMES or outcome == row.state:
        names = ", ".join(one for one in OUTCOMES if one != row.state)
        fault = FieldFault(field="outcome", code="missing", message=names)
        text = f"The outcome must be one of: {names}."
        raise BadInput(
            "outcome_wrong", text, id=f"Hasil harus salah satu dari: {names}.", fields=[fault]
        )
    if (waiting := open_proposal(tx.session, row)) is not None:
        who = by_whom(tx, waiting.by)
        raise Conflict(
            "proposal_open",
            f"An outcome was proposed already{who.en} and waits for its decision.",
            id=f"Hasil sudah diusulkan{who.id} dan menunggu keputusan.",
        )
    place = sum(act.act == PROPOSE for act in _acts(tx.session, row)) + 1
    _keep(tx, procedure, case, row, PROPOSE, place, outcome, reason)
    tx.emit(CekalOutcomeProposed(case.id, row.id, outcome), subject=case.id)
    return row.id


def decide(
    tx: Tx, procedure: Procedure, check: str, *, agree: bool, reason: str, legal_basis: str = ""
) -> str:
    """Decide on the proposed outcome; a rejection needs its legal basis.

    Raises BadInput, Conflict `nothing_proposed`, NotAllowed `role_missing` | `segregation`.
    """
    must_have_role(tx, frozenset(procedure.office.cekal.decide))
    row, case = _held(tx, procedure, check)
    proposal = open_proposal(tx.session, row)
    if proposal is None:
        raise _nothing_proposed(tx, row)
    if proposal.by == tx.actor.id:
        text = "Who proposed an outcome may not decide on it."
        raise NotAllowed("segregation", text, id="Pengusul tidak boleh memutuskan usulannya.")
    choice = AGREED if agree else DECLINED
    _keep(tx, procedure, case, row, DECIDE, proposal.place, choice, reason)
    if not agree:
        tx.emit(CekalOutcomeDeclined(case.id, row.id), subject=case.id)
        return row.id
    _end(tx, procedure, case, row, State(proposal.choice), reason, legal_basis)
    tx.emit(CekalSettled(case.id, row.id, row.state), subject=case.id)
    return row.id


def _nothing_proposed(tx: Tx, check: CekalCheck) -> Conflict:
    """Nothing waits for a decision: nobody proposed, or the proposal is decided by now."""
    decisions = [act for act in _acts(tx.session, check) if act.act == DECIDE]
    if not decisions:
        text = "No outcome is proposed."
        return Conflict("nothing_proposed", text, id="Belum ada usulan hasil.")
    who = by_whom(tx, decisions[-1].by)
    return Conflict(
        "nothing_proposed",
        f"The proposal was decided already{who.en}; nothing waits for a decision.",
        id=f"Usulan sudah diputuskan{who.id}; tidak ada yang menunggu keputusan.",
    )


def settle_by_hand(tx: Tx, application: Application, outcome: str) -> None:
    """Note how a hold ended that was made by hand in the national system.

    Raises Conflict `adjudicate_first` if entries of the office's own list wait for two people.
    """
    mine = newest(tx.session, tx.office, application.id, LIST)
    if mine is not None and mine.state in (State.POSSIBLE_MATCH, State.DISPUTED, *HELD):
        raise Conflict(
            "adjudicate_first",
            "Entries of the list wait for a decision: open the adjudication page.",
            id="Ada entri daftar yang menunggu keputusan: buka halaman adjudikasi.",
        )
    check = newest(tx.session, tx.office, application.id)
    if check is not None:
        check.state = outcome
        check.confirmed_by, check.confirmed_at = tx.actor.id, tx.at
        tx.session.flush()


def _end(
    tx: Tx,
    procedure: Procedure,
    case: Application,
    check: CekalCheck,
    outcome: State,
    reason: str,
    legal_basis: str,
) -> None:
    check.state = outcome
    check.confirmed_by, check.confirmed_at = tx.actor.id, tx.at
    tx.session.flush()
    diverted = branches.open_diversion(tx.session, case)
    if outcome is State.REFERRED:
        return  # enforcement has the case; it stays held until they are done
    if outcome is State.REJECTED:
        applications.reject(tx, procedure, case.id, reason, legal_basis)
    if diverted is not None:
        branches.close(tx, procedure, case, diverted, outcome, reason)


def _held(tx: Tx, procedure: Procedure, check: str) -> tuple[CekalCheck, Application]:
    row = must_find_check(tx.session, tx.office, check)
    case = must_find(tx.session, tx.office, procedure, row.application)
    must_be_newest(tx.session, row)
    if row.state not in HELD:
        raise done_already(
            "not_held",
            by_whom(tx, row.confirmed_by or row.decided_by),
            done=Words(
                id="Permohonan ini tidak ditunda: pemeriksaannya diputuskan",
                en="This case is not on hold: its check was decided",
            ),
            never=Words(id="Permohonan ini tidak sedang ditunda.", en="This case is not on hold."),
        )
    return row, case


def _acts(session: Session, check: CekalCheck) -> list[CekalAct]:
    query = select(CekalAct).where(CekalAct.office == check.office, CekalAct.check == check.id)
    return list(session.scalars(query.order_by(CekalAct.at, CekalAct.place)))


def _keep(
    tx: Tx,
    procedure: Procedure,
    case: Application,
    check: CekalCheck,
    act: str,
    place: int,
    choice: str,
    reason: str,
) -> None:
    if not reason.strip():
        fault = FieldFault(field="reason", code="missing", message="wajib diisi / required")
        text = "Give a reason."
        raise BadInput("reason_missing", text, id="Berikan alasan.", fields=[fault])
    identity = new_id()
    key = persons.data_key(procedure.keyring, case)
    tx.session.add(
        CekalAct(
            office=tx.office,
            id=identity,
            application=case.id,
            check=check.id,
            act=act,
            place=place,
            choice=choice,
            sealed_reason=persons.seal_text(key, case, f"cekal/act/{identity}", reason.strip()),
            by=tx.actor.id,
            by_name=tx.actor.name,
            at=tx.at,
        )
    )
    tx.session.flush()
