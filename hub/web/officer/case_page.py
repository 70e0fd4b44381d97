"""What the page of a case shows beyond the case itself: device jobs, typed values, faults."""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.cases.views import CaseRow, CaseView, EvidenceRow
from hub.errors import Refused
from hub.web.room_list import MONEY


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
class CasePage:
    """The page of one case for one officer."""

    case: CaseView
    items: tuple[EvidenceItem, ...]
    decision: EvidenceItem | None
    key: str
    counter: int | None
    desks: tuple[int, ...]
    can_reject: bool
    refused: Refused | None = None
    typed: dict[str, str] = field(default_factory=dict)

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


@dataclass(frozen=True, slots=True)
class WorkListPage:
    """The work list: what waits for this officer, and everything open."""

    mine: tuple[CaseRow, ...]
    others: tuple[CaseRow, ...]
    sought: str = ""
    refused: Refused | None = None
