"""Number, birth and expiry typed by a person."""

from datetime import date

import pytest

from devices.capabilities import MrzKey
from devices.mrz.wire import MrzError, typed_key

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("number", "birth", "expiry"),
    [
        ("L898902C3", "740812", "320415"),
        (" l898902c3 ", "1974-08-12", "2032-04-15"),
        ("L898-902C3", "12-08-1974", "15/04/2032"),
        ("L898902C3<", "12.8.1974", "15.4.2032"),
    ],
)
def test_all_the_ways_to_type_a_date_open_the_same_chip(number, birth, expiry):
    key = typed_key(number, birth, expiry, on=TODAY)

    assert key == MrzKey("L898902C3", "740812", "320415")


def test_a_date_in_six_digits_that_would_be_tomorrow_is_a_century_ago():
    assert typed_key("A1", "261124", "320415", on=TODAY).birth_date == "261124"


@pytest.mark.parametrize(
    ("number", "birth", "expiry", "field", "code"),
    [
        ("", "740812", "320415", "document_number", "number_empty"),
        ("L89?", "740812", "320415", "document_number", "number_signs"),
        ("L" * 23, "740812", "320415", "document_number", "number_length"),
        ("L1", "12 Agustus", "320415", "birth_date", "date_form"),
        ("L1", "1974-02-30", "320415", "birth_date", "date_calendar"),
        ("L1", "740230", "320415", "birth_date", "date_calendar"),
        ("L1", "2026-11-24", "320415", "birth_date", "birth_future"),
        ("L1", "740812", "32041", "expiry_date", "date_form"),
        ("L1", "2000-01-01", "1999-01-01", "expiry_date", "expiry_before_birth"),
    ],
)
def test_what_is_wrong_names_its_field_in_both_languages(number, birth, expiry, field, code):
    with pytest.raises(MrzError) as caught:
        typed_key(number, birth, expiry, on=TODAY)

    assert (caught.value.field, caught.value.code) == (field, code)
    assert caught.value.indonesian
    assert caught.value.english


def test_an_expired_passport_still_has_a_key():
    assert typed_key("L898902C3", "740812", "120415", on=TODAY).expiry_date == "120415"
