"""How long people wait from here on: the queue played to its end many times with drawn times.

Pure: a picture of the queue and learned service times in, a table of ranges out. Counters call as
the queue does, roughly: who is over the lane's limit first, else by weight, class and waiting.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from hub.forecast.service_times import Kind, ServiceTimes
from hub.office import OfficeConfig
from hub.tickets.rest_of_day import Breaks

RUNS = 40
PLACES_BEYOND = 30
LOW, HIGH = 0.10, 0.90
"""The range covers eight of ten waits, if what was learned holds today."""
DAY_SPREAD = 0.10
"""How much a day's pace differs from the learned one, as standard deviation of its logarithm."""
ROUND_FROM_MIN, ROUND_TO_MIN = 30, 5
NARROWEST_MIN = 2


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits: the kind, since how many seconds, the head start of their class."""

    kind: Kind
    waited_s: float
    bonus_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter: its lanes, free in how many seconds, or busy with a kind since when.

    While it is `away`, (from, to) seconds ahead and in order, it calls nobody: its lanes' breaks
    and its planned pauses. Who was called before is served to the end.
    """

    number: int
    lanes: tuple[str, ...]
    busy_with: Kind | None = None
    busy_s: float = 0.0
    opens_in_s: float = 0.0
    away: Breaks = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """The queue at one moment, in the order of arrival."""

    waiting: tuple[Waiting, ...]
    counters: tuple[Counter, ...]


@dataclass(frozen=True, slots=True)
class LaneRules:
    """What the play needs of a lane: its weight, its limit in seconds, the kinds people bring."""

    weight: float
    limit_s: float
    kinds: tuple[Kind, ...]


@dataclass(slots=True)
class _Run:
    """One playing: who is left in each lane, and when each place of one lane began."""

    lanes: dict[str, list[Waiting]]
    heads: dict[str, int] = field(default_factory=dict)
    began: list[float] = field(default_factory=list)


def rules_of(office: OfficeConfig) -> dict[str, LaneRules]:
    """Return what the play needs of every lane."""
    return {
        lane.code: LaneRules(
            lane.weight,
            lane.max_wait_min * 60.0,
            tuple((lane.code, s.code) for s in office.services if s.lane == lane.code)
            or ((lane.code, ""),),
        )
        for lane in office.lanes
    }


def tables(
    picture: Picture, rules: Mapping[str, LaneRules], times: ServiceTimes, *, seed: int = 0
) -> dict[str, list[tuple[int, int]]]:
    """Return, by served lane, the range of minutes for each place."""
    served = {lane for counter in picture.counters for lane in counter.lanes}
    return {
        lane: _lane_table(lane, picture, rules, times, Random(seed))  # noqa: S311 — a simulation
        for lane in rules
        if lane in served
    }


def _lane_table(
    lane: str,
    picture: Picture,
    rules: Mapping[str, LaneRules],
    times: ServiceTimes,
    chance: Random,
) -> list[tuple[int, int]]:
    runs = [_play(lane, picture, rules, times, chance) for _ in range(RUNS)]
    places = min(len(run) for run in runs)
    found: list[tuple[int, int]] = []
    for place in range(places):
        waits = sorted(run[place] for run in runs)
        low, high = minutes_range(_quantile(waits, LOW), _quantile(waits, HIGH))
        before = found[-1] if found else (0, 0)
        found.append((max(low, before[0]), max(high, before[1])))  # nobody gains by standing behind
    return found


def minutes_range(low_s: float, high_s: float) -> tuple[int, int]:
    """Return whole minutes around a range, long ones in steps of five."""
    low, high = math.floor(low_s / 60), math.ceil(high_s / 60)
    if high >= ROUND_FROM_MIN:
        low = low // ROUND_TO_MIN * ROUND_TO_MIN
        high = math.ceil(high / ROUND_TO_MIN) * ROUND_TO_MIN
    return low, max(high, low + NARROWEST_MIN)


def _play(
    lane: str,
    picture: Picture,
    rules: Mapping[str, LaneRules],
    times: ServiceTimes,
    chance: Random,
) -> list[float]:
    """Return when each place of `lane` is called, by the order of arrival."""
    pace = times.pace * math.exp(chance.gauss(0, DAY_SPREAD))
    run = _Run({name: [] for name in rules})
    for one in picture.waiting:
        run.lanes.setdefault(one.kind[0], []).append(one)
    mine = run.lanes[lane]
    kinds = rules[lane].kinds
    mine.extend(Waiting(chance.choice(kinds), 0.0) for _ in range(PLACES_BEYOND))
    run.heads = dict.fromkeys(run.lanes, 0)
    free = list(_free(picture.counters, times, pace, chance))
    heapq.heapify(free)
    while free and run.heads[lane] < len(mine):
        at, place, counter = heapq.heappop(free)
        chosen = _next(run, counter.lanes, rules, at)
        if chosen is None:
            continue  # its other lanes are empty, and nobody new comes in this play
        kind = run.lanes[chosen][run.heads[chosen]].kind
        run.heads[chosen] += 1
        if chosen == lane:
            run.began.append(at)
        again = at + times.of(kind).draw(chance) * pace + times.gap_s
        heapq.heappush(free, (_back(counter, again), place, counter))
    return run.began


def _free(
    counters: Sequence[Counter], times: ServiceTimes, pace: float, chance: Random
) -> Iterator[tuple[float, int, Counter]]:
    for place, one in enumerate(counters):
        free_in = one.opens_in_s
        if one.busy_with is not None:
            whole = times.of(one.busy_with).draw(chance, over=one.busy_s / pace) * pace
            free_in = max(whole - one.busy_s, 0.0) + times.gap_s
        yield _back(one, free_in), place, one


def _back(counter: Counter, free_s: float) -> float:
    """Return when a counter that is free at `free_s` calls: not while it is away."""
    for start, end in counter.away:
        if start <= free_s < end:
            return end
    return free_s


def _next(
    run: _Run, lanes: tuple[str, ...], rules: Mapping[str, LaneRules], at: float
) -> str | None:
    best, best_score = None, -1.0
    for lane in lanes:
        people = run.lanes.get(lane, ())
        head = run.heads.get(lane, 0)
        if head >= len(people):
            continue
        waited = people[head].waited_s + at
        rule = rules[lane]
        score = waited * rule.weight + people[head].bonus_s
        if waited > rule.limit_s:
            score = 1e9 + waited - rule.limit_s
        if score > best_score:
            best, best_score = lane, score
    return best


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
