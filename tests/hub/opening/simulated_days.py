"""An office day played by hand: people come in a morning rush, counters take the longest waiting.

Its service times are not those of the office file: some services are faster, some slower, each
day has a pace of its own, and one in fifty visits takes four times as long.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from hub.forecast.playing import Counter, Picture, Waiting, rules_of, tables
from hub.forecast.service_times import Kind, Served, learn
from hub.office import OfficeConfig
from hub.tickets.estimate import estimate_wait

OPEN_S = 4.5 * 3600
LANES = {1: ("information", "stay_permit"), 2: ("stay_permit",), 3: ("citizen_passport",)}
REAL_MINUTES = {"information": 2.5, "stay_permit": 7.0, "citizen_passport": 19.0}
SHARE = {"information": 0.4, "stay_permit": 0.45, "citizen_passport": 0.15}
PEOPLE = 70
ASKED_EVERY = 4


@dataclass(frozen=True, slots=True)
class Day:
    """One day's number and the chance that makes it."""

    number: int
    chance: Random


@dataclass
class Played:
    """What happened: who was served, and each asked estimate beside the wait in minutes."""

    served: list[Served] = field(default_factory=list)
    asked: list[tuple[float, float, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Summary:
    """Bias, mean error (minutes, from the range's middle) and share of waits inside the range."""

    bias_min: float
    error_min: float
    covered: float


@dataclass
class _Person:
    kind: Kind
    came: float
    low: float | None = None
    high: float | None = None


def summary(asked: Sequence[tuple[float, float, float]]) -> Summary:
    errors = [wait - (low + high) / 2 for low, high, wait in asked]
    inside = sum(low <= wait <= high for low, high, wait in asked)
    return Summary(
        round(sum(errors) / len(errors), 2),
        round(sum(map(abs, errors)) / len(errors), 2),
        round(inside / len(asked), 3),
    )


def play_day(
    office: OfficeConfig, day: Day, history: Sequence[Served] | None = None, *, usual: bool = False
) -> Played:
    """Play a day; with `history` or `usual` every fourth person is told a waiting time."""
    chance = day.chance
    pace = math.exp(chance.gauss(0, 0.1))
    people = _people(chance)
    waiting: dict[str, list[_Person]] = {lane: [] for lane in SHARE}
    busy: dict[int, tuple[Kind, float] | None] = dict.fromkeys(LANES)
    played, line = Played(), [(0.0, 1, number) for number in LANES]
    line += [(person.came, 0, place) for place, person in enumerate(people)]
    heapq.heapify(line)
    idle: set[int] = set()
    while line:
        at, what, which = heapq.heappop(line)
        if what == 0:
            person = people[which]
            if which % ASKED_EVERY == 0 and (usual or history is not None):
                person.low, person.high = _told(
                    office, person, waiting, busy, at, [] if usual else history or [], day, played
                )
            waiting[person.kind[0]].append(person)
            if counter := next((n for n in sorted(idle) if person.kind[0] in LANES[n]), None):
                idle.discard(counter)
                heapq.heappush(line, (at, 1, counter))
            continue
        heads = [waiting[lane][0] for lane in LANES[which] if waiting[lane]]
        if not heads:
            idle.add(which)
            busy[which] = None
            continue
        person = min(heads, key=lambda one: one.came)
        waiting[person.kind[0]].remove(person)
        if person.low is not None and person.high is not None:
            played.asked.append((person.low, person.high, (at - person.came) / 60))
        took = _took(chance, person.kind[1]) * pace
        played.served.append(Served(person.kind, which, day.number, at, took))
        busy[which] = (person.kind, at)
        heapq.heappush(line, (at + took + chance.uniform(5, 40), 1, which))
    return played


def measured(
    office: OfficeConfig, day: Day, history: Sequence[Served]
) -> list[tuple[float, float, float]]:
    """Return what was told and what happened; no history: by the office file's minutes."""
    return play_day(office, day, history, usual=not history).asked


def _told(
    office: OfficeConfig,
    person: _Person,
    waiting: dict[str, list[_Person]],
    busy: dict[int, tuple[Kind, float] | None],
    at: float,
    history: Sequence[Served],
    day: Day,
    played: Played,
) -> tuple[float, float]:
    lane = person.kind[0]
    ahead = len(waiting[lane])
    if not history:
        open_now = sum(lane in lanes for lanes in LANES.values())
        usual = estimate_wait(office, lane, ahead=ahead, open_counters=open_now)
        return usual.low_min, usual.high_min
    done_today = [one for one in played.served if one.called_s + one.took_s <= at]
    times = learn(office, [*history, *done_today], today=day.number)
    queue = sorted((one for line in waiting.values() for one in line), key=lambda one: one.came)
    picture = Picture(
        tuple(Waiting(one.kind, at - one.came) for one in queue),
        tuple(
            Counter(n, LANES[n], *(now[0], at - now[1]) if (now := busy[n]) else ()) for n in LANES
        ),
    )
    low, high = tables(picture, rules_of(office), times, seed=int(at))[lane][ahead]
    return low, high


def _people(chance: Random) -> list[_Person]:
    came = sorted(min(abs(chance.gauss(0, OPEN_S / 3)), OPEN_S) for _ in range(PEOPLE))
    kinds = chance.choices(list(SHARE), list(SHARE.values()), k=PEOPLE)
    return [_Person((kind, kind), at) for kind, at in zip(kinds, came, strict=True)]


def _took(chance: Random, service: str) -> float:
    odd = 4.0 if chance.random() < 0.02 else 1.0
    return REAL_MINUTES[service] * 60 * math.exp(chance.gauss(-0.08, 0.4)) * odd
