"""What happens to a case, as events; bodies hold references only."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class _Staff(msgspec.Struct, frozen=True):
    audience: ClassVar[str] = "staff"
    v: ClassVar[int] = 1


class ApplicationOpened(_Staff, frozen=True):
    """A draft was opened from a pre-registration."""

    kind: ClassVar[str] = "application.opened"
    application: str


class DraftConfirmed(_Staff, frozen=True):
    """An officer confirmed or corrected values of the person."""

    kind: ClassVar[str] = "application.confirmed"
    application: str
    fields: tuple[str, ...]


class ChipReread(_Staff, frozen=True):
    """The counter read the passport's chip again; how the hub judged it."""

    kind: ClassVar[str] = "chip.reread"
    application: str
    verdict: str


class StepBegun(_Staff, frozen=True):
    """An officer started (or stopped) working on a step."""

    kind: ClassVar[str] = "step.begun"
    application: str
    step: str
    running: bool


class EvidenceSupplied(_Staff, frozen=True):
    """An evidence row of the current step was filled or replaced."""

    kind: ClassVar[str] = "evidence.supplied"
    application: str
    step: str
    key: str


class StepCompleted(_Staff, frozen=True):
    """A step was completed with its evidence."""

    kind: ClassVar[str] = "step.completed"
    application: str
    step: str
    touch_s: int


class GatePassed(_Staff, frozen=True):
    """A gate between two steps was passed."""

    kind: ClassVar[str] = "gate.passed"
    application: str
    gate: str


class ProcedureInForce(msgspec.Struct, frozen=True):
    """From here on the steps of the office's own procedure file ask for these rows."""

    kind: ClassVar[str] = "procedure.in_force"
    v: ClassVar[int] = 1
    audience: ClassVar[str] = "audit"
    number: str
    asks: dict[str, tuple[str, ...]]
    """The required rows of each step and gate."""


class ApplicationDiverted(msgspec.Struct, frozen=True):
    """The case left the sheet for one of its branches."""

    kind: ClassVar[str] = "application.diverted"
    v: ClassVar[int] = 1
    application: str
    to: str
    step: str

    @property
    def audience(self) -> str:
        """Return `audit` for SOP Cekal: a held case looks normal to everybody else."""
        return "audit" if self.to == "cekal" else "staff"


class ApplicationResumed(msgspec.Struct, frozen=True):
    """The case came back from a branch to the step it left."""

    kind: ClassVar[str] = "application.resumed"
    v: ClassVar[int] = 1
    application: str
    step: str
    outcome: str

    @property
    def audience(self) -> str:
        """Return `audit` for SOP Cekal: nobody else learned that the case was held."""
        return "staff" if self.outcome in ("CORRECTED", "FALSE_ALARM") else "audit"


class ApplicationRejected(_Staff, frozen=True):
    """The case was rejected with its legal basis."""

    kind: ClassVar[str] = "application.rejected"
    application: str


class ApplicationWithdrawn(_Staff, frozen=True):
    """The applicant withdrew."""

    kind: ClassVar[str] = "application.withdrawn"
    application: str


class ApplicationArchived(_Staff, frozen=True):
    """The finished file lies in the archive."""

    kind: ClassVar[str] = "application.archived"
    application: str
    package: str


class PaymentRecorded(_Staff, frozen=True):
    """The treasurer recorded the payment."""

    kind: ClassVar[str] = "payment.recorded"
    application: str
    payment: str
    amount: int


class NumberGiven(_Staff, frozen=True):
    """A register number was given."""

    kind: ClassVar[str] = "number.given"
    application: str
    year: int
    seq: int


class NumberVoided(_Staff, frozen=True):
    """A register number is void; it stays in the series."""

    kind: ClassVar[str] = "number.voided"
    application: str
    year: int
    seq: int


class BlankUsed(_Staff, frozen=True):
    """A numbered blank was used for the case."""

    kind: ClassVar[str] = "blank.used"
    application: str
    blank: str


class BlankSpoiled(_Staff, frozen=True):
    """A numbered blank was spoiled."""

    kind: ClassVar[str] = "blank.spoiled"
    blank: str


class BlanksReceived(_Staff, frozen=True):
    """Numbered blanks entered the stock."""

    kind: ClassVar[str] = "blanks.received"
    count: int


class CustodyMoved(_Staff, frozen=True):
    """The passport changed hands: opened, moved or closed."""

    kind: ClassVar[str] = "custody.moved"
    application: str
    record: str
    act: str


class CaseJoined(_Staff, frozen=True):
    """An officer opened the case's page."""

    kind: ClassVar[str] = "case.joined"
    application: str
    officer: str


class CaseLeft(_Staff, frozen=True):
    """An officer closed the case's page."""

    kind: ClassVar[str] = "case.left"
    application: str
    officer: str


class DoubtAnswered(_Staff, frozen=True):
    """An officer answered a doubt with a reason."""

    kind: ClassVar[str] = "doubt.answered"
    application: str
    code: str


class StepReopened(_Staff, frozen=True):
    """A completed step was opened again, and what followed it with it."""

    kind: ClassVar[str] = "step.reopened"
    application: str
    step: str
    was_at: str


class ScansStillHold(_Staff, frozen=True):
    """An officer vouched for scans that were taken before their step was opened again."""

    kind: ClassVar[str] = "scans.still_hold"
    application: str
    step: str
    count: int


class FileReturned(_Staff, frozen=True):
    """An incomplete file went back to its applicant; no application is registered."""

    kind: ClassVar[str] = "file.returned"
    application: str
    missing: tuple[str, ...]


class BranchMoved(_Staff, frozen=True):
    """A nonconformity went on within its branch."""

    kind: ClassVar[str] = "branch.moved"
    application: str
    state: str


class CorrectionStated(_Staff, frozen=True):
    """An officer stated a correction of the finished case's data."""

    kind: ClassVar[str] = "correction.stated"
    application: str
    correction: str


class CorrectionSettled(_Staff, frozen=True):
    """A second person confirmed or refused the stated correction."""

    kind: ClassVar[str] = "correction.settled"
    application: str
    correction: str
    outcome: str


class RuleOverridden(_Staff, frozen=True):
    """A supervisor let one officer work on this case in spite of a rule."""

    kind: ClassVar[str] = "rule.overridden"
    application: str
    rule: str
    officer: str


class RuleRelaxed(_Staff, frozen=True):
    """A step was completed by one person where two are asked for, as the office's letter allows."""

    kind: ClassVar[str] = "rule.relaxed"
    application: str
    rule: str
    letter: str


class QualificationNoted(_Staff, frozen=True):
    """A supervisor noted one of the sheet's qualifications of an officer."""

    kind: ClassVar[str] = "qualification.noted"
    officer: str
    number: int


class EquipmentChecked(_Staff, frozen=True):
    """A counter's equipment was checked against the sheet's lines."""

    kind: ClassVar[str] = "counter.equipment"
    counter: int
    failing: int


class StoppageChanged(_Staff, frozen=True):
    """Work stands still for everybody, or goes on again."""

    kind: ClassVar[str] = "stoppage.changed"
    stoppage: str
    what: str
    running: bool


class CasesExported(_Staff, frozen=True):
    """Cases left the hub as files; who may do that is the hub's own user."""

    kind: ClassVar[str] = "cases.exported"
    audience: ClassVar[str] = "audit"
    applications: tuple[str, ...]
