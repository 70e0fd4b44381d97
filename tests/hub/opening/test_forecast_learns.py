"""Simulated days: what was learned foretells waits better than the office file's minutes."""

from __future__ import annotations

import math
from random import Random

import pytest
from simulated_days import Day, measured, play_day

from hub.forecast.playing import Counter, Picture, Waiting, minutes_range, rules_of, tables
from hub.forecast.service_times import Served, learn
from hub.office import OfficeConfig, load_office

KIND = ("stay_permit", "stay_permit")


@pytest.fixture(scope="module")
def office() -> OfficeConfig:
    return load_office()


def history(minutes: float, count: int, *, day: int = 1, spread: float = 0.5) -> list[Served]:
    chance = Random(4)
    return [
        Served(KIND, 1, day, n * 3600.0, minutes * 60 * math.exp(chance.gauss(0, spread)))
        for n in range(count)
    ]


def test_few_tickets_say_nothing_and_many_say_nearly_all(office: OfficeConfig) -> None:
    usual = learn(office, [], today=2).of(KIND).mean
    few = learn(office, history(4, 7), today=2).of(KIND).mean
    many = learn(office, history(4, 400), today=2).of(KIND).mean

    assert usual == pytest.approx(12 * 60, rel=0.05)
    assert few == usual
    assert many == pytest.approx(4 * 60 * math.exp(0.125), rel=0.15)


def test_a_ticket_forgotten_at_the_counter_changes_nothing(office: OfficeConfig) -> None:
    plain = learn(office, history(4, 60), today=2).of(KIND).mean
    forgotten = [*history(4, 60), Served(KIND, 1, 1, 0.0, 3.9 * 3600), Served(KIND, 1, 1, 0.0, 9e5)]

    assert learn(office, forgotten, today=2).of(KIND).mean == pytest.approx(plain, rel=0.1)


def test_a_slow_day_is_noticed(office: OfficeConfig) -> None:
    usual_days = history(10, 200)
    slow = usual_days + [Served(KIND, 1, 2, n * 1200.0, 18 * 60) for n in range(30)]

    assert learn(office, usual_days, today=2).pace == 1.0
    assert 1.2 < learn(office, slow, today=2).pace < 1.7


def test_nobody_gains_by_standing_further_behind(office: OfficeConfig) -> None:
    picture = Picture(
        tuple(Waiting(KIND, 60.0 * n) for n in range(20, 0, -1)),
        (Counter(3, ("stay_permit",), KIND, 120.0),),
    )
    [table] = tables(picture, rules_of(office), learn(office, [], today=1)).values()

    assert table == sorted(table)
    assert all(low < high for low, high in table)
    assert len(table) > 20


def test_a_break_is_waited_through(office: OfficeConfig) -> None:
    on, off = Counter(3, ("stay_permit",)), Counter(3, ("stay_permit",), away=((600.0, 4200.0),))
    times = learn(office, [], today=1)
    open_on, paused = (
        tables(Picture((), (one,)), rules_of(office), times)["stay_permit"] for one in (on, off)
    )

    assert paused[0] == open_on[0]
    # the hour, but for what is left of the service that began before it
    assert open_on[20][0] + 45 <= paused[20][0] <= open_on[20][0] + 60


def test_more_counters_mean_shorter_waits(office: OfficeConfig) -> None:
    waiting = tuple(Waiting(KIND, 0.0) for _ in range(12))
    times = learn(office, [], today=1)

    def last(count: int) -> int:
        counters = tuple(Counter(n, ("stay_permit",)) for n in range(1, count + 1))
        return tables(Picture(waiting, counters), rules_of(office), times)["stay_permit"][12][1]

    assert last(4) < last(2) < last(1)


def test_long_ranges_are_said_in_steps_of_five() -> None:
    assert minutes_range(65, 500) == (1, 9)
    assert minutes_range(60 * 22, 60 * 33) == (20, 35)
    assert minutes_range(100, 100) == (1, 3)


def test_learning_beats_the_office_files_minutes(office: OfficeConfig) -> None:
    chance = Random(2026)
    learned_from: list[Served] = []
    for day in range(1, 6):
        learned_from += play_day(office, Day(day, chance)).served
    usual, learned = [], []
    for day in range(6, 9):
        usual += measured(office, Day(day, chance), [])
        learned += measured(office, Day(day, chance), learned_from)

    from simulated_days import summary

    before, after = summary(usual), summary(learned)
    print(f"usual {before}\nlearned {after}")
    assert after.error_min < 0.7 * before.error_min
    assert abs(after.bias_min) < abs(before.bias_min)
    assert after.covered > before.covered
    assert after.covered >= 0.65
