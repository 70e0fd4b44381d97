"""Segregation of duties within one case: some acts need two persons; a refusal names the rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import undone as reopening
from hub.errors import NotAllowed
from hub.events.applications import RuleRelaxed
from hub.models.application import Application, Diversion, StepRecord
from hub.office import OfficeConfig, SegregationRule
from hub.office.case_rules import Relaxation
from hub.procedure import Procedure
from hub.writer import Tx

Acts = Mapping[str, frozenset[str]]


def acts_of(session: Session, office: int, application: str) -> Acts:
    """Return who did which act of a case; sending a case to a branch counts as its step's act.

    Who completed a step that was opened again has done it all the same.
    """
    found: dict[str, set[str]] = {}
    steps = select(StepRecord.step, StepRecord.completed_by).where(
        StepRecord.office == office,
        StepRecord.application == application,
        StepRecord.completed_at.is_not(None),
    )
    branches = select(Diversion.step, Diversion.opened_by).where(
        Diversion.office == office, Diversion.application == application
    )
    for query in (steps, branches):
        for act, officer in session.execute(query):
            found.setdefault(act, set()).add(officer)
    for act, officer in reopening.undone_by(session, office, application):
        found.setdefault(act, set()).add(officer)
    return {act: frozenset(officers) for act, officers in found.items()}


def broken(
    office: OfficeConfig, acts: Acts, act: str, officer: str, day: date | None = None, sop: str = ""
) -> SegregationRule | None:
    """Return the rule that forbids `officer` to do `act`, or None.

    A rule of another procedure does not bind; its steps have other numbers. A rule that may be
    relaxed does not bind on a `day` for which the office file names a letter.
    """
    for rule in _against(office, acts, act, officer, sop):
        if day is None or _relaxation(office, rule, day) is None:
            return rule
    return None


def relaxed(
    office: OfficeConfig, acts: Acts, act: str, officer: str, day: date, sop: str
) -> tuple[Relaxation, ...]:
    """Return the relaxations in force on `day` without which `officer` could not do `act`."""
    rules = _against(office, acts, act, officer, sop)
    return tuple(one for rule in rules if (one := _relaxation(office, rule, day)))


def enforce(
    office: OfficeConfig, acts: Acts, act: str, officer: str, day: date | None = None, sop: str = ""
) -> None:
    """Raise NotAllowed `segregation`, naming the rule, if `officer` may not do `act`."""
    rule = broken(office, acts, act, officer, day, sop)
    if rule is not None:
        raise NotAllowed("segregation", f"{rule.rule.en}.", id=f"{rule.rule.id}.")


def note_relaxed(
    tx: Tx, procedure: Procedure, row: Application, act: str, acts: Acts | None = None
) -> None:
    """Keep in the case by which letter one person did what is for two."""
    if not procedure.office.relaxations:
        return
    done = acts_of(tx.session, tx.office, row.id) if acts is None else acts
    today = procedure.office.today(tx.at)
    for one in relaxed(procedure.office, done, act, tx.actor.id, today, row.sop):
        tx.emit(RuleRelaxed(row.id, one.rule, one.letter), subject=row.id)


def _against(
    office: OfficeConfig, acts: Acts, act: str, officer: str, sop: str
) -> Iterator[SegregationRule]:
    for rule in office.segregation:
        if sop and rule.sop and rule.sop != sop:
            continue
        others = (_partner(pair, act) for pair in rule.pairs)
        if any(other and officer in acts.get(other, frozenset()) for other in others):
            yield rule


def _relaxation(office: OfficeConfig, rule: SegregationRule, day: date) -> Relaxation | None:
    found = (one for one in office.relaxations if one.rule == rule.code and one.in_force(day))
    return next(found, None) if rule.relaxable else None


def _partner(pair: tuple[str, str], act: str) -> str | None:
    if act not in pair:
        return None
    return pair[1] if act == pair[0] else pair[0]
