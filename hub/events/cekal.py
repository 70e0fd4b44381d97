"""What happens in SOP Cekal, as events for the audit: references only, and never to the staff."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class _Audit(msgspec.Struct, frozen=True):
    audience: ClassVar[str] = "audit"
    v: ClassVar[int] = 1


class CekalChecked(_Audit, frozen=True):
    """The person was checked against the list; what was found stays with Wasdakim."""

    kind: ClassVar[str] = "cekal.checked"
    application: str
    check: str


class CekalAlerted(_Audit, frozen=True):
    """A check found somebody who may be on the list: Wasdakim is to look."""

    kind: ClassVar[str] = "cekal.alerted"
    application: str
    check: str
    position: str


class CekalCleared(_Audit, frozen=True):
    """An officer saw the nearest entries and confirmed that the person is none of them."""

    kind: ClassVar[str] = "cekal.cleared"
    application: str
    check: str


class CekalVerdictGiven(_Audit, frozen=True):
    """An officer said whether the person is the one of an entry; what was said is sealed."""

    kind: ClassVar[str] = "cekal.verdict"
    application: str
    check: str
    entry: str
    place: int


class CekalSettled(_Audit, frozen=True):
    """The verdicts settled a check, or an outcome ended a hold."""

    kind: ClassVar[str] = "cekal.settled"
    application: str
    check: str
    state: str


class CekalOutcomeProposed(_Audit, frozen=True):
    """The head of Wasdakim proposed how a hold ends."""

    kind: ClassVar[str] = "cekal.proposed"
    application: str
    check: str
    outcome: str


class CekalOutcomeDeclined(_Audit, frozen=True):
    """The head of office declined the proposed outcome; the case stays held."""

    kind: ClassVar[str] = "cekal.declined"
    application: str
    check: str


class CekalLookedAt(_Audit, frozen=True):
    """An officer opened a page that shows entries of the list."""

    kind: ClassVar[str] = "cekal.looked"
    page: str
    application: str
    entries: tuple[str, ...]


class CekalVersionEntered(_Audit, frozen=True):
    """A version of the list was put in and waits for its verifier."""

    kind: ClassVar[str] = "cekal.version_entered"
    version: str
    entries: int
    withdrawn: int


class CekalVersionJudged(_Audit, frozen=True):
    """A version of the list was verified, or refused."""

    kind: ClassVar[str] = "cekal.version_judged"
    version: str
    state: str


class CekalThresholdSet(_Audit, frozen=True):
    """The office's threshold was measured anew on its list: for a share of false alarms."""

    kind: ClassVar[str] = "cekal.threshold_set"
    score: float
    false_alarms: float
    size: int


class CekalProgressed(_Audit, frozen=True):
    """An import or the loading of a version came further, or ended: rows done of so many."""

    kind: ClassVar[str] = "cekal.progressed"
    version: str
    done: int
    total: int
    ended: bool


class CekalAnswering(_Audit, frozen=True):
    """Nobody answers for the list any more (`why`), or somebody does again (`why` is empty)."""

    kind: ClassVar[str] = "cekal.answering"
    why: str
