from __future__ import annotations

from datetime import date

import pytest

from hub.cekal.records import Entry, country_of, holds, passport_of, related, sex_of


@pytest.mark.parametrize(
    ("written", "code"),
    [("ID", "IDN"), ("IDN", "IDN"), ("Indonesia", "IDN"), ("Tiongkok", "CHN"), ("D", "DEU"),
     ("Germany", "DEU"), ("Jerman", "DEU"), ("", ""), (None, ""), ("XXX", "XXX")],
)  # fmt: skip
def test_a_country_is_known_by_codes_and_names(written: str | None, code: str) -> None:
    assert country_of(written) == code


def test_sexes_and_documents_are_read_as_papers_write_them() -> None:
    assert [sex_of(text) for text in ("L", "P", "female", "X", None)] == ["M", "F", "F", "", ""]
    assert passport_of(" ab o1-23I ") == "AB01231"


def test_passports_of_neighbours_may_belong_to_one_person() -> None:
    assert related("HKG", "CHN")
    assert not related("BRA", "KOR")


def test_an_entry_holds_from_its_first_to_its_last_day() -> None:
    entry = Entry("E", ["X"], valid_from="2026-01-01", valid_to="2026-06-30")

    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1))

    assert [holds(entry, day) for day in days] == [False, True, True, False]
