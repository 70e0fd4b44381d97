"""What people decide: nobody on the list, the same or not the same, and how a hold ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import persons
from hub.cases.applications import must_be_open, must_find, must_have_role
from hub.cases.doers import by_whom
from hub.cases.screening.checks import VERDICT, Candidate, candidates_of, settled, verdicts_on
from hub.cases.screening.states import (
    DIFFERENT,
    FIRST,
    OPEN,
    SAME,
    SECOND,
    THIRD,
    Settled,
    State,
    state_of,
)
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.events.cekal import CekalCleared, CekalSettled, CekalVerdictGiven
from hub.models.application import Application
from hub.models.cekal import CekalAct, CekalCheck
from hub.models.schema import new_id
from hub.procedure import Procedure
from hub.wire import FieldFault
from hub.writer import Tx

COMPARED = ("name", "birth_date", "birth_place", "sex", "nationality", "passport", "photo")


@dataclass(frozen=True, slots=True)
class Given:
    """A verdict as an officer gives it."""

    entry: str
    choice: str
    reason: str
    compared: Sequence[str] = ()


def must_find_check(session: Session, office: int, check: str) -> CekalCheck:
    """Return a check. Raises NotFound `check_unknown`."""
    row = session.get(CekalCheck, (office, check))
    if row is None:
        raise NotFound("check_unknown", "There is no such check.", id="Pemeriksaan itu tidak ada.")
    return row


def must_be_newest(session: Session, check: CekalCheck) -> None:
    """Raise Conflict `check_superseded` if the case was checked again meanwhile."""
    later = session.scalar(
        select(CekalCheck.id)
        .where(
            CekalCheck.office == check.office,
            CekalCheck.application == check.application,
            CekalCheck.source == check.source,
            CekalCheck.at > check.at,
        )
        .limit(1)
    )
    if later is not None:
        raise Conflict(
            "check_superseded",
            "The list or the person changed and the case was checked again. Look at the new check;"
            " what you typed is still here.",
            id="Daftar atau data berubah dan permohonan diperiksa ulang. Lihat pemeriksaan baru;"
            " isian Anda masih ada.",
        )


def confirm_clear(tx: Tx, procedure: Procedure, check: str) -> CekalCheck:
    """Confirm, having seen the nearest entries, that the person is none of them; one person may.

    Raises Conflict `check_decided` | `check_superseded`, NotAllowed, NotFound.
    """
    must_have_role(tx, frozenset(procedure.office.cekal.examine))
    row = must_find_check(tx.session, tx.office, check)
    must_be_newest(tx.session, row)
    if row.state == State.CLEAR and row.decided_by == tx.actor.id:
        return row
    if row.state != State.NO_CANDIDATE:
        raise decided(tx, row)
    row.state, row.decided_by, row.decided_at = State.CLEAR, tx.actor.id, tx.at
    tx.session.flush()
    tx.emit(CekalCleared(row.application, row.id), subject=row.application)
    return row


def next_place(acts: Sequence[CekalAct], officer: str) -> int | None:
    """Return whether `officer` would be the first, second or third to judge; None: not again."""
    if any(act.by == officer for act in acts) or len(acts) >= THIRD:
        return None
    if len(acts) == SECOND and acts[0].choice == acts[1].choice:
        return None
    return (FIRST, SECOND, THIRD)[len(acts)]


def give(tx: Tx, procedure: Procedure, check: str, given: Given) -> CekalCheck:
    """Say of one entry whether it is the same person; return the check as it stands then.

    The second does not depend on the first: both are kept, and if they differ a third decides.
    Raises BadInput naming the field, Conflict, NotAllowed `role_missing` | `segregation`.
    """
    row = must_find_check(tx.session, tx.office, check)
    case = must_find(tx.session, tx.office, procedure, row.application)
    candidates = candidates_of(row)
    candidate = next((one for one in candidates if one.entry == given.entry), None)
    if candidate is None:
        raise NotFound("entry_unknown", "This check names no such entry.", id="Entri tidak ada.")
    verdicts = verdicts_on(tx.session, case, row.subject, candidates)
    place = _place(tx, procedure, verdicts.get(candidate.entry, []))
    must_be_open(tx, case)
    must_be_newest(tx.session, row)
    if row.state not in OPEN:
        raise decided(tx, row)
    _must_be_whole(given)
    _keep(tx, procedure, case, row, candidate, place, given)
    said = CekalVerdictGiven(case.id, row.id, candidate.entry, place)
    tx.emit(said, subject=case.id)
    _settle(tx, case, row, candidates)
    return row


def same_person_open(session: Session, check: CekalCheck) -> list[CekalCheck]:
    """Return the open checks of the same person in other cases."""
    query = select(CekalCheck).where(
        CekalCheck.office == check.office,
        CekalCheck.subject == check.subject,
        CekalCheck.application != check.application,
        CekalCheck.state.in_(OPEN),
    )
    return list(session.scalars(query))


def settle_again(tx: Tx, case: Application, check: CekalCheck) -> bool:
    """Let a check follow what was said of the same person elsewhere; say whether it moved."""
    before = check.state
    _settle(tx, case, check, candidates_of(check))
    return check.state != before


def _place(tx: Tx, procedure: Procedure, acts: Sequence[CekalAct]) -> int:
    rules = procedure.office.cekal
    mine = [act for act in acts if act.by == tx.actor.id]
    place = next_place(acts, tx.actor.id)
    must_have_role(tx, frozenset((*rules.confirm, *rules.decide)))
    if mine:
        raise NotAllowed(
            "segregation",
            "You have judged this entry already: another person must.",
            id="Anda sudah menilai entri ini: harus orang lain.",
        )
    if place is None:
        last = acts[-1]
        raise _by(tx, last.by)
    must_have_role(tx, frozenset(rules.decide if place == THIRD else rules.confirm))
    return place


def _must_be_whole(given: Given) -> None:
    faults = []
    if given.choice not in (SAME, DIFFERENT):
        faults.append(FieldFault(field="choice", code="missing", message="pilih / choose"))
    if not given.reason.strip():
        faults.append(
            FieldFault(field="reason", code="missing", message="Alasan wajib / A reason is needed")
        )
    if not set(given.compared) & set(COMPARED):
        message = "Tandai yang dibandingkan / Tick what you compared"
        faults.append(FieldFault(field="compared", code="missing", message=message))
    if faults:
        raise BadInput(
            "verdict_incomplete",
            "The verdict is not complete.",
            id="Penilaian belum lengkap.",
            fields=faults,
        )


def _keep(
    tx: Tx,
    procedure: Procedure,
    case: Application,
    check: CekalCheck,
    candidate: Candidate,
    place: int,
    given: Given,
) -> None:
    identity = new_id()
    key = persons.data_key(procedure.keyring, case)
    tx.session.add(
        CekalAct(
            office=tx.office,
            id=identity,
            application=case.id,
            check=check.id,
            act=VERDICT,
            place=place,
            subject=check.subject,
            entry=candidate.entry,
            entry_version=candidate.version,
            choice=given.choice,
            compared=" ".join(name for name in COMPARED if name in given.compared),
            sealed_reason=persons.seal_text(key, case, f"cekal/act/{identity}", given.reason),
            by=tx.actor.id,
            by_name=tx.actor.name,
            at=tx.at,
        )
    )
    tx.session.flush()


def _settle(tx: Tx, case: Application, check: CekalCheck, candidates: Sequence[Candidate]) -> None:
    verdicts = verdicts_on(tx.session, case, check.subject, candidates)
    stands = settled(candidates, verdicts)
    state = state_of(stands)
    if state == check.state:
        return
    check.state = state
    acts = [act for rows in verdicts.values() for act in rows]
    if acts and state in (State.FALSE_MATCH, State.ON_HOLD):
        deciding = _deciding(acts, stands)
        check.decided_by, check.decided_at = deciding[0].by, deciding[0].at
        check.confirmed_by, check.confirmed_at = tx.actor.id, tx.at
    tx.session.flush()
    tx.emit(CekalSettled(case.id, check.id, state), subject=case.id)


def _deciding(acts: Iterable[CekalAct], stands: dict[str, Settled]) -> list[CekalAct]:
    """Return the verdicts that made the state, oldest first: of the confirmed entry if any is."""
    true = {entry for entry, how in stands.items() if how is Settled.TRUE}
    return sorted((act for act in acts if not true or act.entry in true), key=lambda act: act.at)


def decided(tx: Tx, check: CekalCheck) -> Conflict:
    """Return the refusal to decide what is decided, naming who confirmed it, else who decided."""
    return _by(tx, check.confirmed_by or check.decided_by)


def _by(tx: Tx, officer: str) -> Conflict:
    who = by_whom(tx, officer)
    return Conflict(
        "check_decided",
        f"This was decided already{who.en}; nothing changed.",
        id=f"Sudah diputuskan{who.id}; tidak ada yang berubah.",
    )
