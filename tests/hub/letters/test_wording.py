"""Dates, money and lengths of stay as papers write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from hub.letters.wording import (
    Stay,
    clock_time,
    indonesian_date,
    rupiah,
    rupiah_in_words,
    stay,
    total_stay,
)


def test_a_date_is_written_in_indonesian() -> None:
    assert indonesian_date(date(2026, 8, 17)) == "17 Agustus 2026"


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("Asia/Jakarta", "10.42 WIB"),
        ("Asia/Makassar", "11.42 WITA"),
        ("Asia/Jayapura", "12.42 WIT"),
    ],
)
def test_an_hour_is_written_as_the_office_clock_shows_it(zone: str, written: str) -> None:
    assert clock_time(datetime(2026, 11, 23, 3, 42, tzinfo=UTC), zone) == written


def test_money_has_dots() -> None:
    assert rupiah(3_000_000) == "Rp 3.000.000"


@pytest.mark.parametrize(
    ("amount", "indonesian", "english"),
    [
        (0, "nol", "zero"),
        (11, "sebelas", "eleven"),
        (1_000, "seribu", "one thousand"),
        (
            1_114_119,
            "satu juta seratus empat belas ribu seratus sembilan belas",
            "one million one hundred fourteen thousand one hundred nineteen",
        ),
        (3_000_000, "tiga juta", "three million"),
        (
            50_260_000,
            "lima puluh juta dua ratus enam puluh ribu",
            "fifty million two hundred sixty thousand",
        ),
    ],
)
def test_money_is_written_in_words(amount: int, indonesian: str, english: str) -> None:
    words = rupiah_in_words(amount)

    assert (words.id, words.en) == (f"{indonesian} rupiah", f"{english} rupiah")


@pytest.mark.parametrize(
    ("start", "end", "long"),
    [
        (date(2019, 6, 2), date(2021, 6, 1), Stay(24)),
        (date(2024, 6, 2), date(2026, 11, 23), Stay(29, 22)),
        (date(2020, 2, 29), date(2021, 2, 27), Stay(12)),
        (date(2026, 1, 31), date(2026, 2, 27), Stay(1)),
        (date(2026, 1, 31), date(2026, 2, 26), Stay(0, 27)),
        (date(2026, 1, 1), date(2026, 1, 1), Stay(0, 1)),
    ],
)
def test_a_stay_counts_both_days_and_holds_in_leap_years(
    start: date, end: date, long: Stay
) -> None:
    assert stay(start, end) == long


def test_left_over_days_of_separate_stays_become_months() -> None:
    assert total_stay([Stay(12, 20), Stay(3, 15)]) == Stay(16, 5)


def test_a_stay_is_short_in_a_table() -> None:
    assert Stay(29, 22).short == "2 th 5 bl"
    assert Stay(0, 9).short == "9 hr"
