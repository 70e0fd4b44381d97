"""Where a check stands, and how verdicts settle an entry: pure, so that it can be tried out whole.

NOT_CHECKED → NO_CANDIDATE → CLEAR                        one person confirms
            → POSSIBLE_MATCH → FALSE_MATCH                two persons: not the same
                             → ON_HOLD → LIFTED | EXPIRED | REFERRED | REJECTED
                             → DISPUTED → one of the two  two disagree: a third decides
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where the newest check of a case stands; a case without one is NOT_CHECKED."""

    NOT_CHECKED = "NOT_CHECKED"
    NO_CANDIDATE = "NO_CANDIDATE"
    CLEAR = "CLEAR"
    POSSIBLE_MATCH = "POSSIBLE_MATCH"
    DISPUTED = "DISPUTED"
    FALSE_MATCH = "FALSE_MATCH"
    ON_HOLD = "ON_HOLD"
    LIFTED = "LIFTED"
    EXPIRED = "EXPIRED"
    REFERRED = "REFERRED"
    REJECTED = "REJECTED"


PASSING = frozenset({State.CLEAR, State.FALSE_MATCH, State.LIFTED, State.EXPIRED})
BLOCKING = frozenset({State.POSSIBLE_MATCH, State.DISPUTED, State.ON_HOLD, State.REFERRED})
OPEN = frozenset({State.POSSIBLE_MATCH, State.DISPUTED})
HELD = frozenset({State.ON_HOLD, State.REFERRED})
OUTCOMES = (State.LIFTED, State.EXPIRED, State.REFERRED, State.REJECTED)

SAME, DIFFERENT = "SAME", "DIFFERENT"
FIRST, SECOND, THIRD = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one person said about one entry; the third decides between two that disagree."""

    place: int
    choice: str
    by: str


class Settled(StrEnum):
    """How an entry stands after the verdicts given so far."""

    OPEN = "OPEN"
    HALF = "HALF"
    DISPUTED = "DISPUTED"
    FALSE = "FALSE"
    TRUE = "TRUE"


def settle(verdicts: Iterable[Verdict]) -> Settled:
    """Return how one entry stands."""
    by_place = {verdict.place: verdict.choice for verdict in verdicts}
    first, second, third = (by_place.get(place) for place in (FIRST, SECOND, THIRD))
    if first is None:
        return Settled.OPEN
    if second is None:
        return Settled.HALF
    final = first if first == second else third
    if final is None:
        return Settled.DISPUTED
    return Settled.TRUE if final == SAME else Settled.FALSE


def state_of(settled: Mapping[str, Settled]) -> State:
    """Return the state of a check whose candidates stand like this; there is at least one.

    One confirmed entry is enough to hold; every one must be refuted to go on.
    """
    stands = set(settled.values())
    if Settled.TRUE in stands:
        return State.ON_HOLD
    if Settled.DISPUTED in stands:
        return State.DISPUTED
    return State.FALSE_MATCH if stands == {Settled.FALSE} else State.POSSIBLE_MATCH
