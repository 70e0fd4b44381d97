"""What happens to a case, as events; bodies hold references only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class _Staff:
    __slots__ = ()
    audience: ClassVar[str] = "staff"
    v: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class ApplicationOpened(_Staff):
    """A draft was opened from a pre-registration."""

    kind: ClassVar[str] = "application.opened"
    application: str


@dataclass(frozen=True, slots=True)
class DraftConfirmed(_Staff):
    """An officer confirmed or corrected values of the person."""

    kind: ClassVar[str] = "application.confirmed"
    application: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChipReread(_Staff):
    """The counter read the passport's chip again; how the hub judged it."""

    kind: ClassVar[str] = "chip.reread"
    application: str
    verdict: str


@dataclass(frozen=True, slots=True)
class StepBegun(_Staff):
    """An officer started (or stopped) working on a step."""

    kind: ClassVar[str] = "step.begun"
    application: str
    step: str
    running: bool


@dataclass(frozen=True, slots=True)
class EvidenceSupplied(_Staff):
    """An evidence row of the current step was filled or replaced."""

    kind: ClassVar[str] = "evidence.supplied"
    application: str
    step: str
    key: str


@dataclass(frozen=True, slots=True)
class StepCompleted(_Staff):
    """A step was completed with its evidence."""

    kind: ClassVar[str] = "step.completed"
    application: str
    step: str
    touch_s: int


@dataclass(frozen=True, slots=True)
class GatePassed(_Staff):
    """A gate between two steps was passed."""

    kind: ClassVar[str] = "gate.passed"
    application: str
    gate: str


@dataclass(frozen=True, slots=True)
class ApplicationDiverted:
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


@dataclass(frozen=True, slots=True)
class ApplicationResumed:
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


@dataclass(frozen=True, slots=True)
class ApplicationRejected(_Staff):
    """The case was rejected with its legal basis."""

    kind: ClassVar[str] = "application.rejected"
    application: str


@dataclass(frozen=True, slots=True)
class ApplicationWithdrawn(_Staff):
    """The applicant withdrew."""

    kind: ClassVar[str] = "application.withdrawn"
    application: str


@dataclass(frozen=True, slots=True)
class ApplicationArchived(_Staff):
    """The finished file lies in the archive."""

    kind: ClassVar[str] = "application.archived"
    application: str
    package: str


@dataclass(frozen=True, slots=True)
class PaymentRecorded(_Staff):
    """The treasurer recorded the payment."""

    kind: ClassVar[str] = "payment.recorded"
    application: str
    payment: str
    amount: int


@dataclass(frozen=True, slots=True)
class NumberGiven(_Staff):
    """A register number was given."""

    kind: ClassVar[str] = "number.given"
    application: str
    year: int
    seq: int


@dataclass(frozen=True, slots=True)
class NumberVoided(_Staff):
    """A register number is void; it stays in the series."""

    kind: ClassVar[str] = "number.voided"
    application: str
    year: int
    seq: int


@dataclass(frozen=True, slots=True)
class BlankUsed(_Staff):
    """A numbered blank was used for the case."""

    kind: ClassVar[str] = "blank.used"
    application: str
    blank: str


@dataclass(frozen=True, slots=True)
class BlankSpoiled(_Staff):
    """A numbered blank was spoiled."""

    kind: ClassVar[str] = "blank.spoiled"
    blank: str


@dataclass(frozen=True, slots=True)
class BlanksReceived(_Staff):
    """Numbered blanks entered the stock."""

    kind: ClassVar[str] = "blanks.received"
    count: int


@dataclass(frozen=True, slots=True)
class CustodyMoved(_Staff):
    """The passport changed hands: opened, moved or closed."""

    kind: ClassVar[str] = "custody.moved"
    application: str
    record: str
    act: str


@dataclass(frozen=True, slots=True)
class CaseJoined(_Staff):
    """An officer opened the case's page."""

    kind: ClassVar[str] = "case.joined"
    application: str
    officer: str


@dataclass(frozen=True, slots=True)
class CaseLeft(_Staff):
    """An officer closed the case's page."""

    kind: ClassVar[str] = "case.left"
    application: str
    officer: str


@dataclass(frozen=True, slots=True)
class DoubtAnswered(_Staff):
    """An officer answered a doubt with a reason."""

    kind: ClassVar[str] = "doubt.answered"
    application: str
    code: str


@dataclass(frozen=True, slots=True)
class StepReopened(_Staff):
    """A completed step was opened again, and what followed it with it."""

    kind: ClassVar[str] = "step.reopened"
    application: str
    step: str
    was_at: str


@dataclass(frozen=True, slots=True)
class FileReturned(_Staff):
    """An incomplete file went back to its applicant; no application is registered."""

    kind: ClassVar[str] = "file.returned"
    application: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BranchMoved(_Staff):
    """A nonconformity went on within its branch."""

    kind: ClassVar[str] = "branch.moved"
    application: str
    state: str


@dataclass(frozen=True, slots=True)
class CorrectionStated(_Staff):
    """An officer stated a correction of the finished case's data."""

    kind: ClassVar[str] = "correction.stated"
    application: str
    correction: str


@dataclass(frozen=True, slots=True)
class CorrectionSettled(_Staff):
    """A second person confirmed or refused the stated correction."""

    kind: ClassVar[str] = "correction.settled"
    application: str
    correction: str
    outcome: str


@dataclass(frozen=True, slots=True)
class RuleOverridden(_Staff):
    """A supervisor let one officer work on this case in spite of a rule."""

    kind: ClassVar[str] = "rule.overridden"
    application: str
    rule: str
    officer: str


@dataclass(frozen=True, slots=True)
class QualificationNoted(_Staff):
    """A supervisor noted one of the sheet's qualifications of an officer."""

    kind: ClassVar[str] = "qualification.noted"
    officer: str
    number: int


@dataclass(frozen=True, slots=True)
class EquipmentChecked(_Staff):
    """A counter's equipment was checked against the sheet's lines."""

    kind: ClassVar[str] = "counter.equipment"
    counter: int
    failing: int


@dataclass(frozen=True, slots=True)
class StoppageChanged(_Staff):
    """Work stands still for everybody, or goes on again."""

    kind: ClassVar[str] = "stoppage.changed"
    stoppage: str
    what: str
    running: bool


@dataclass(frozen=True, slots=True)
class CasesExported(_Staff):
    """Cases left the hub as files; who may do that is the hub's own user."""

    kind: ClassVar[str] = "cases.exported"
    audience: ClassVar[str] = "audit"
    applications: tuple[str, ...]
