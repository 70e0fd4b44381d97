"""Who is next: pure ranking of the heads of the waiting groups.

A score rises with waiting time, so inside a (lane, segment) group the first is always the best:
only the heads are candidates. Order of the rules: a wait over the lane's maximum beats everything;
after `priority_in_a_row` priority calls a waiting general ticket goes first; then the score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class RoutingRules:
    """An office's rules: points of a priority ticket, points a minute, maxima, and the ratio."""

    priority_points: float
    points_per_minute: float
    priority_in_a_row: int
    max_wait: Mapping[str, timedelta]


@dataclass(frozen=True, slots=True)
class Head:
    """The first waiting ticket of one group."""

    ticket: str
    number: str
    lane: str
    segment: str
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class Ranked:
    """A head with its waiting time, score, and the rule that placed it."""

    head: Head
    waited: timedelta
    score: float
    rule: str


def rank(
    heads: Sequence[Head], rules: RoutingRules, *, priority_streak: int, at: datetime
) -> list[Ranked]:
    """Return the heads, the next to be called first; equal ones by arrival, then id."""
    general_waits = any(head.segment != PRIORITY for head in heads)
    yields = priority_streak >= rules.priority_in_a_row and general_waits
    ranked = [_rate(head, rules, at, yields=yields) for head in heads]
    return sorted(ranked, key=lambda one: _order(one, rules))


def _rate(head: Head, rules: RoutingRules, at: datetime, *, yields: bool) -> Ranked:
    waited = max(at - head.arrived_at, timedelta(0))
    minutes = waited.total_seconds() / 60
    points = minutes * rules.points_per_minute
    if head.segment == PRIORITY:
        points += rules.priority_points
    return Ranked(head, waited, round(points, 3), _rule(head, rules, waited, yields=yields))


def _rule(head: Head, rules: RoutingRules, waited: timedelta, *, yields: bool) -> str:
    maximum = rules.max_wait.get(head.lane)
    if maximum is not None and waited > maximum:
        return "over_maximum"
    if head.segment == PRIORITY:
        return "yields" if yields else "priority"
    return "ratio" if yields else "longest"


def _order(one: Ranked, rules: RoutingRules) -> tuple[int, float, datetime, str]:
    if one.rule == "over_maximum":
        over = one.waited - rules.max_wait[one.head.lane]
        return 0, -over.total_seconds(), one.head.arrived_at, one.head.ticket
    place = 2 if one.rule == "yields" else 1
    return place, -one.score, one.head.arrived_at, one.head.ticket
