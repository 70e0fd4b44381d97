"""The frozen values that a procedure file becomes, and the questions asked of them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

from hub.rulefile import Rule
from hub.sop.paper_kinds import PaperKind
from hub.wire import Words

EvidenceKind = Literal[
    "checklist",
    "fields",
    "list_check",
    "scans",
    "doubts",
    "checkbox",
    "text",
    "choice",
    "date",
    "money",
    "scan",
    "photo",
    "finger",
    "signature",
    "print",
    "reference",
    "login",
]
"""The first five unfold: papers of the checklist, fields, the list check, scans, open doubts."""

ValueCheck = Literal[
    "",
    "receipt_code",
    "billing_code",
    "ntpn",
    "tariff",
    "paid_on",
    "blank",
    "signer_nip",
    "signer_name",
    "signer_capacity",
    "proof_code",
    "receiver",
    "differences",
    "all_valid",
    "register_number",
    "passport_number",
    "collector_document",
]
"""How the hub judges a value beyond its kind."""

Duty = Literal[
    "correct_data",
    "receive",
    "open_custody",
    "check_list",
    "enter_letters",
    "record_payment",
    "issue",
    "legalise",
    "close_custody",
    "archive",
]
"""What completing a step does besides leaving its evidence."""

Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
FieldKind = Literal[
    "text", "date", "sex", "country", "document", "permit", "choice", "lines", "stays"
]
FieldCheck = Literal[
    "",
    "name",
    "mrz_name",
    "nik",
    "family_card",
    "npwp",
    "nib",
    "niora",
    "postcode",
    "phone",
    "email",
    "permit_number",
    "personal_number",
]
"""How a value of the person is judged beyond its kind."""


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


class Nature(Rule, frozen=True, kw_only=True):
    """A kind of trouble that a branch handles."""

    value: str
    words: Words


class Move(Rule, frozen=True, kw_only=True):
    """A state within a branch: where it may go next, and in how many working days.

    `roles` empty: the branch's own. `letter`: a letter to the applicant goes out with it.
    """

    state: str
    words: Words
    next: tuple[str, ...] = ()
    days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 0
    roles: tuple[str, ...] = ()
    letter: bool = False


class RelatedSop(Rule, frozen=True, kw_only=True):
    """A related procedure: where a diversion or the archive leads.

    A branch names the state in which the case is held, who may send it back and with which
    outcomes, and the act that this counts as for the segregation of duties. With `natures` each
    stay names its kind; with `moves` it goes through states of its own and may be settled only
    from `settled_from`.
    """

    code: Key
    id: str
    en: str
    holds: str = ""
    roles: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    says: dict[str, Words] = msgspec.field(default_factory=dict)
    """How each outcome is called; one that is not in it is read by its code."""
    act: str = ""
    natures: tuple[Nature, ...] = ()
    moves: tuple[Move, ...] = ()
    settled_from: tuple[str, ...] = ()
    basis: Words | None = None
    """The law and the procedure that its letter to the applicant names."""
    rejects: tuple[str, ...] = ()
    """Who may reject a case from within the branch; empty: whoever may reject any."""

    def outcome(self, code: str) -> Words:
        """Return how the outcome `code` is called."""
        plain = code.replace("_", " ").capitalize()
        return self.says.get(code, Words(id=plain, en=plain))

    def nature(self, value: str) -> Nature | None:
        """Return the kind of trouble `value`, or None."""
        return next((n for n in self.natures if n.value == value), None)

    def move(self, state: str) -> Move | None:
        """Return the state `state` of the branch, or None."""
        return next((m for m in self.moves if m.state == state), None)


class Answer(Rule, frozen=True, kw_only=True):
    """A purpose that one may apply for, or a ground on which one applies.

    `letter` is what the issued letter says of a purpose.
    """

    value: Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{1,23}$")]
    words: Words
    letter: Words | None = None


class Issued(Rule, frozen=True, kw_only=True):
    """What a procedure issues, as papers call it: its name, and how it is called for short."""

    name: Words
    short: Words | None = None

    @property
    def brief(self) -> Words:
        """Return the short name, else the whole one."""
        return self.short or self.name

    @property
    def whole(self) -> Words:
        """Return the whole name with the short one behind it."""
        if self.short is None:
            return self.name
        return Words(id=f"{self.name.id} ({self.short.id})", en=f"{self.name.en} ({self.short.en})")


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
    tariff: str = ""
    """The fee's code in the office's tariff; empty: the treasury's own."""
    issues: Issued | None = None
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


