"""What the page shows of a case's data: groups, sources side by side, stays on a line, doubts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from hub.cases.compare import Piece
from hub.cases.doubts import Doubt
from hub.cases.eligibility import Eligibility
from hub.cases.stays import Stay
from hub.wire import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRow:
    """A field with what each source says, cut where it differs; an empty cell says nothing."""

    field: str
    label: Words
    cells: tuple[tuple[Piece, ...], ...]
    differs: tuple[bool, ...]
    is_date: bool

    @property
    def any(self) -> bool:
        """Say whether any source differs."""
        return any(self.differs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The table of sources: one column a source, one row a field that several print."""

    columns: tuple[str, ...]
    rows: tuple[ComparedRow, ...]

    @property
    def count(self) -> int:
        """Return how many fields differ."""
        return sum(row.any for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A permit on the line of time: from and width in thousandths of it."""

    stay: Stay
    x: int
    width: int
    kind: str
    """`counts` in the last chain, `earlier` before it, `other` when it does not count."""
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLine:
    """The permits drawn over the years, with today and the day on which five years are full."""

    first: date
    last: date
    bars: tuple[Bar, ...]
    years: tuple[tuple[int, int], ...]
    today: int
    reached: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGroup:
    """A group of fields: its code and name."""

    code: str
    name: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscribedRow:
    """A value in the order in which the national application asks for it."""

    number: int
    label: Words
    value: str
    means: Words
    """The value as it is read: a code by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Another officer who has the case open."""

    name: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything the page shows of the data beside the form."""

    revision: int
    checklist_version: str
    groups: tuple[FieldGroup, ...]
    comparison: Comparison
    stays: tuple[Stay, ...]
    eligibility: Eligibility | None
    line: TimeLine | None
    doubts: tuple[Doubt, ...]
    readers: tuple[Reader, ...]
    keys_data: bool
    """The current stage is the one in which the data are keyed."""
    judges_data: bool
    """The current stage is one in which differences are answered."""

    @property
    def open_doubts(self) -> int:
        """Return how many doubts nobody answered."""
        return sum(not doubt.answered for doubt in self.doubts)
