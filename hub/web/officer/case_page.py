"""What the page of a case shows beyond the case itself: device jobs, typed values, faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from hub.cases.checklists import COPY
from hub.cases.finger_match import Kept
from hub.cases.open_cases import Asked
from hub.cases.views import CaseView, EvidenceRow, WorkList
from hub.errors import Refused
from hub.web.officer.views import CardDoor
from hub.web.room_list import MONEY
from hub.wire import Words

CHECKLIST = "checklist."
STAYS = Words(id="Masa tinggal", en="Stay")


@dataclass(frozen=True, slots=True)
class JobLamp:
    """How a device request for one evidence row stands, in words."""

    id: str
    kind: str
    symbol: str
    word: str
    running: bool
    done: int = 0
    total: int = 0
    unknown: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """An evidence row with its latest job, what was typed, and what was wrong with it."""

    row: EvidenceRow
    job: JobLamp | None
    value: str
    fault: str
    picture: bool = False


@dataclass(frozen=True, slots=True)
class PaperItem:
    """A paper of the checklist: its original and its copy, each if it is asked for."""

    name: Words
    original: EvidenceItem | None
    copy: EvidenceItem | None

    @property
    def fault(self) -> str:
        """Return what was wrong with either."""
        return next((i.fault for i in (self.original, self.copy) if i and i.fault), "")


@dataclass(frozen=True, slots=True)
class FingersCompared:
    """The comparison at hand-over: what was measured, what the officer made of it."""

    kept: Kept
    names: Mapping[int, Words]
    """The fingers by their ISO/IEC 19794-4 number."""


@dataclass(frozen=True, slots=True)
class CasePage:
    """The page of one case for one officer."""

    case: CaseView
    items: tuple[EvidenceItem, ...]
    decision: EvidenceItem | None
    key: str
    counter: int | None
    desks: tuple[int, ...]
    can_reject: bool
    warning: Words
    compares_fingers: bool = False
    """The case is handed over: the person may be compared with its fingers."""
    match: FingersCompared | None = None
    """What the comparison came to, for who hands over; None where nothing was compared."""
    refused: Refused | None = None
    typed: dict[str, str] = field(default_factory=dict)
    draft: dict[str, str] = field(default_factory=dict)
    """What this officer typed into the form and did not send."""
    unkept: tuple[tuple[Words, str], ...] = ()
    """What this officer typed for a step that a colleague completed first."""
    sure: str = ""
    """The step or row whose button was pressed once and is asked for again."""
    can_return: bool = False
    supervises: bool = False
    unqualified: tuple[tuple[str, str], ...] = ()
    """Login and name of those to whom this supervisor may give leave."""
    at_signing_desk: bool = False
    """The step is a signature, and this officer works at the signing desk."""
    card: CardDoor | None = None
    """Where this officer may confirm by card, if the step asks for it."""
    chip_lamp: JobLamp | None = None
    """How the newest reading of the chip at the counter stands, until it succeeded."""

    record: tuple[tuple[Words, str], ...] = ()
    """What must stand on the printed page, where it is compared with the record."""
    chip_face: bool = False
    """The chip gave a portrait, and this officer looks at pictures now."""

    @property
    def rereads_chip(self) -> bool:
        """Return whether this officer examines the passport now and may read its chip again."""
        current = self.case.current
        return bool(
            current
            and current.allowed
            and self.case.findings.judges_data
            and self.case.diversion is None
        )

    def chip_key(self, name: str) -> str:
        """Return the value on record that opens the chip, or what was typed instead."""
        known = next((row.value for row in self.case.values if row.field == name), "")
        return self.typed.get(f"key-{name}", known)

    @property
    def plain(self) -> tuple[EvidenceItem, ...]:
        """Return the rows that stand in the list: neither the decision, papers nor fields."""
        return tuple(
            item
            for item in self.items
            if item is not self.decision
            and not item.row.group
            and not item.row.key.startswith(CHECKLIST)
        )

    @property
    def shown(self) -> frozenset[str]:
        """Return the rows of the form in which something stands."""
        return frozenset(item.row.key for item in self.items if item.value)

    @property
    def papers(self) -> tuple[PaperItem, ...]:
        """Return the papers of the checklist."""
        rows = {i.row.key: i for i in self.items if i.row.key.startswith(CHECKLIST)}
        codes = dict.fromkeys(key.removesuffix(COPY) for key in rows)
        return tuple(
            PaperItem(_name(rows, code), rows.get(code), rows.get(f"{code}{COPY}"))
            for code in codes
        )

    def label_of(self, field_name: str) -> Words:
        """Return the label of a field of the person."""
        found = (row.label for row in self.case.values if row.field == field_name)
        return next(found, STAYS)

    @property
    def money_roles(self) -> frozenset[str]:
        """Return the roles that see the money of the case."""
        return MONEY.acts | MONEY.looks

    @property
    def devices(self) -> int | None:
        """Return the counter whose devices work for this page unless another is chosen."""
        return self.counter or (self.desks[0] if self.desks else None)

    @property
    def missing(self) -> int:
        """Return how many required pieces of evidence are still to be supplied."""
        return sum(
            item.row.required and not item.row.supplied and item.row is not self._decided()
            for item in self.items
        )

    def _decided(self) -> EvidenceRow | None:
        return self.decision.row if self.decision else None


def _name(rows: Mapping[str, EvidenceItem], code: str) -> Words:
    if code in rows:
        return rows[code].row.label
    label = rows[f"{code}{COPY}"].row.label
    return Words(id=label.id.partition(":")[0], en=label.en.partition(":")[0])


@dataclass(frozen=True, slots=True)
class WorkListPage:
    """The work list: what waits for this officer, and everything open."""

    list: WorkList
    asked: Asked
    sought: str = ""
    refused: Refused | None = None
    roles: tuple[tuple[str, Words], ...] = ()
    stopped: tuple[tuple[str, datetime], ...] = ()
    may_stop: bool = False
    supervises: bool = False
    key: str = ""

    def address(self, page: int) -> str:
        """Return the query of another page of the same list."""
        said = {"role": self.asked.role, "late": "yes" if self.asked.late else ""}
        said |= {"page": str(page) if page > 1 else ""}
        return urlencode({name: text for name, text in said.items() if text})
