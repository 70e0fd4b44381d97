"""How long services take, learned from finished tickets, robust against few and odd ones.

A kind is (lane, service). Its times are the sorted durations from call to finish; few of them are
mixed with the usual minutes of the office file, and what is far out is cut.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from statistics import NormalDist, median

from hub.office import OfficeConfig
from hub.tickets.estimate import lane_minutes

Kind = tuple[str, str]

NEEDED = 8
"""Fewer finished tickets than this say nothing."""
PRIOR_WEIGHT = 12
"""The office file's minutes count as much as this many finished tickets."""
KEPT = 400
LONGEST_S = 4 * 3600
LONGEST_GAP_S = 180.0
USUAL_GAP_S = 15.0
PRIOR_SPREAD = 0.45
"""Standard deviation of the logarithm: services of an office vary by a half up and a third down."""
PRIOR_POINTS = 40
PACE_WEIGHT = 10
SLOWEST, FASTEST = 1.7, 0.6


@dataclass(frozen=True, slots=True)
class Served:
    """A finished ticket: its kind, counter, day (any number that orders days), start and length."""

    kind: Kind
    counter: int
    day: int
    called_s: float
    took_s: float


@dataclass(frozen=True, slots=True)
class Times:
    """The durations of one kind, sorted, and how likely the next one is learned, not usual."""

    learned: tuple[float, ...]
    usual: tuple[float, ...]
    share_learned: float

    def draw(self, chance: Random, *, over: float = 0.0) -> float:
        """Return a duration longer than `over`, which has already passed."""
        known = self.learned if chance.random() < self.share_learned else self.usual
        start = bisect_right(known, over)
        if start == len(known):
            return over + 60.0 + 0.25 * over  # longer than any known one: some time more
        return known[chance.randrange(start, len(known))]

    @property
    def mean(self) -> float:
        """Return the mean duration in seconds."""
        usual = sum(self.usual) / len(self.usual)
        if not self.learned:
            return usual
        learned = sum(self.learned) / len(self.learned)
        return self.share_learned * learned + (1 - self.share_learned) * usual


@dataclass(frozen=True, slots=True)
class ServiceTimes:
    """What is known of all kinds, the pause between two tickets, and how today compares."""

    by_kind: Mapping[Kind, Times]
    by_lane: Mapping[str, Times]
    gap_s: float = USUAL_GAP_S
    pace: float = 1.0

    def of(self, kind: Kind) -> Times:
        """Return the times of a kind; of its lane when the kind is not known."""
        return self.by_kind.get(kind) or self.by_lane[kind[0]]


def learn(office: OfficeConfig, history: Iterable[Served], *, today: int) -> ServiceTimes:
    """Return what the history says; with none, the office file's minutes. Newest days count."""
    newest = sorted(history, key=lambda one: (one.day, one.called_s), reverse=True)
    by_kind: dict[Kind, list[float]] = {}
    by_lane: dict[str, list[float]] = {}
    for one in newest:
        if 0 < one.took_s <= LONGEST_S:
            by_kind.setdefault(one.kind, []).append(one.took_s)
            by_lane.setdefault(one.kind[0], []).append(one.took_s)
    kinds = {(service.lane, service.code): service.minutes for service in office.services}
    known = ServiceTimes(
        {kind: _times(by_kind.get(kind, ()), minutes) for kind, minutes in kinds.items()}
        | {
            kind: _times(found, lane_minutes(office, kind[0]))
            for kind, found in by_kind.items()
            if kind not in kinds
        },
        {
            lane.code: _times(by_lane.get(lane.code, ()), lane_minutes(office, lane.code))
            for lane in office.lanes
        },
        _gap(newest),
    )
    return ServiceTimes(known.by_kind, known.by_lane, known.gap_s, _pace(known, newest, today))


def _times(found: Iterable[float], minutes: float) -> Times:
    kept = sorted(list(found)[:KEPT])
    usual = _usual(minutes * 60)
    if len(kept) < NEEDED:
        return Times((), usual, 0.0)
    cut = len(kept) // 100 + (len(kept) >= 20)  # the far ends: forgotten tickets, wrong keys
    inner = kept[cut : len(kept) - cut]
    return Times(tuple(inner), usual, len(kept) / (len(kept) + PRIOR_WEIGHT))


def _usual(mean_s: float) -> tuple[float, ...]:
    """Return points of a log-normal distribution with this mean."""
    middle = math.log(mean_s) - PRIOR_SPREAD**2 / 2
    normal = NormalDist(middle, PRIOR_SPREAD)
    return tuple(
        math.exp(normal.inv_cdf((place + 0.5) / PRIOR_POINTS)) for place in range(PRIOR_POINTS)
    )


def _gap(newest: list[Served]) -> float:
    """Return the usual pause between two tickets of a busy counter."""
    at_counter: dict[tuple[int, int], list[Served]] = {}
    for one in newest:
        at_counter.setdefault((one.day, one.counter), []).append(one)
    gaps = []
    for calls in at_counter.values():
        in_order = calls[::-1]
        for before, after in pairwise(in_order):
            gap = after.called_s - before.called_s - before.took_s
            if 0 <= gap <= LONGEST_GAP_S:
                gaps.append(gap)
    return median(gaps) if len(gaps) >= NEEDED else USUAL_GAP_S


def _pace(known: ServiceTimes, newest: list[Served], today: int) -> float:
    """Return how much slower than usual today goes; few tickets say little."""
    ratios = [
        min(one.took_s / known.of(one.kind).mean, 5.0)
        for one in newest
        if one.day == today and 0 < one.took_s <= LONGEST_S
    ]
    pace = (sum(ratios) + PACE_WEIGHT) / (len(ratios) + PACE_WEIGHT)
    return min(max(pace, FASTEST), SLOWEST)
