"""Segregation of duties within one case: some acts need two persons; a refusal names the rule."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.errors import NotAllowed
from hub.models.application import Diversion, StepRecord
from hub.office import OfficeConfig, SegregationRule

Acts = Mapping[str, frozenset[str]]


def acts_of(session: Session, office: int, application: str) -> Acts:
    """Return who did which act of a case; sending a case to a branch counts as its step's act."""
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
    return {act: frozenset(officers) for act, officers in found.items()}


def broken(office: OfficeConfig, acts: Acts, act: str, officer: str) -> SegregationRule | None:
    """Return the rule that forbids `officer` to do `act`, or None."""
    for rule in office.segregation:
        for pair in rule.pairs:
            other = _partner(pair, act)
            if other is not None and officer in acts.get(other, frozenset()):
                return rule
    return None


def enforce(office: OfficeConfig, acts: Acts, act: str, officer: str) -> None:
    """Raise NotAllowed `segregation`, naming the rule, if `officer` may not do `act`."""
    rule = broken(office, acts, act, officer)
    if rule is not None:
        raise NotAllowed("segregation", f"{rule.rule.en}.", id=f"{rule.rule.id}.")


def _partner(pair: tuple[str, str], act: str) -> str | None:
    if act not in pair:
        return None
    return pair[1] if act == pair[0] else pair[0]
