"""What a step or gate asks of one case: the SOP's rules unfolded by the office's checklist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hub.cases.views import Choice, InputKind
from hub.models.application import Application
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

    @property
    def field(self) -> str:
        """Return the person's field that this row holds, or an empty text."""
        return self.key.removeprefix("field.") if self.rule.kind == "fields" else ""


def unfold(
    procedure: Procedure, application: Application, stage: Step | Gate
) -> tuple[Requirement, ...]:
    """Return everything `stage` asks of this case, in the sheet's order."""
    return tuple(
        row for rule in stage.evidence for row in _unfold_rule(procedure, application, rule)
    )


def _unfold_rule(
    procedure: Procedure, application: Application, rule: EvidenceRule
) -> Iterator[Requirement]:
    if rule.kind == "checklist":
        for item in procedure.office.checklist.for_basis(application.basis):
            key = f"{rule.key}.{item.code}"
            yield Requirement(key, "checkbox", item.name, item.mandatory, rule, VOUCH)
    elif rule.kind == "scans":
        for item in procedure.office.checklist.for_basis(application.basis):
            yield Requirement(f"{rule.key}.{item.code}", "scan", item.name, item.mandatory, rule)
    elif rule.kind == "fields":
        yield from (_of_field(rule, field) for field in procedure.sop.fields)
    elif rule.kind == "list_check":
        yield Requirement(rule.key, "reference", rule.label, rule.required, rule, rule.hint)
    else:
        choices = tuple(Choice(value=c.value, words=c.words) for c in rule.choices)
        hint = VOUCH if rule.kind == "checkbox" and not rule.hint.id else rule.hint
        yield Requirement(rule.key, rule.kind, rule.label, rule.required, rule, hint, choices)


def _of_field(rule: EvidenceRule, field: FieldRule) -> Requirement:
    kinds: dict[str, tuple[InputKind, tuple[Choice, ...]]] = {
        "date": ("date", ()),
        "sex": ("choice", SEXES),
        "permit": ("choice", PERMITS),
    }
    kind, choices = kinds.get(field.kind, ("text", ()))
    key = f"field.{field.name}"
    return Requirement(key, kind, field.label, field.required, rule, choices=choices)
