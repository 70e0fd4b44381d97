"""What a step or gate asks of one case: the SOP's rules unfolded by the office's checklist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import cast

from hub.cases.checklists import COPY, COPY_WORDS, papers_of
from hub.cases.views import Choice, InputKind
from hub.models.application import Application
from hub.office.case_rules import ChecklistItem
from hub.procedure import Procedure
from hub.sop import EvidenceRule, FieldRule, Gate, Step
from hub.wire import Words

NO_WORDS = Words(id="", en="")
VOUCH = Words(id="Petugas menyatakan dan tercatat", en="The officer vouches and is recorded")
SEXES = (
    Choice(value="M", words=Words(id="Laki-laki", en="Male")),
    Choice(value="F", words=Words(id="Perempuan", en="Female")),
    Choice(value="X", words=Words(id="Tidak disebut", en="Unspecified")),
)
PERMITS = (
    Choice(value="ITAP", words=Words(id="Izin Tinggal Tetap (ITAP)", en="Permanent stay permit")),
    Choice(value="ITAS", words=Words(id="Izin Tinggal Terbatas (ITAS)", en="Limited stay permit")),
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of evidence: `key` is unique within the stage, `rule` is where it comes from."""

    key: str
    kind: InputKind
    label: Words
    required: bool
    rule: EvidenceRule
    hint: Words = NO_WORDS
    choices: tuple[Choice, ...] = ()
    person: FieldRule | None = None

    @property
    def field(self) -> str:
        """Return the person's field that this row holds, or an empty text."""
        return self.key.removeprefix("field.") if self.rule.kind == "fields" else ""


def unfold(
    procedure: Procedure,
    application: Application,
    stage: Step | Gate,
    today: date | None = None,
) -> tuple[Requirement, ...]:
    """Return everything `stage` asks of this case, in the sheet's order.

    A draft is asked for the papers of the list in force `today`, a received case for its own.
    """
    papers = papers_of(procedure, application, today)
    return tuple(
        row for rule in stage.evidence for row in _unfold_rule(procedure, application, rule, papers)
    )


def choices_of(field: FieldRule) -> tuple[Choice, ...]:
    """Return what a field of the person can be chosen from; nothing where it is written."""
    known = {"sex": SEXES, "permit": PERMITS}
    own = tuple(Choice(value=c.value, words=c.words) for c in field.choices)
    return known.get(field.kind, own)


def _unfold_rule(
    procedure: Procedure,
    application: Application,
    rule: EvidenceRule,
    papers: tuple[ChecklistItem, ...],
) -> Iterator[Requirement]:
    if rule.kind == "checklist":
        for item in papers:
            yield from _of_paper(rule, item)
    elif rule.kind == "scans":
        for item in (one for one in papers if one.scan):
            yield Requirement(f"{rule.key}.{item.code}", "scan", item.name, item.mandatory, rule)
    elif rule.kind == "fields":
        for field in procedure.sop.fields:
            if field.concerns(application.purpose, application.basis):
                yield _of_field(rule, field)
    else:
        yield _of_row(procedure, rule)


def _of_row(procedure: Procedure, rule: EvidenceRule) -> Requirement:
    required = rule.required and (not rule.national or procedure.office.office.keys_national)
    if rule.kind == "list_check":
        return Requirement(rule.key, "screened", rule.label, required, rule, rule.hint)
    kind = cast("InputKind", rule.kind)  # the kinds that unfold are handled before
    choices = tuple(Choice(value=c.value, words=c.words) for c in rule.choices)
    hint = VOUCH if rule.kind == "checkbox" and not rule.hint.id else rule.hint
    return Requirement(rule.key, kind, rule.label, required, rule, hint, choices)


def _of_paper(rule: EvidenceRule, item: ChecklistItem) -> Iterator[Requirement]:
    key = f"{rule.key}.{item.code}"
    if item.original:
        yield Requirement(key, "checkbox", item.name, item.mandatory, rule, VOUCH)
    if item.copy:
        label = Words(id=f"{item.name.id}: {COPY_WORDS.id}", en=f"{item.name.en}: {COPY_WORDS.en}")
        yield Requirement(f"{key}{COPY}", "checkbox", label, item.mandatory, rule, VOUCH)


def _of_field(rule: EvidenceRule, field: FieldRule) -> Requirement:
    kinds: dict[str, InputKind] = {
        "date": "date",
        "sex": "choice",
        "permit": "choice",
        "choice": "choice",
        "lines": "lines",
        "stays": "stays",
    }
    kind, choices = kinds.get(field.kind, "text"), choices_of(field)
    key = f"field.{field.name}"
    return Requirement(
        key, kind, field.label, field.required, rule, field.hint, choices, person=field
    )
