"""Checks of a case: made against the list by themselves, or by hand in the national system."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from hub.cases.screening.states import (
    HELD,
    PASSING,
    Settled,
    State,
    Verdict,
    settle,
    state_of,
)
from hub.cases.screening.subject import Detail, Subject, seal_detail, subject_of
from hub.cases.screening.versions import ListInForce, asked
from hub.cekal.records import Query
from hub.events.cekal import CekalAlerted, CekalChecked
from hub.matching.port import Answer, Found, reference
from hub.models.application import Application
from hub.models.cekal import CekalAct, CekalCheck
from hub.models.schema import new_id
from hub.office import OfficeConfig
from hub.procedure import Procedure
from hub.writer import Tx

LIST, NATIONAL = "list", "national"
VERDICT = "verdict"
HUB = "hub"


class Candidate(msgspec.Struct, frozen=True):
    """An entry that holds the case until two people have looked: references only."""

    entry: str
    version: str
    score: float
    kind: str


def candidates_of(check: CekalCheck) -> list[Candidate]:
    """Return what a check found that people must decide on."""
    if check.source != LIST:
        return []
    return msgspec.json.decode(check.candidates, type=list[Candidate])


def newest(session: Session, office: int, application: str, source: str = "") -> CekalCheck | None:
    """Return the newest check of a case (of a source), or None."""
    query = select(CekalCheck).where(
        CekalCheck.office == office, CekalCheck.application == application
    )
    if source:
        query = query.where(CekalCheck.source == source)
    return session.scalar(query.order_by(CekalCheck.at.desc(), CekalCheck.id).limit(1))


def newest_of_each(
    session: Session, office: int, applications: Collection[str]
) -> dict[tuple[str, str], CekalCheck]:
    """Return the newest check of each case from each source, as `newest` would, by one query."""
    each = (CekalCheck.application, CekalCheck.source)
    last = (
        select(*each, func.max(CekalCheck.at).label("at"))
        .where(CekalCheck.office == office, CekalCheck.application.in_(applications))
        .group_by(*each)
        .subquery()
    )
    same = and_(*(getattr(last.c, one.key) == one for one in (*each, CekalCheck.at)))
    rows = session.scalars(select(CekalCheck).join(last, same).where(CekalCheck.office == office))
    by_id = sorted(rows, key=lambda row: row.id, reverse=True)
    return {(row.application, row.source): row for row in by_id}


def holding(office: OfficeConfig, answer: Answer) -> list[Found]:
    """Return what must hold: at the threshold or above, in force, of a kind that holds.

    An entry of no kind holds: what is not known is not harmless.
    """
    return [
        found
        for found in answer.found
        if found.score >= answer.threshold
        and found.standing == "in_force"
        and (not found.entry.kind or found.entry.kind in office.cekal.holds)
    ]


def showing(office: OfficeConfig, answer: Answer) -> list[Found]:
    """Return what Wasdakim is shown: the kinds that the office shows or that hold, and no kind."""
    kinds = {"", *office.cekal.shown, *office.cekal.holds}
    return [found for found in answer.found if found.entry.kind in kinds]


def record(
    tx: Tx,
    procedure: Procedure,
    application: Application,
    subject: Subject,
    answer: Answer,
    listed: ListInForce,
) -> CekalCheck | None:
    """Record what the list said; None if the case or the list has moved on meanwhile.

    Entries that two people have said are not this person, and that have not changed, hold no more.
    """
    current = asked(tx.session, procedure.office, tx.office, tx.at)
    again = subject_of(tx.session, procedure.keyring, application)
    before = newest(tx.session, tx.office, application.id, LIST)
    moved = current is None or current.token != listed.token or again.mark != subject.mark
    if moved or application.ended_at is not None or (before and before.state in HELD):
        return None
    holds = [
        Candidate(reference(one.entry.id), one.version, round(one.score, 4), one.entry.kind)
        for one in holding(procedure.office, answer)
    ]
    state, follows = _first_state(tx.session, application, subject, holds)
    check = CekalCheck(
        office=tx.office,
        id=new_id(),
        application=application.id,
        source=LIST,
        list_version=listed.name,
        list_token=listed.token,
        position=application.position,
        subject=subject.mark,
        candidates=msgspec.json.encode(holds).decode(),
        result=State.POSSIBLE_MATCH if holds else State.NO_CANDIDATE,
        state=state,
        follows=follows,
        by=HUB,
        at=tx.at,
    )
    check.sealed = _sealed(procedure, application, check.id, subject.query, answer)
    tx.session.add(check)
    tx.session.flush()
    tx.emit(CekalChecked(application.id, check.id), subject=application.id)
    if state in (State.POSSIBLE_MATCH, State.DISPUTED):
        alerted = CekalAlerted(application.id, check.id, application.position)
        tx.emit(alerted, subject=application.id)
    return check


def verdicts_on(
    session: Session,
    application: Application,
    subject: str,
    candidates: Sequence[Candidate],
    until: datetime | None = None,
) -> dict[str, list[CekalAct]]:
    """Return the verdicts on each candidate, for exactly this person and version of the entry.

    `until` leaves out what was said later.
    """
    if not candidates:
        return {}
    versions = {one.entry: one.version for one in candidates}
    rows = session.scalars(
        select(CekalAct)
        .where(
            CekalAct.office == application.office,
            CekalAct.act == VERDICT,
            CekalAct.subject == subject,
            CekalAct.entry.in_(versions),
        )
        .order_by(CekalAct.at)
    )
    by_case: dict[str, dict[str, list[CekalAct]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        known = until is None or row.at <= until
        if known and row.entry_version == versions[row.entry]:
            by_case[row.entry][row.application].append(row)
    return {
        entry: found
        for entry, cases in by_case.items()
        if (found := _counting(cases, application.id))
    }


def settled(
    candidates: Iterable[Candidate], verdicts: Mapping[str, Sequence[CekalAct]]
) -> dict[str, Settled]:
    """Return how each candidate stands."""
    return {
        one.entry: settle(Verdict(v.place, v.choice, v.by) for v in verdicts.get(one.entry, ()))
        for one in candidates
    }


def _counting(cases: Mapping[str, list[CekalAct]], own: str) -> list[CekalAct]:
    """Return the verdicts of this case, else those of another case that refuted the entry.

    Where one case refuted and another confirmed it, neither counts here: people look again.
    """
    if own in cases:
        return list(cases[own])
    ends = {
        case: settle(Verdict(row.place, row.choice, row.by) for row in rows)
        for case, rows in cases.items()
    }
    if Settled.TRUE in ends.values():
        return []
    return next((cases[case] for case, end in ends.items() if end is Settled.FALSE), [])


def _first_state(
    session: Session, application: Application, subject: Subject, holds: list[Candidate]
) -> tuple[State, str]:
    before = newest(session, application.office, application.id)
    lifted = _lifted(session, application)
    left = [one for one in holds if (one.entry, one.version) not in lifted]
    if left:
        verdicts = verdicts_on(session, application, subject.mark, left)
        state = state_of(settled(left, verdicts))
        # nothing but people puts a case on hold: whoever was confirmed waits for them again
        return (State.POSSIBLE_MATCH if state is State.ON_HOLD else state), ""
    if holds:
        return State.CLEAR, lifted[(holds[0].entry, holds[0].version)]
    if before is not None and before.state in PASSING:
        return State.CLEAR, before.id
    return State.NO_CANDIDATE, ""


def _lifted(session: Session, application: Application) -> dict[tuple[str, str], str]:
    """Return the entries that held this case and hold it no more, with the check that says so."""
    rows = session.scalars(
        select(CekalCheck).where(
            CekalCheck.office == application.office,
            CekalCheck.application == application.id,
            CekalCheck.source == LIST,
            CekalCheck.state.in_((State.LIFTED, State.EXPIRED)),
        )
    )
    return {(one.entry, one.version): row.id for row in rows for one in candidates_of(row)}


def _sealed(
    procedure: Procedure, application: Application, check: str, query: Query, answer: Answer
) -> bytes:
    found = showing(procedure.office, answer)
    detail = Detail(query, found, answer.threshold, answer.size)
    return seal_detail(procedure.keyring, application, check, detail)
