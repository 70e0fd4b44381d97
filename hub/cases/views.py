"""What an officer's page shows of a case: plain values, rendered as they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from hub.cases.data_views import Findings
from hub.cases.purposes import Applied
from hub.wire import Words

InputKind = Literal[
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
    "lines",
    "stays",
    "doubts",
    "screened",
]
Standing = Literal["", "in_force", "replaced", "doubted"]
StepState = Literal["done", "current", "later", "ended", "unreached"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """Who holds the passport, where and since when."""

    holder: str
    location: str
    since: datetime


@dataclass(frozen=True, slots=True)
class BookedTime:
    """When the person of a case comes, for what, and the code to show at the kiosk."""

    code: str
    at: datetime
    service: Words
    missed: bool
    """Its day is over and nobody came."""
    broken: Words | None = None
    """Why the office does not serve then, if something came after it was booked."""

    @property
    def stands(self) -> bool:
        """Say whether the person is to come at this time."""
        return not self.missed and self.broken is None

    @property
    def said(self) -> str:
        """Return the code in two groups, as it is read aloud and printed."""
        return f"{self.code[:4]} {self.code[4:]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHead:
    """The head of the page. Touch time is the officers' work; lead time is working days."""

    person: str
    case_code: str
    sop: str
    """The number of the procedure that the case goes by."""
    applied: tuple[Applied, ...]
    """Purpose and basis in words, as far as the procedure has them."""
    applies_for: tuple[str, str]
    """Purpose and basis as the rules know them."""
    state: str
    state_words: Words
    touch_s: int
    standard_min: int
    opened_at: datetime
    lead_days: int
    promised_days: int
    promised_on: date | None
    custody: Custody | None
    passport_source: str
    chip_verdict: str
    chip_words: Words
    waited: tuple[tuple[str, int], ...] = ()
    """The working days of the lead time by the party that the case waited for."""
    appointment: BookedTime | None = None
    """When its person comes again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One line of the list of steps; `number` is None for a gate."""

    number: int | None
    key: str
    title: Words
    performer: Words
    state: StepState
    gate: bool
    touch_s: int
    standard_min: int
    done_by: str = ""
    done_at: datetime | None = None
    can_reopen: bool = False
    medium: str = ""
    paper_at: str = ""
    on_paper_at: datetime | None = None
    """It was done on paper then and entered later."""
    measured: bool = True
    """Its time is known: a clock ran, or the paper says when it was begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SopWords:
    """The sheet's own words for a step, verbatim Indonesian with English beside it."""

    activity: Words
    completeness: Words
    output: Words
    remark: Words
    minutes: int
    mark: Words | None
    inferred: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer of an evidence row of kind choice."""

    value: str
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class OldScan:
    """A scan from before its step was opened again: its file, who left it, and when."""

    blob: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One thing the step must leave; `key` is the form field's name.

    A device row is supplied by a job queued with `evidence` as its evidence key; `job` is the
    newest such request. A row with `first` is saved on its own (`steps.supply`) before the others
    can be: saving the blank's serial gives the register number that the print needs.
    """

    key: str
    kind: InputKind
    label: Words
    hint: Words
    required: bool
    supplied: bool
    value: str = ""
    by: str = ""
    at: datetime | None = None
    how: Words | None = None
    choices: tuple[Choice, ...] = ()
    blob: str | None = None
    job: str | None = None
    evidence: str = ""
    paper: str = ""
    first: bool = False
    decides: bool = False
    """One of its answers sends the case to a branch: the step's decision."""
    group: str = ""
    sources: str = ""
    source: str = ""
    """For a field of the person: its group, where it can come from, where it came from."""
    words: Words | None = None
    """For a field of the person: its value as it is read."""
    own: bool = False
    """It says of the signed-in officer what the hub knows: shown, not asked."""
    old: OldScan | None = None
    """It counts again only once somebody says so, or a new scan is taken."""
    wrong: Words | None = None
    """Of a paper that was printed: why it does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the current step may divert to."""

    to: str
    name: str
    when: Words
    natures: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentStep:
    """The step or gate that comes next, with what it needs and who may do it."""

    key: str
    number: int | None
    gate: bool
    title: Words
    words: SopWords
    performer: Words
    roles: tuple[str, ...]
    lane: str | None
    applicant_present: bool
    running_since: datetime | None
    ticking_since: datetime | None
    """As if the running clock had never stood: what was clocked before is in it."""
    running_by: str
    touch_s: int
    before_s: int
    """What of it was clocked before the step was opened again."""
    evidence: tuple[EvidenceRow, ...]
    diversions: tuple[Target, ...]
    allowed: bool
    why_not: Words | None
    lacking: tuple[Words, ...] = ()
    has_leave: bool = False
    """A supervisor let this officer work on the case in spite of what they lack."""
    """The sheet's qualifications that this officer does not hold."""
    passport_away: bool = False
    """It writes into the passport, which must be taken in first."""

    @property
    def supplied(self) -> int:
        """Return how many required rows are supplied."""
        return sum(row.supplied for row in self.evidence if row.required)

    @property
    def needed(self) -> int:
        """Return how many rows are required."""
        return sum(row.required for row in self.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """A file of the case."""

    id: str
    item: str
    name: Words
    kind: str
    blob: str
    media_type: str
    step: str
    by: str
    at: datetime
    void_since: datetime | None = None
    """When the number, signature or payment that it was left for was withdrawn."""
    version: int = 1
    versions: int = 1
    page: int = 1
    pages: int = 1
    standing: Standing = ""
    """Whether this version holds; empty for what is void, printed, or there once only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What a paper waits for: the row that is missing (empty: none), in words, and a code."""

    row: str
    words: Words
    code: str = "paper_not_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """A paper of the case; `evidence` is the key its print job carries.

    It can be printed when `lacks` is empty.
    """

    kind: str
    name: Words
    evidence: str
    printed: int
    lacks: tuple[Lack, ...] = ()
    letter: bool = False
    """It goes to the applicant, is numbered in the agenda, and can be printed by any browser."""

    def waits_for(self, shown: Collection[str]) -> bool:
        """Say whether something is missing that the form, where `shown` is filled, does not say."""
        return any(one.row not in shown for one in self.lacks)

    @property
    def why_not(self) -> Words | None:
        """Return in words what comes before this paper, or None."""
        if not self.lacks:
            return None
        first, more = self.lacks[:3], len(self.lacks) - 3
        rest = (f" (+{more})",) if more > 0 else ("",)
        return Words(
            id="; ".join(one.words.id for one in first) + rest[0],
            en="; ".join(one.words.en for one in first) + rest[0],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """Something that happened to the case."""

    at: datetime
    what: Words
    by: str
    remark: str = ""
    kept: Words | None = None
    """For a step: where its paper lies, and when it was done if it was entered later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchStep:
    """How a branch went on: its state, what was noted, by whom, and until when."""

    words: Words
    note: str
    by: str
    at: datetime
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiversionState:
    """The branch the case is in; the reason only for those who may see it."""

    to: str
    name: str
    step: str
    since: datetime
    by: str
    reason: str
    outcomes: tuple[Choice, ...] = ()
    nature: Words | None = None
    state: Words | None = None
    deadline_on: date | None = None
    late: bool = False
    moves: tuple[Choice, ...] = ()
    """Where it can go on to from here."""
    steps: tuple[BranchStep, ...] = ()
    not_yet: Words | None = None
    """Why it cannot be settled yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceValue:
    """A value as one source gives it: typed, mrz, chip or officer."""

    source: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRow:
    """A field of the person with every source side by side."""

    field: str
    label: Words
    value: str
    words: Words
    source: str
    """Where the value that counts came from; empty: there is none."""
    sources: tuple[SourceValue, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What was stated: the value before, the value after, and why."""

    old: str
    new: str
    cause: str


@dataclass(frozen=True, slots=True)
class Stated:
    """An open correction as the page shows it; `printed`: confirming voids what was printed."""

    field: str
    label: Words
    said: Said
    by: str
    at: datetime
    printed: bool
    may_settle: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case as an officer's page shows it."""

    id: str
    seq: int
    head: CaseHead
    steps: tuple[StepLine, ...]
    current: CurrentStep | None
    documents: tuple[DocumentLine, ...]
    papers: tuple[PaperLine, ...]
    history: tuple[HistoryLine, ...]
    diversion: DiversionState | None
    values: tuple[ValueRow, ...]
    findings: Findings
    register_number: str = ""
    proof_number: str = ""
    blank_serial: str = ""
    correction: Stated | None = None
    unfiled: bool = False
    letter_owed: str = ""
    """The letter that tells its applicant how it ended, as a paper, while nobody printed it."""
    """It ended before its last step, and its file was not given to the archive yet."""
    may_correct: bool = False
    """It stands where two persons may correct its data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkList:
    """A page of the open cases: those that wait for the officer's roles, and the others."""

    mine: tuple[CaseRow, ...]
    others: tuple[CaseRow, ...]
    mine_count: int
    others_count: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A line of the work list; `person` is empty where the officer needs no name."""

    id: str
    case_code: str
    person: str
    state: str
    state_words: Words
    step: str
    step_title: Words
    performer: Words
    mine: bool
    opened_at: datetime
    waiting_since: datetime
    promised_on: date | None
    late: bool
    waits_for: str = "officer"
    roles: tuple[str, ...] = ()
