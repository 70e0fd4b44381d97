"""Ranking of heads by the rules, without a database; and by hypothesis, what always holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.queue.routing import Head, Preference, RoutingRules, arrival_of, rank

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
RULES = RoutingRules(
    points={"general": 0, "priority": 15},
    limited=frozenset({"priority"}),
    points_per_minute=1.0,
    in_a_row=2,
    max_wait={"a": timedelta(minutes=45), "b": timedelta(minutes=20)},
    weight={"a": 1.0, "b": 2.0},
)


def head(name: str, minutes: float, lane: str = "a", segment: str = "general", **more) -> Head:
    return Head(name, name, lane, segment, NOON - timedelta(minutes=minutes), **more)


def order(heads: list[Head], rules: RoutingRules = RULES, streak: int = 0) -> list[str]:
    return [one.head.ticket for one in rank(heads, rules, streak=streak, at=NOON)]


def test_the_score_is_waiting_by_weight_plus_the_head_start_of_the_class() -> None:
    assert order([head("x", 14), head("y", 8, lane="b"), head("z", 2, segment="priority")]) == [
        "z", "y", "x",
    ]  # fmt: skip


def test_the_longest_over_its_maximum_goes_first_whatever_its_score() -> None:
    heads = [head("x", 50), head("y", 27, lane="b"), head("z", 40, segment="priority")]

    assert order(heads) == ["y", "x", "z"]


def test_the_ratio_gives_way_to_another_class_and_not_over_a_maximum() -> None:
    waiting = [head("p", 10, segment="priority"), head("g", 1)]
    over = [head("p", 46, segment="priority"), head("g", 1)]

    assert order(waiting, streak=1) == ["p", "g"]
    assert order(waiting, streak=2) == ["g", "p"]
    assert order(over, streak=2) == ["p", "g"]


def test_with_nobody_else_the_ratio_holds_nobody_back() -> None:
    assert order([head("p", 10, segment="priority")], streak=7) == ["p"]


def test_somebody_booked_for_later_is_no_reason_to_give_way() -> None:
    early = head("booked", -10)

    assert order([head("p", 1, segment="priority"), early], streak=2) == ["p", "booked"]


def test_a_profile_goes_before_the_score_by_its_first_fitting_rule() -> None:
    rules = RoutingRules(
        **{name: getattr(RULES, name) for name in RULES.__slots__ if name != "preferences"},
        preferences=(
            Preference(lane="b", over=timedelta(minutes=5)),
            Preference(language="en"),
        ),
    )
    heads = [head("x", 40), head("e", 1, language="en"), head("b", 4, lane="b")]

    assert order(heads, rules) == ["e", "x", "b"]
    assert order([*heads, head("c", 6, lane="b")], rules) == ["c", "e", "x", "b"]


def test_an_appointment_counts_from_its_time_and_a_late_one_from_its_coming() -> None:
    grace = timedelta(minutes=10)
    booked = NOON

    assert arrival_of(booked, booked - timedelta(minutes=20), grace) == booked
    assert arrival_of(booked, booked + grace, grace) == booked
    late = booked + grace + timedelta(seconds=1)
    assert arrival_of(booked, late, grace) == late


heads_of_groups = st.lists(
    st.builds(
        head,
        st.uuids().map(str),
        st.integers(-30, 120),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["general", "priority"]),
    ),
    min_size=1,
    max_size=12,
)


@given(heads_of_groups, st.integers(0, 4))
def test_the_first_is_over_its_maximum_if_anybody_is(heads: list[Head], streak: int) -> None:
    over = {one.ticket: NOON - one.arrived_at - RULES.max_wait[one.lane] for one in heads}

    first = rank(heads, RULES, streak=streak, at=NOON)[0]

    longest = max(over.values())
    if longest > timedelta(0):
        assert over[first.head.ticket] == longest


@given(heads_of_groups, st.integers(2, 4))
def test_a_limited_one_is_first_only_over_its_maximum_or_alone(
    heads: list[Head], streak: int
) -> None:
    first = rank(heads, RULES, streak=streak, at=NOON)[0]

    others = [one for one in heads if one.segment == "general" and one.arrived_at <= NOON]
    if first.head.segment == "priority" and others:
        assert first.rule == "over_maximum"


@given(heads_of_groups, st.integers(0, 4), st.randoms())
def test_the_order_does_not_depend_on_how_the_heads_were_found(
    heads: list[Head], streak: int, chance
) -> None:
    expected = order(heads, streak=streak)
    chance.shuffle(heads)

    assert order(heads, streak=streak) == expected
