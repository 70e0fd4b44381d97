"""Dates as officers type them."""

from datetime import datetime

import pytest

from hub.web.typed_dates import day_first, iso_date, typed_moment


@pytest.mark.parametrize(
    "typed", ["15-04-2032", "15/4/2032", "15.04.2032", "15 4 2032", "15042032", "2032-04-15"]
)
def test_every_way_to_write_a_day_is_the_same_day(typed: str) -> None:
    assert iso_date(typed) == "2032-04-15"


@pytest.mark.parametrize(
    "typed", ["04/15/2032", "31-02-2030", "yesterday", "15-04-32", "١٥-٠٤-٢٠٣٢", ""]
)
def test_what_is_no_day_is_left_for_the_judge(typed: str) -> None:
    assert iso_date(typed) == typed


def test_a_birth_date_may_lack_its_day_or_month() -> None:
    assert iso_date("04-1974") == "1974-04"
    assert iso_date("1974") == "1974"


@pytest.mark.parametrize("value", ["2032-04-15", "1974-04", "1974", ""])
def test_a_shown_date_is_read_back_as_it_was(value: str) -> None:
    assert iso_date(day_first(value)) == value


@pytest.mark.parametrize("clock", ["8.30", "08:30", "08 30", "0830"])
def test_a_day_and_a_time_are_typed_beside_each_other(clock: str) -> None:
    assert typed_moment("15-04-2032", clock) == datetime(2032, 4, 15, 8, 30)  # noqa: DTZ001


HALVES = [
    ("15-04-2032", ""), ("", "8.30"), ("15-04-2032", "25.70"), ("31-02-2032", "8.30"),
    ("04-2032", "8.30"),
]  # fmt: skip


@pytest.mark.parametrize(("day", "clock"), HALVES)
def test_half_a_moment_is_none(day: str, clock: str) -> None:
    with pytest.raises(ValueError, match=r"time of day|isoformat|hour"):
        typed_moment(day, clock)


def test_nothing_typed_is_no_moment() -> None:
    assert typed_moment("", "") is None
