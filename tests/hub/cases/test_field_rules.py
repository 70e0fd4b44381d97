"""What a value of the person may be, and what sources really say differently."""

from __future__ import annotations

from datetime import date

import pytest

from hub.cases.compare import differ, pieces
from hub.cases.countries import CODES, state_name
from hub.cases.doubts import About, arising
from hub.cases.field_rules import clean, fault, faults_between, nik_birth
from hub.cases.field_words import in_words
from hub.cases.persons import Person
from hub.office import load_office
from hub.sop import load_sop

SOP = load_sop()
OFFICE = load_office()
TODAY = date(2026, 11, 23)


def judged(field: str, text: str) -> bool:
    rule = SOP.field(field)
    assert rule is not None
    return fault(rule, clean(rule, text), TODAY) is None


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("nationality", "d"), ("nationality", "XXA"), ("nationality", "GBD"),
        ("nik", "3171 0152 0874 0001"), ("npwp", "01.234.567.8-901.000"), ("phone", "0812-345-678"),
        ("birth_date", "1974"), ("birth_date", "1974-08"), ("passport_number", "L898902C3"),
        ("email", "anna@contoh.example"), ("full_name", "Ånna Mária Eriksson"),
        ("full_name", "Suharto"),
        ("niora", "AB12345"), ("postcode", "10110"), ("permit_number", "x"),
        ("surname", "ERIKSSON<ANNA"),
        ("guarantor_nib", "1234567890123"), ("passport_expiry", "2032-04-15"),
    ],
)  # fmt: skip
def test_a_value_that_can_be(field: str, text: str) -> None:
    assert judged(field, text)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("nationality", "ZZZ"), ("nationality", "DE"), ("nik", "317101520874000"),
        ("nik", "3171013213740001"), ("nik", "3171015208740000"), ("npwp", "123"), ("phone", "62"),
        ("birth_date", "2027-01-01"), ("birth_date", "2026-02-30"), ("passport_number", "L89/90"),
        ("email", "anna@"), ("full_name", "123"), ("full_name", "a" * 151), ("niora", "A1"),
        ("postcode", "1011"), ("surname", "ÉRIKSSON"), ("guarantor_nib", "12"), ("sex", "W"),
        ("passport_expiry", "2099-01-01"), ("full_name", "Anna\x07"), ("permit_type", "ITK"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be(field: str, text: str) -> None:
    assert not judged(field, text)


def test_a_number_is_kept_as_its_document_has_it() -> None:
    rules = {name: SOP.field(name) for name in ("npwp", "phone", "nationality", "full_name")}
    assert all(rules.values())

    kept = {
        "npwp": clean(rules["npwp"], "01.234.567.8-901.000"),
        "phone": clean(rules["phone"], "0812 345 678"),
        "nationality": clean(rules["nationality"], "aus"),
        "full_name": clean(rules["full_name"], "A\u030anna"),
    }

    assert kept == {
        "npwp": "012345678901000", "phone": "+62812345678", "nationality": "AUS",
        "full_name": "Ånna",
    }  # fmt: skip


def test_a_womans_identity_number_carries_forty_more_in_its_day() -> None:
    assert nik_birth("3171015208740001") == (12, 8, 74, "F")
    assert nik_birth("3171011208740001") == (12, 8, 74, "M")
    assert nik_birth("3171017208740001") is None


def test_the_guarantor_is_not_the_applicant_and_somebody_can_be_reached() -> None:
    assert set(faults_between({"nik": "1", "guarantor_nik": "1"})) == {"guarantor_nik", "phone"}
    assert faults_between({"email": "a@b.example"}) == {}


@pytest.mark.parametrize(
    ("field", "one", "other", "really"),
    [
        ("given_names", "ANNA MARIA", "ANA MARIA", True),
        ("given_names", "ANNA-MARIA", "ANNA MARIA", False),
        ("surname", "MÜLLER", "MUELLER", False),
        ("full_name", "ANNA ERIKSSON", "ERIKSSON ANNA", False),
        (
            "surname",
            "PAPANDROPOULOS KONSTANTINIDIS",
            "PAPANDROPOULOS KONSTANTINIDISMARTINEZ",
            False,
        ),
        ("passport_number", "L898902C3", "L898902C3<", False),
        ("passport_number", "L8989O2C3", "L898902C3", True),
        ("birth_date", "1974", "1974-08-12", False),
        ("birth_date", "1974-08-12", "1974-12-08", True),
        ("sex", "F", "", False),
    ],
)
def test_what_counts_as_a_difference(field: str, one: str, other: str, really: bool) -> None:
    assert differ(field, one, other) is really
    assert differ(field, other, one) is really


def test_a_missing_letter_is_shown_where_it_is_missing() -> None:
    found = [(piece.kind, piece.text) for piece in pieces("ANNA MARIA", "ANA MARIA")]

    assert ("gap", "N") in found
    assert "".join(text for kind, text in found if kind != "gap") == "ANA MARIA"


@pytest.mark.parametrize(
    ("field", "value", "indonesian", "english"),
    [
        ("sex", "F", "Perempuan (F)", "Female (F)"),
        ("nationality", "SWE", "SWE · Swedia", "SWE · Sweden"),
        ("nationality", "D", "D · Jerman", "D · Germany"),
        ("permit_type", "ITAP", "Izin Tinggal Tetap (ITAP)", "Permanent stay permit"),
        ("surname", "ERIKSSON", "ERIKSSON", "ERIKSSON"),
        ("nationality", "QQQ", "QQQ", "QQQ"),
    ],
)
def test_a_code_is_read_with_what_it_stands_for(field, value, indonesian, english) -> None:
    words = in_words(SOP.field(field), value)

    assert (words.id, words.en) == (indonesian, english)


def test_every_code_of_a_passport_has_a_name_in_both_languages() -> None:
    names = {code: state_name(code) for code in CODES}

    assert [code for code, name in names.items() if not (name and name.id and name.en)] == []


@pytest.mark.parametrize(
    ("whole", "surname", "given", "doubted"),
    [
        ("ANNA MARIA ERIKSSON", "ERIKSSON", "ANNA MARIA", False),
        ("Eriksson Anna María", "ERIKSSON", "ANNA MARIA", False),
        ("ANNA MARIA ERIKSSON", "BERGSTROM", "ANNA MARIA", True),
        ("SUHARTO", "", "SUHARTO", False),
        ("ANNA MARIA ERIKSSON", "", "", False),
    ],
)
def test_a_name_corrected_in_one_place_only_is_doubted(whole, surname, given, doubted) -> None:
    given_by = {"full_name": whole, "surname": surname, "given_names": given}
    person = Person({name: {"officer": text} for name, text in given_by.items()})
    about = About(person, "PEWARGANEGARAAN", "KELUARGA", OFFICE, TODAY)

    codes = {doubt.code for doubt in arising(about)}

    assert ("name_parts" in codes) is doubted
