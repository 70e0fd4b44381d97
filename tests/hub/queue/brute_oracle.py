"""Who must be next, from the rules as they are written down: looks at every waiting ticket.

Knows nothing of the hub's code: no groups, no heads, no counts. Times are minutes after the start.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_WAIT = {
    "information": 20, "intake": 45, "biometrics": 45, "payment": 30,
    "collection": 30, "complaint": 30, "stay_permit": 60, "citizen_passport": 60,
}  # fmt: skip
OWN_LANE = {
    "information": "information", "skim": "intake", "biometrics": "biometrics",
    "payment": "payment", "collection": "collection", "complaint": "complaint",
    "stay_permit": "stay_permit", "citizen_passport": "citizen_passport",
}  # fmt: skip
NEEDS_AT_COUNTER = {"step_free", "written", "interpreter"}
DEVICES = {"biometrics": {"fingerprint", "camera"}}
PRIORITY_HEAD_START = 15
IN_A_ROW = 2
BEHIND = 3
GRACE = 10
SMALL = 1e-9


@dataclass
class Person:
    """Somebody with a number."""

    id: str
    service: str
    lane: str
    segment: str
    language: str
    needs: frozenset[str]
    arrival: float
    state: str = "waiting"
    outcome: str = ""
    counter: int | None = None
    only_at: int | None = None
    original: float | None = None
    # the last act: its name, its counter and what was before it
    last: tuple[str, int, dict[str, object]] | None = None
    acted_at: float = 0
    streak: int = 0

    def before(self) -> dict[str, object]:
        names = ("lane", "arrival", "state", "counter", "only_at", "original")
        return {name: getattr(self, name) for name in names}

    def take_back(self) -> None:
        assert self.last is not None
        for name, value in self.last[2].items():
            setattr(self, name, value)
        self.last = None


@dataclass
class Desk:
    """A counter: what it has, and how it stands."""

    number: int
    needs: frozenset[str]
    languages: frozenset[str]
    broken: set[str] = field(default_factory=set)
    devices: frozenset[str] = frozenset({"fingerprint", "camera", "scanner", "document_printer"})
    prefers: tuple[tuple[str, float], ...] = ()
    lanes: frozenset[str] = frozenset()
    state: str = "closed"
    priority_calls: int = 0


@dataclass
class Office:
    """Everybody and every counter."""

    desks: dict[int, Desk]
    people: dict[str, Person] = field(default_factory=dict)

    def waiting(self) -> list[Person]:
        return [one for one in self.people.values() if one.state == "waiting"]

    def callable_at(self, number: int) -> list[Person]:
        """Return everybody whom this counter could call."""
        desk = self.desks[number]
        return [one for one in self.waiting() if _fits(desk, one)]

    def next_at(self, number: int, now: float) -> Person | None:
        """Return who must be called at this counter now."""
        may = self.callable_at(number)
        if not may:
            return None
        over = [one for one in may if now - one.arrival > MAX_WAIT[one.lane] + SMALL]
        if over:
            return min(over, key=lambda one: (MAX_WAIT[one.lane] - (now - one.arrival), one.id))
        desk = self.desks[number]
        others = [one for one in may if one.segment != "priority"]
        waits = any(one.arrival <= now + SMALL for one in others)
        if desk.priority_calls >= IN_A_ROW and waits:
            may = others
        for lane, minutes in desk.prefers:
            first = [
                one for one in may
                if one.lane == lane and (not minutes or now - one.arrival > minutes + SMALL)
            ]  # fmt: skip
            if first:
                may = first
                break
        return min(may, key=lambda one: (-self.score(one, now), one.arrival, one.id))

    def score(self, one: Person, now: float) -> float:
        bonus = PRIORITY_HEAD_START if one.segment == "priority" else 0
        return round(now - one.arrival + bonus, 5)

    def arrival_on_return(self, one: Person, now: float) -> float:
        """Return from when somebody who comes back waits: behind the next three of their kind."""
        same = sorted(
            other.arrival
            for other in self.waiting()
            if (other.lane, other.segment) == (one.lane, one.segment) and other.only_at is None
        )
        behind = same[:BEHIND][-1] + SMALL if same else now
        return max(behind, one.arrival)


def _fits(desk: Desk, one: Person) -> bool:
    has = DEVICES.get(one.lane, set()) <= desk.devices - desk.broken
    if one.only_at is not None:
        return one.only_at == desk.number and has
    return (
        has
        and one.lane in desk.lanes
        and one.language in desk.languages
        and one.needs & NEEDS_AT_COUNTER <= desk.needs
    )
