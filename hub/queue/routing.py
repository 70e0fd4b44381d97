"""Who is next: pure ranking of the heads of the waiting groups.

A score rises with waiting time, so inside a group (lane, class, language, needs, held for a
counter) the first is always the best: only the heads are candidates. Order of the rules: a wait
over the lane's maximum beats everything, the longest over first; after `in_a_row` limited
(priority) calls at the counter a waiting ticket of another class goes first; then the first rule
of the officer's work profile that fits; then the score; then arrival.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FAR_BEHIND = 1_000


@dataclass(frozen=True, slots=True)
class Preference:
    """A rule of a work profile; what is empty fits everything."""

    lane: str = ""
    segment: str = ""
    language: str = ""
    need: str = ""
    over: timedelta = timedelta(0)

    def fits(self, head: Head, waited: timedelta) -> bool:
        """Return whether `head`, having waited that long, goes first by this rule."""
        return (
            self.lane in ("", head.lane)
            and self.segment in ("", head.segment)
            and self.language in ("", head.language)
            and (not self.need or self.need in head.needed.split())
            and (not self.over or waited > self.over)
        )


@dataclass(frozen=True, slots=True)
class RoutingRules:
    """An office's rules: points by class, points a minute, lane weights, maxima, and the ratio."""

    points: Mapping[str, float]
    limited: frozenset[str]
    points_per_minute: float
    in_a_row: int
    max_wait: Mapping[str, timedelta]
    weight: Mapping[str, float] = field(default_factory=dict)
    preferences: tuple[Preference, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The first waiting ticket of one group; `needed` are the needs a counter must answer."""

    ticket: str
    number: str
    lane: str
    segment: str
    arrived_at: datetime
    language: str = ""
    needed: str = ""
    held_for: int = 0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A head with its waiting time, score, the rule that placed it, and its place in a profile.

    `streak` is how many limited calls in a row the counter has made before this one.
    """

    head: Head
    waited: timedelta
    score: float
    rule: str
    streak: int
    preference: int = FAR_BEHIND


def rank(heads: Sequence[Head], rules: RoutingRules, *, streak: int, at: datetime) -> list[Ranked]:
    """Return the heads, the next to be called first; equal ones by arrival, then id."""
    others_wait = any(head.segment not in rules.limited and head.arrived_at <= at for head in heads)
    yields = streak >= rules.in_a_row and others_wait
    ranked = [_rate(head, rules, streak, at, yields=yields) for head in heads]
    return sorted(ranked, key=lambda one: _order(one, rules))


def arrival_of(booked: datetime, at: datetime, grace: timedelta) -> datetime:
    """Return from when a person with an appointment waits: the booked time, or `at` if late."""
    return booked if at <= booked + grace else at


def _rate(head: Head, rules: RoutingRules, streak: int, at: datetime, *, yields: bool) -> Ranked:
    # negative before a booked time: who is early goes behind everybody who already waits
    waited = at - head.arrived_at
    slope = rules.points_per_minute * rules.weight.get(head.lane, 1.0)
    points = waited.total_seconds() / 60 * slope + rules.points.get(head.segment, 0.0)
    maximum = rules.max_wait.get(head.lane)
    place = _preference(head, rules, waited)
    if maximum is not None and waited > maximum:
        rule = "over_maximum"
    elif head.segment in rules.limited:
        rule = "yields" if yields else "priority"
    elif yields:
        rule = "ratio"
    else:
        rule = "longest"
    if place != FAR_BEHIND and rule in ("longest", "priority"):
        rule = "profile"
    # equal to a millisecond is equal: then arrival decides, not the last bit of a float
    return Ranked(head, max(waited, timedelta(0)), round(points, 5), rule, streak, place)


def _preference(head: Head, rules: RoutingRules, waited: timedelta) -> int:
    for place, preference in enumerate(rules.preferences):
        if preference.fits(head, waited):
            return place
    return FAR_BEHIND


def _order(one: Ranked, rules: RoutingRules) -> tuple[int, float, float, datetime, str]:
    if one.rule == "over_maximum":
        over = one.waited - rules.max_wait[one.head.lane]
        return 0, 0, -over.total_seconds(), one.head.arrived_at, one.head.ticket
    place = 2 if one.rule == "yields" else 1
    return place, one.preference, -one.score, one.head.arrived_at, one.head.ticket
