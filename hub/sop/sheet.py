"""The frozen values that a procedure file becomes, and the questions asked of them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

from hub.rulefile import Rule
from hub.wire import Words

EvidenceKind = Literal[
    "checklist",
    "fields",
    "list_check",
    "scans",
    "checkbox",
    "text",
    "choice",
    "date",
    "money",
    "scan",
    "photo",
    "finger",
    "print",
    "reference",
    "login",
]
"""The first four unfold: papers of the checklist, fields of the person, the list check, scans."""

ValueCheck = Literal[
    "",
    "receipt_code",
    "billing_code",
    "ntpn",
    "tariff",
    "paid_on",
    "blank",
    "signer_nip",
    "signer_capacity",
    "proof_code",
    "receiver",
]
"""How the hub judges a value beyond its kind."""

Duty = Literal[
    "receive",
    "open_custody",
    "check_list",
    "record_payment",
    "issue",
    "legalise",
    "close_custody",
    "archive",
]
"""What completing a step does besides leaving its evidence."""

Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
FieldKind = Literal["text", "date", "sex", "country", "document", "permit"]


class DatedText(Rule, frozen=True, kw_only=True):
    """A date as the sheet writes it, and as a date when it is filled in."""

    text: str
    date: date | None = None


class Approver(Rule, frozen=True, kw_only=True):
    """Who put the procedure in force."""

    text: str
    title: Words
    name: str
    nip: Annotated[str, msgspec.Meta(pattern=r"^\d{18}$")]


class RelatedSop(Rule, frozen=True, kw_only=True):
    """A related procedure: where a diversion or the archive leads.

    A branch names the state in which the case is held, who may send it back and with which
    outcomes, and the act that this counts as for the segregation of duties.
    """

    code: Key
    id: str
    en: str
    holds: str = ""
    roles: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    act: str = ""


class Sheet(Rule, frozen=True, kw_only=True):
    """Everything on the sheet but its rows, verbatim with an English translation."""

    ministry: Words
    directorate_general: Words
    directorate: Words
    number: str
    name: Words
    made_on: DatedText
    revised_on: DatedText
    in_force_on: DatedText
    minutes: int
    approver: Approver
    legal_basis: tuple[Words, ...]
    qualification: tuple[Words, ...]
    related: tuple[RelatedSop, ...]
    equipment: tuple[Words, ...]
    warning: Words
    recording: Words


class Unit(Rule, frozen=True, kw_only=True):
    """A unit of the office; `column` is its heading on the sheet, None when it has none."""

    code: Key
    name: Words
    column: str | None = None


class CaseState(Rule, frozen=True, kw_only=True):
    """A state of a case, as staff and as the applicant read it."""

    code: str
    name: Words
    public: Words


class FieldRule(Rule, frozen=True, kw_only=True):
    """A field of the person."""

    name: Key
    label: Words
    kind: FieldKind
    required: bool = True


class ChoiceRule(Rule, frozen=True, kw_only=True):
    """One answer of a choice; `divert` sends the case to a branch instead of completing."""

    value: str
    words: Words
    divert: str = ""


class EvidenceRule(Rule, frozen=True, kw_only=True):
    """One thing a step must leave. `first`: saved on its own before the rest can be."""

    key: Key
    kind: EvidenceKind
    label: Words
    hint: Words = Words(id="", en="")
    required: bool = True
    choices: tuple[ChoiceRule, ...] = ()
    check: ValueCheck = ""
    paper: str = ""
    first: bool = False

    def choice(self, value: str) -> ChoiceRule | None:
        """Return the answer `value`, or None."""
        return next((c for c in self.choices if c.value == value), None)


class Branch(Rule, frozen=True, kw_only=True):
    """Where a step may divert to, and when."""

    to: Key
    when: Words


class Mark(Rule, frozen=True, kw_only=True):
    """A mark found in the performer columns, with the ways to read it."""

    text: str
    column: str
    readings: tuple[Words, ...]


class Stage(Rule, frozen=True, kw_only=True):
    """What steps and gates share."""

    title: Words
    performers: tuple[str, ...]
    roles: tuple[str, ...]
    reaches: str
    lane: str | None = None
    applicant_present: bool = False
    does: tuple[Duty, ...] = ()
    evidence: tuple[EvidenceRule, ...] = ()
    divert: tuple[Branch, ...] = ()

    def rule(self, key: str) -> EvidenceRule | None:
        """Return the evidence rule `key`, or None."""
        return next((rule for rule in self.evidence if rule.key == key), None)


class Step(Stage, frozen=True, kw_only=True):
    """A row of the sheet: its columns verbatim, performers inferred where the sheet is empty."""

    number: Annotated[int, msgspec.Meta(ge=1, le=99)]
    activity: Words
    completeness: Words
    minutes: Annotated[int, msgspec.Meta(ge=1, le=480)]
    output: Words
    remark: Words
    inferred: bool
    confidence: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    mark: Mark | None = None

    @property
    def name(self) -> str:
        """Return the number as text."""
        return str(self.number)


class Gate(Stage, frozen=True, kw_only=True):
    """A condition between two rows that the sheet does not have; `after` is a step's number."""

    key: Key
    after: Annotated[int, msgspec.Meta(ge=0, le=99)]
    reason: Words

    @property
    def name(self) -> str:
        """Return the gate's key."""
        return self.key


class Sop(Rule, frozen=True, kw_only=True):
    """A procedure: its sheet, its rows and its gates."""

    sheet: Sheet
    units: tuple[Unit, ...] = msgspec.field(name="unit")
    states: tuple[CaseState, ...] = msgspec.field(name="state")
    fields: tuple[FieldRule, ...] = msgspec.field(name="field")
    steps: tuple[Step, ...] = msgspec.field(name="step")
    gates: tuple[Gate, ...] = msgspec.field(name="gate", default=())

    @property
    def number(self) -> str:
        """Return the procedure's number."""
        return self.sheet.number

    @property
    def stages(self) -> tuple[Step | Gate, ...]:
        """Return steps and gates in the order a case passes them."""
        order: list[Step | Gate] = [gate for gate in self.gates if gate.after == 0]
        for step in self.steps:
            order += [step, *(gate for gate in self.gates if gate.after == step.number)]
        return tuple(order)

    def stage(self, name: str) -> Step | Gate | None:
        """Return the step or gate `name`, or None."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def after(self, name: str) -> Step | Gate | None:
        """Return what follows the stage `name`, or None at the end."""
        stages = self.stages
        place = next(i for i, stage in enumerate(stages) if stage.name == name)
        return stages[place + 1] if place + 1 < len(stages) else None

    def unit(self, code: str) -> Unit | None:
        """Return the unit `code`, or None."""
        return next((unit for unit in self.units if unit.code == code), None)

    def state(self, code: str) -> CaseState | None:
        """Return the state `code`, or None."""
        return next((state for state in self.states if state.code == code), None)

    def field(self, name: str) -> FieldRule | None:
        """Return the field `name`, or None."""
        return next((field for field in self.fields if field.name == name), None)

    def related(self, code: str) -> RelatedSop | None:
        """Return the related procedure `code`, or None."""
        return next((sop for sop in self.sheet.related if sop.code == code), None)
