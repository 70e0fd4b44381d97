"""What was typed is judged field by field, with codes and without repeating it."""

from __future__ import annotations

from datetime import date

import pytest

from devices.capabilities import MrzKey, PassportRead
from kiosk import forms
from kiosk.words import LANGUAGES, load_catalogues

TODAY = date(2026, 11, 23)
SPECIMEN = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
)


@pytest.mark.parametrize("typed", ["L898902C3", "l898902c3", "L898902C36"])
def test_a_number_is_taken_with_or_without_its_check_digit(typed: str) -> None:
    assert forms.passport_number(typed) == "L898902C3"


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("number", "", "number_empty"),
        ("number", "L898902C37", "number_check_digit"),
        ("number", "L898902C3666", "number_length"),
        ("number", "Ł8989", "number_signs"),
        ("birth", "1208", "date_form"),
        ("birth", "31021974", "date_calendar"),
        ("birth", "01012027", "birth_future"),
        ("birth", "01011890", "birth_too_old"),
        ("expiry", "11081974", "expiry_before_birth"),
        ("case", "", "case_empty"),
        ("case", "AB", "case_form"),
    ],
)
def test_each_fault_has_its_code_and_its_words_in_every_language(
    field: str, text: str, code: str
) -> None:
    found = forms.fault_of(field, text, on=TODAY, birth="12081974")

    assert found == code
    assert all(words[f"fault.{code}"] for words in load_catalogues().values())
    assert set(load_catalogues()) == set(LANGUAGES)


def test_an_expired_passport_is_no_fault() -> None:
    assert forms.fault_of("expiry", "15042012", on=TODAY, birth="12081974") == ""


def test_a_case_code_is_read_without_dashes() -> None:
    assert forms.case_code("cth-261123-0042-k") == "CTH2611230042K"


def test_the_chip_tells_names_dates_and_files() -> None:
    read = PassportRead(access="BAC", files={"DG1": b"\x61", "SOD": b"\x77"}, mrz=SPECIMEN)

    passport = forms.chip_passport(read, MrzKey("L898902C3", "740812", "120415"), on=TODAY)

    assert passport.source == "chip"
    assert (passport.surname, passport.given_names) == ("ERIKSSON", "ANNA MARIA")
    assert (passport.birth_date, passport.expiry_date) == ("1974-08-12", "2012-04-15")
    assert passport.chip is not None
    assert passport.chip.files == {"DG1": b"\x61", "SOD": b"\x77"}


def test_a_chip_without_a_readable_zone_is_said_to_be_unreadable() -> None:
    read = PassportRead(access="BAC", files={}, mrz="P<UTO")

    with pytest.raises(forms.FormFault) as caught:
        forms.chip_passport(read, MrzKey("L898902C3", "740812", "120415"), on=TODAY)

    assert caught.value.code == "passport_unreadable"


def test_a_chip_of_a_foreign_scheme_is_not_called_broken() -> None:
    with pytest.raises(forms.FormFault) as caught:
        forms.chip_passport(
            PassportRead(access="", files={}), MrzKey("L898902C3", "740812", "120415"), on=TODAY
        )

    assert caught.value.code == "passport_unsupported"


def test_dates_are_grouped_while_they_are_typed() -> None:
    assert [forms.grouped_date(text) for text in ("", "1", "1208", "12081974")] == [
        "",
        "1",
        "12 / 08",
        "12 / 08 / 1974",
    ]
