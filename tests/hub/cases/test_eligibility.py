"""Five years in a row or ten in all: over permits, leap-safe, whatever trips were made."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cases.eligibility import anniversary, judge, length, months_after
from hub.cases.stays import Stay, read_stays, write_stays, wrong_stays

TODAY = date(2026, 11, 23)


def stay(start: str, end: str, kind: str = "ITAS", ended_by: str = "") -> Stay:
    return Stay(date.fromisoformat(start), date.fromisoformat(end), kind, "N-1", "", ended_by)


def test_five_years_are_full_on_the_day_itself_and_not_a_day_earlier() -> None:
    permits = [stay("2021-11-24", "2027-01-01")]

    assert judge(permits, date(2026, 11, 23)).route == ""
    assert judge(permits, date(2026, 11, 24)).route == "5Y_CONSEC"


@pytest.mark.parametrize(
    ("start", "full"),
    [("2020-02-29", "2025-03-01"), ("2020-03-01", "2025-03-01"), ("2019-02-28", "2024-02-28")],
)
def test_a_leap_day_makes_nobody_wait_longer_or_shorter(start: str, full: str) -> None:
    assert anniversary(date.fromisoformat(start), 5) == date.fromisoformat(full)


def test_a_permit_that_was_converted_goes_on_and_leaving_for_good_ends_the_stay() -> None:
    went_on = [
        stay("2018-01-01", "2022-12-31", ended_by="CONVERTED"),
        stay("2023-01-01", "2028-01-01", "ITAP"),
    ]
    left = [
        stay("2018-01-01", "2022-12-31", ended_by="EPO"),
        stay("2023-01-01", "2028-01-01", "ITAP"),
    ]

    assert judge(went_on, TODAY).route == "5Y_CONSEC"
    assert judge(left, TODAY).route == ""
    assert judge(left, TODAY).since == date(2023, 1, 1)


def test_ten_years_are_the_sum_of_stays_that_each_ended_for_good() -> None:
    permits = [
        stay("2008-01-01", "2012-12-31", ended_by="EPO"),
        stay("2014-01-01", "2018-12-31", ended_by="EPO"),
        stay("2025-01-01", "2027-12-31"),
    ]

    judged = judge(permits, TODAY)

    assert judged.route == "10Y_CUMUL"
    assert judged.cumulative.years == 11
    assert "10 tahun tercapai" in judged.reason.id


def test_a_gap_between_two_permits_is_shown_and_does_not_end_the_stay() -> None:
    permits = [
        stay("2019-01-01", "2022-12-31", ended_by="EXTENDED"),
        stay("2023-01-11", "2028-01-01"),
    ]

    judged = judge(permits, TODAY)

    assert judged.route == "5Y_CONSEC"
    assert [gap.days for gap in judged.gaps] == [10]


def test_a_visit_permit_does_not_count() -> None:
    assert judge([stay("2010-01-01", "2028-01-01", "ITK")], TODAY).cumulative.years == 0


def test_permits_that_overlap_are_named_in_words() -> None:
    wrong = wrong_stays([stay("2018-01-01", "2020-06-30"), stay("2020-06-29", "2022-01-01")], TODAY)

    assert wrong is not None
    assert "bertumpuk" in wrong.id
    assert "2020-06-30" in wrong.en


def test_a_permit_may_begin_on_the_last_day_of_the_one_before_it() -> None:
    assert (
        wrong_stays([stay("2018-01-01", "2020-06-30"), stay("2020-06-30", "2022-01-01")], TODAY)
        is None
    )


@pytest.mark.parametrize(
    ("start", "end"),
    [("2020-01-02", "2020-01-01"), ("2027-01-01", "2028-01-01"), ("1900-01-01", "2020-01-01")],
)
def test_dates_that_cannot_be_are_refused(start: str, end: str) -> None:
    assert wrong_stays([stay(start, end)], TODAY) is not None


days = st.dates(date(1990, 1, 1), date(2026, 1, 1))


@given(days, st.integers(0, 40 * 366))
def test_a_length_is_years_months_and_days_of_the_calendar(start: date, more: int) -> None:
    end = start + timedelta(days=more)

    passed = length(start, end)

    again = months_after(anniversary(start, passed.years), passed.months) + timedelta(passed.days)
    assert again == end
    assert 0 <= passed.months <= 11


@given(st.lists(st.tuples(st.integers(1, 900), st.integers(0, 400)), min_size=1, max_size=8), days)
def test_more_stay_never_makes_less(spans: list[tuple[int, int]], begin: date) -> None:
    permits, start = [], begin
    for long, pause in spans:
        permits.append(Stay(start, start + timedelta(days=long), "ITAS", "", "", "EPO"))
        start = permits[-1].end + timedelta(days=pause + 1)
    filing = permits[-1].end

    sums = [judge(permits[: n + 1], filing).cumulative for n in range(len(permits))]

    assert [(s.years, s.months) for s in sums] == sorted((s.years, s.months) for s in sums)
    assert read_stays(write_stays(permits)) == tuple(sorted(permits))
