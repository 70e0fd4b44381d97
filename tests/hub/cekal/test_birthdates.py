from __future__ import annotations

import numpy as np
import pytest

from hub.cekal.birth_terms import Born, born_alike
from hub.cekal.birthdates import NoDate, births_of, check_birth


def relation(asked: str, listed: str) -> Born:
    readings = [(b.year, b.month, b.day) for b in births_of(listed)]
    rows = [*readings, (0, 0, 0), (0, 0, 0)][:2]
    return Born(int(born_alike(births_of(asked), np.array([rows], np.int16))[0]))


@pytest.mark.parametrize(
    ("asked", "listed", "alike"),
    [
        ("1975-03-04", "1975-03-04", Born.SAME_DAY),
        ("1975-04-03", "1975-03-04", Born.SWAPPED),
        ("1975-03-14", "1975-03-04", Born.ONE_DIGIT),
        ("1957-03-04", "1975-03-04", Born.ONE_DIGIT),
        ("1975-03-09", "1975-03-10", Born.ONE_DIGIT),
        ("1975-09-12", "1975-10-12", Born.ONE_DIGIT),
        ("1975-03-29", "1975-03-04", Born.TWO_OF_THREE),
        ("1970-03-04", "1969-03-04", Born.NEAR_YEAR),
        ("2005-03-04", "1995-03-04", Born.NEAR_YEAR),
        ("1971-02-28", "1972-02-29", Born.NEAR_YEAR),
        ("1988-03-04", "1975-03-04", Born.OTHER_YEAR),
        ("1975", "1975-03-04", Born.ONLY_YEAR),
        ("1975-03", "1975-03-04", Born.SAME_MONTH),
        ("1975-03-04", "1975-01-01", Born.PLACEHOLDER),
        ("1975-01-01", "1975-08", Born.PLACEHOLDER),
        ("1975-08", "1975-01-01", Born.PLACEHOLDER),
        ("1975-01-01", "1975-01", Born.SAME_MONTH),
        ("1985-03-04", "1975", Born.NEXT_YEAR_PARTIAL),
        ("1984-07-01", "1982-07-01", Born.NEXT_YEAR_PARTIAL),
        ("1970-01-01", "1960-01-01", Born.FAR),
        ("1975-00-00", "1975-03-04", Born.ONLY_YEAR),
        ("1975-03-04", "1975-11-27", Born.SAME_YEAR),
        ("1976", "1975-03-04", Born.NEXT_YEAR_PARTIAL),
        ("1940-05-05", "1975-11-27", Born.FAR),
        ("2518-03-04", "1975-03-04", Born.CONVERTED_DAY),
        ("064-03-04", "1975-03-04", Born.CONVERTED_DAY),
        ("1354-12-13", "1976-03-03", Born.CONVERTED_DAY),
        ("1976-03-03", "1354-12-13", Born.SAME_DAY),
        ("1395-05-01", "1975-05-12", Born.CONVERTED_DAY),
        ("1395", "1975-05-12", Born.ONLY_YEAR),
        ("1395", "1976-05-12", Born.CONVERTED_YEAR),
        ("04/03/1975", "1975-03-04", Born.SAME_DAY),
        ("4 Mei 1975", "1975-05-04", Born.SAME_DAY),
        ("04-OKT-1975", "1975-10-04", Born.SAME_DAY),
        ("04AUG1975", "1975-08-04", Born.SAME_DAY),
        ("March 4, 1975", "1975-03-04", Born.SAME_DAY),
        ("Desember 1975", "1975-12-04", Born.SAME_MONTH),
        ("19750304", "1975-03-04", Born.SAME_DAY),
        ("04031975", "1975-03-04", Born.SAME_DAY),
        ("XX/XX/1975", "1975-03-04", Born.ONLY_YEAR),
        ("??-03-1975", "1975-03-04", Born.SAME_MONTH),
        ("circa 1975", "1975-03-04", Born.ONLY_YEAR),
        ("", "1975-05-12", Born.UNKNOWN),
        ("1975-05-12", "", Born.UNKNOWN),
    ],
)
def test_dates_agree_in_the_most_telling_way(asked: str, listed: str, alike: Born) -> None:
    assert relation(asked, listed) is alike


@pytest.mark.parametrize(
    "wrong",
    [
        "0000-00-00",
        "1975-02-31",
        "1975-13-40",
        "75-03-04",
        "soon",
        "1975-3-4x",
        "0976-01-01",
        "4 Foo 1975",
        "19753404",
    ],
)
def test_what_is_no_date_is_refused_with_its_reason(wrong: str) -> None:
    with pytest.raises(NoDate, match="/"):
        check_birth(wrong)


@pytest.mark.parametrize(
    "good", ["1975", "1975-03", "1975-03-04", "1975-00-00", "2518-03-04", "1354-12-29"]
)
def test_partial_dates_and_other_calendars_are_dates(good: str) -> None:
    assert check_birth(good) == good
