"""What must hold of SOP Cekal whatever happened before, for `loket hub check`."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases.branches import open_diversion
from hub.cases.screening.checks import NATIONAL, VERDICT, candidates_of, settled, verdicts_on
from hub.cases.screening.outcomes import DECIDE, PROPOSE
from hub.cases.screening.states import HELD, Settled, State
from hub.cases.screening.versions import ENTERED
from hub.models.application import Application, StepRecord
from hub.models.cekal import CekalAct, CekalCheck, CekalPass, CekalVersion
from hub.procedure import Procedure

FIRST_STEP = "3"


def broken_screening(session: Session, office: int, procedure: Procedure) -> Iterator[str]:
    """Yield a sentence with references only for every invariant that does not hold."""
    yield from _broken_versions(session, office)
    yield from _broken_acts(session, office)
    yield from _broken_passes(session, office, procedure)
    yield from _broken_checks(session, office)


def _broken_versions(session: Session, office: int) -> Iterator[str]:
    for row in session.scalars(select(CekalVersion).where(CekalVersion.office == office)):
        if row.state != ENTERED and row.judged_by in ("", row.entered_by):
            yield f"list version {row.version}: judged by nobody or by who put it in"


def _broken_acts(session: Session, office: int) -> Iterator[str]:
    """The two verdicts on an entry, and a proposal and its decision, are by two people."""
    rows = session.scalars(select(CekalAct).where(CekalAct.office == office))
    met: dict[tuple[str, ...], set[str]] = {}
    for act in rows:
        if act.act == VERDICT:
            place: tuple[str, ...] = (act.application, act.subject, act.entry, act.entry_version)
        elif act.act in (PROPOSE, DECIDE):
            place = (act.check, "outcome", str(act.place))
        else:
            yield f"cekal act {act.id}: unknown kind {act.act}"
            continue
        if act.by in met.setdefault(place, set()):
            yield f"case {act.application}: one person decided twice about entry {act.entry or '-'}"
        met[place].add(act.by)


def _broken_passes(session: Session, office: int, procedure: Procedure) -> Iterator[str]:
    """No case is past 3 or a step of re-checks without a check that let it pass."""
    if not procedure.sop.screens:
        return
    needed = (FIRST_STEP, *procedure.office.cekal.recheck_before)
    passes = {
        (row.application, row.step): row
        for row in session.scalars(select(CekalPass).where(CekalPass.office == office))
    }
    checks = dict(
        session.execute(
            select(CekalCheck.id, CekalCheck.application).where(CekalCheck.office == office)
        ).all()
    )
    done = session.execute(
        select(StepRecord.application, StepRecord.step).where(
            StepRecord.office == office,
            StepRecord.step.in_(needed),
            StepRecord.completed_at.is_not(None),
        )
    )
    for application, step in done:
        row = passes.get((application, step))
        if row is None:
            yield f"case {application}: step {step} was completed without a check of the list"
        elif row.check is not None and checks.get(row.check) != application:
            yield f"case {application}: step {step} names a check that is not its own"


def _broken_checks(session: Session, office: int) -> Iterator[str]:
    newest: dict[str, CekalCheck] = {}
    query = select(CekalCheck).where(CekalCheck.office == office)
    for check in session.scalars(query.order_by(CekalCheck.at, CekalCheck.id)):
        if check.source == "list":
            newest[check.application] = check
        if check.state == State.FALSE_MATCH and check.source == "list":
            yield from _not_refuted(session, check)
        if check.source == NATIONAL and check.decided_at and check.decided_at > check.at:
            yield f"check {check.id}: recorded before it was made"
        if check.state == State.CLEAR and not (check.decided_by or check.follows):
            yield f"check {check.id}: clear, but nobody confirmed it"
    for check in newest.values():
        case = session.get_one(Application, (office, check.application))
        held = open_diversion(session, case)
        if check.state in HELD and case.ended_at is None and held is None:
            yield f"case {case.id}: its person is confirmed on the list, but it is not held"


def _not_refuted(session: Session, check: CekalCheck) -> Iterator[str]:
    case = session.get_one(Application, (check.office, check.application))
    candidates = candidates_of(check)
    until = check.confirmed_at or check.at  # what another case found since is not for this check
    stands = settled(candidates, verdicts_on(session, case, check.subject, candidates, until))
    for entry, how in stands.items():
        if how is not Settled.FALSE:
            yield f"check {check.id}: a false match, but entry {entry} was not refuted by two"
