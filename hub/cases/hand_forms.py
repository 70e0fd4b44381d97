"""The steps as forms for the pen while the power is out, to be entered into the case later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from hub.cases.checklists import COPY_WORDS, ORIGINAL_WORDS
from hub.cases.purposes import questions
from hub.cases.requirements import choices_of
from hub.office.case_rules import ChecklistItem
from hub.procedure import Procedure
from hub.sop import EvidenceRule, FieldRule, Gate, Step
from hub.wire import Words

LineKind = Literal["write", "wide", "tick", "sign"]
_THERE = Words(id="ada", en="there")
_YES = Words(id="ya", en="yes")
_ATTACHED = Words(id="dilampirkan", en="attached")
_DATE = Words(id="hari-bulan-tahun", en="day-month-year")
_ANSWERED = Words(id="dijawab di lembar ini", en="answered on this sheet")
_TICKS = {
    "checkbox": _YES,
    "scan": _ATTACHED,
    "photo": _ATTACHED,
    "finger": _ATTACHED,
    "signature": _ATTACHED,
    "print": _THERE,
    "doubts": _ANSWERED,
}


@dataclass(frozen=True, slots=True)
class HandLine:
    """One row of a form: what is asked, how it is answered by pen, and the boxes to tick."""

    label: Words
    kind: LineKind
    boxes: tuple[Words, ...] = ()
    hint: Words | None = None
    required: bool = True


@dataclass(frozen=True, slots=True)
class HandForm:
    """The form of one step or gate."""

    stage: Step | Gate
    lines: tuple[HandLine, ...]


def hand_forms(procedure: Procedure, day: date) -> tuple[HandForm, ...]:
    """Return the form of every stage, in order, with the checklist in force on `day`."""
    listed = procedure.office.checklist_on(procedure.sop.sheet.number, day)
    return tuple(
        HandForm(
            stage,
            tuple(
                line for rule in stage.evidence for line in _of_rule(procedure, rule, listed.item)
            ),
        )
        for stage in procedure.sop.stages
    )


def _of_rule(
    procedure: Procedure, rule: EvidenceRule, papers: tuple[ChecklistItem, ...]
) -> Iterator[HandLine]:
    if rule.kind == "checklist":
        for asked in questions(procedure.sop):
            yield HandLine(asked.label, "tick", tuple(one.words for one in asked.answers))
        for paper in papers:
            boxes = (ORIGINAL_WORDS,) * paper.original + (COPY_WORDS,) * paper.copy
            yield HandLine(paper.name, "tick", boxes, required=paper.mandatory)
    elif rule.kind == "scans":
        for paper in (one for one in papers if one.scan):
            yield HandLine(paper.name, "tick", (_ATTACHED,), required=paper.mandatory)
    elif rule.kind == "fields":
        yield from map(_of_field, procedure.sop.fields)
    else:
        yield _of_row(rule)


def _of_field(field: FieldRule) -> HandLine:
    kind: LineKind = "wide" if field.kind in ("lines", "stays") else "write"
    choices = tuple(choice.words for choice in choices_of(field))
    hint = _DATE if field.kind == "date" else field.hint if field.hint.id else None
    return HandLine(field.label, "tick" if choices else kind, choices, hint, field.required)


def _of_row(rule: EvidenceRule) -> HandLine:
    if rule.kind == "login":
        return HandLine(rule.label, "sign", required=rule.required)
    boxes = tuple(choice.words for choice in rule.choices)
    boxes = boxes or ((_TICKS[rule.kind],) if rule.kind in _TICKS else ())
    hint = _DATE if rule.kind == "date" else rule.hint if rule.hint.id else None
    return HandLine(rule.label, "tick" if boxes else "write", boxes, hint, rule.required)
