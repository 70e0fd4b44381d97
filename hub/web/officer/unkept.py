"""What an officer typed for a step that a colleague completed first: told, to be copied."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from hub.cases import evidence
from hub.cases.views import CaseView
from hub.models.application import Application
from hub.sop import Gate, Step
from hub.web.desk import Desk
from hub.web.forms import Form
from hub.web.typed_dates import iso_date
from hub.web.words import wording
from hub.wire import Words

_WRITTEN = frozenset({"text", "reference", "date", "money", "lines"})


def unkept_of(
    session: Session, desk: Desk, case: CaseView, step: str, form: Form
) -> tuple[tuple[Words, str], ...]:
    """Return each text typed into the form of `step` that is not what the record says."""
    stage = desk.procedure.sop.stage(step)
    if stage is None:
        return ()
    row = session.get_one(Application, (desk.office_no, case.id))
    kept = evidence.values_of(session, desk.procedure, row).get(step, {})
    kept |= {f"field.{one.field}": one.value for one in case.values}
    labels = _labels(desk, stage)
    typed = ((label, form.text(name), kept.get(name, "")) for name, label in labels.items())
    return tuple((label, text) for label, text, now in typed if text and _differs(text, now))


def _differs(text: str, kept: str) -> bool:
    return kept not in (text, iso_date(text))


def _labels(desk: Desk, stage: Step | Gate) -> Mapping[str, Words]:
    rows = {rule.key: rule.label for rule in stage.evidence if rule.kind in _WRITTEN}
    fields = {f"field.{rule.name}": rule.label for rule in desk.procedure.sop.fields}
    return {**rows, **fields, "remark": wording()["remark"]}