class ChoiceRule(Rule, frozen=True, kw_only=True):
    """One answer of a choice; `divert` sends the case to a branch instead of completing."""

    value: str
    words: Words
    divert: str = ""


class FieldGroup(Rule, frozen=True, kw_only=True):
    """Fields of the person that stand together on the page."""

    code: Key
    name: Words


class FieldRule(Rule, frozen=True, kw_only=True):
    """A field of the person; `sources` says where it can come from.

    M machine-readable zone, C chip, V what is printed (page, card), A applicant, O officer, S the
    hub. `purposes` and `bases` empty: whatever they are. `transcribe` is its place in the
    national application's own order, 0 if it has none there.
    """

    name: Key
    label: Words
    kind: FieldKind
    required: bool = True
    group: Key = "person"
    sources: Annotated[str, msgspec.Meta(pattern=r"^[MCVAOS]*$")] = ""
    check: FieldCheck = ""
    choices: tuple[ChoiceRule, ...] = ()
    purposes: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    hint: Words = Words(id="", en="")
    transcribe: Annotated[int, msgspec.Meta(ge=0, le=999)] = 0
    printed: bool = False
    """Stands on the document that the procedure issues."""

    def concerns(self, purpose: str, basis: str) -> bool:
        """Say whether the field belongs to a case of this purpose and basis."""
        return (not self.purposes or purpose in self.purposes) and (
            not self.bases or basis in self.bases
        )


class Condition(Rule, frozen=True, kw_only=True):
    """Another row of the same step and the answers to it that make a row required."""

    key: Key
    values: tuple[str, ...]


class EvidenceRule(Rule, frozen=True, kw_only=True):
    """One thing a step must leave. `first`: saved on its own before the rest can be.

    `when`: required only with that answer to another row. `national`: required only in an office
    that also keys each case into the national application. `needs`: the rows of the same step that
    a paper says; it is printed once they are there.
    """

    key: Key
    kind: EvidenceKind
    label: Words
    hint: Words = Words(id="", en="")
    required: bool = True
    choices: tuple[ChoiceRule, ...] = ()
    check: ValueCheck = ""
    paper: PaperKind = ""
    needs: tuple[str, ...] = ()
    first: bool = False
    when: Condition | None = None
    national: bool = False

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
    waits_for: Literal["", "applicant", "officer", "external"] = ""
    """Whom a case at this stage waits for; empty: the applicant where present, else an officer."""
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
    purposes: tuple[Answer, ...] = msgspec.field(name="purpose", default=())
    """What one may apply for, the commonest first; none: nobody is asked."""
    bases: tuple[Answer, ...] = msgspec.field(name="basis", default=())
    """The grounds on which one applies, the commonest first; none: nobody is asked."""
    units: tuple[Unit, ...] = msgspec.field(name="unit")
    states: tuple[CaseState, ...] = msgspec.field(name="state")
    groups: tuple[FieldGroup, ...] = msgspec.field(name="group", default=())
    fields: tuple[FieldRule, ...] = msgspec.field(name="field")
    steps: tuple[Step, ...] = msgspec.field(name="step")
    gates: tuple[Gate, ...] = msgspec.field(name="gate", default=())

    @property
    def number(self) -> str:
        """Return the procedure's number."""
        return self.sheet.number

    @property
    def issued(self) -> Issued:
        """Return what the procedure issues; a file that does not say is called by its sheet."""
        return self.sheet.issues or Issued(name=self.sheet.name)

    def purpose(self, value: str) -> Answer | None:
        """Return the purpose `value`, or None."""
        return next((one for one in self.purposes if one.value == value), None)

    def prints(self, paper: str) -> bool:
        """Say whether one of its stages asks for the paper `paper`."""
        return any(rule.paper == paper for stage in self.stages for rule in stage.evidence)

    @property
    def field_groups(self) -> tuple[FieldGroup, ...]:
        """Return the groups of fields as the file names them; a file that names none has one."""
        if self.groups:
            return self.groups
        codes = tuple(dict.fromkeys(field.group for field in self.fields))
        person = Words(id="Data pemohon", en="The applicant")
        return tuple(
            FieldGroup(code=code, name=person if len(codes) == 1 else Words(id=code, en=code))
            for code in codes
        )

    @property
    def screens(self) -> bool:
        """Say whether one of its stages checks the person against the list."""
        return any(r.kind == "list_check" for stage in self.stages for r in stage.evidence)

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

    def doing(self, duty: Duty) -> str:
        """Return the name of the stage with `duty`; empty in a procedure without it."""
        return next((stage.name for stage in self.stages if duty in stage.does), "")

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
