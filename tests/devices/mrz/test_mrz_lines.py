"""The zones printed in ICAO 9303-4, -5 and -6, and what goes wrong with them at a counter."""

from dataclasses import replace
from datetime import date

import pytest

from devices.mrz.wire import (
    Mrz,
    MrzError,
    check_digit,
    chip_key,
    compose_mrz,
    lines_of,
    parse_mrz,
)

TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
TD1 = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(("text", "digit"), [("520727", "3"), ("AB2134<<<", "5"), ("", "0")])
def test_the_check_digits_printed_in_doc_9303_come_out(text, digit):
    assert check_digit(text) == digit


def test_the_passport_specimen_is_read_whole():
    mrz = parse_mrz(TD3)

    assert mrz == Mrz(
        kind="TD3",
        document_code="P",
        issuing_state="UTO",
        document_number="L898902C3",
        surname="ERIKSSON",
        given_names="ANNA MARIA",
        nationality="UTO",
        birth_date="740812",
        sex="F",
        expiry_date="120415",
        optional_data="ZE184226B",
    )


@pytest.mark.parametrize("lines", [TD2, TD1])
def test_the_card_specimens_are_read(lines):
    mrz = parse_mrz(lines)

    assert (mrz.document_number, mrz.surname, mrz.given_names) == (
        "D23145890",
        "ERIKSSON",
        "ANNA MARIA",
    )
    assert (mrz.birth_date, mrz.expiry_date, mrz.sex) == ("740812", "120415", "F")


@pytest.mark.parametrize("lines", [TD3, TD2, TD1])
def test_what_was_read_is_written_again_sign_for_sign(lines):
    assert compose_mrz(parse_mrz(lines)) == lines


@pytest.mark.parametrize(
    ("place", "field"),
    [(0, "document_number"), (13, "birth_date"), (21, "expiry_date"), (28, "optional_data")],
)
def test_a_wrong_sign_is_told_with_the_field_it_stands_in(place, field):
    second = TD3[1][:place] + ("4" if TD3[1][place] != "4" else "5") + TD3[1][place + 1 :]

    with pytest.raises(MrzError) as caught:
        parse_mrz((TD3[0], second))

    assert (caught.value.code, caught.value.field) == ("mrz_check_digit", field)
    assert field in parse_mrz((TD3[0], second), strict=False).wrong


def test_two_wrongs_that_hide_from_each_digit_are_found_by_the_last_one():
    swapped = TD3[1][:43] + "1"

    assert parse_mrz((TD3[0], swapped), strict=False).wrong == ("composite",)


def test_an_empty_personal_number_may_have_no_digit():
    mrz = replace(parse_mrz(TD3), optional_data="")
    with_zero = compose_mrz(mrz)
    with_filler = (with_zero[0], with_zero[1][:42] + "<" + with_zero[1][43:])

    assert parse_mrz(with_zero) == mrz
    assert parse_mrz(with_filler) == mrz


def test_a_name_of_one_word_is_a_surname_alone():
    lines = compose_mrz(replace(parse_mrz(TD3), surname="SUHARTO", given_names=""))

    assert lines[0] == "P<UTOSUHARTO".ljust(44, "<")
    assert (parse_mrz(lines).surname, parse_mrz(lines).given_names) == ("SUHARTO", "")


def test_a_long_name_is_cut_to_initials_and_says_so():
    mrz = replace(
        parse_mrz(TD3), surname="PAPANDROPOULOUS", given_names="JONATHON ALEC WARREN TREVOR"
    )

    read = parse_mrz(compose_mrz(mrz))

    assert read.surname == "PAPANDROPOULOUS"
    assert read.given_names.startswith("JONATHON ALEC")
    assert read.names_truncated
    assert not parse_mrz(TD3).names_truncated


def test_a_surname_longer_than_its_line_leaves_room_for_one_letter():
    mrz = replace(parse_mrz(TD3), surname="A" * 60, given_names="BUDI")

    read = parse_mrz(compose_mrz(mrz))

    assert read.given_names == "B"
    assert read.names_truncated


def test_letters_of_other_alphabets_become_their_doc_9303_form():
    mrz = replace(parse_mrz(TD3), surname="Müller-Öztürk", given_names="Jérôme d'Angelo")

    assert compose_mrz(mrz)[0].startswith("P<UTOMUELLER<OEZTUERK<<JEROME<DANGELO<")


def test_a_document_number_of_twelve_signs_runs_into_the_optional_data_of_a_card():
    mrz = replace(parse_mrz(TD1), document_number="D23145890734")

    lines = compose_mrz(mrz)

    assert lines[0] == "I<UTOD23145890<7349<<<<<<<<<<<"
    assert parse_mrz(lines).document_number == "D23145890734"


def test_germany_and_its_citizens_are_one_letter():
    lines = compose_mrz(replace(parse_mrz(TD3), issuing_state="D", nationality="D"))

    assert lines[1][10:13] == "D<<"
    assert parse_mrz(lines).nationality == "D"


def test_an_unspecified_sex_is_x_and_comes_back_as_filler():
    lines = compose_mrz(replace(parse_mrz(TD3), sex="X"))

    assert lines[1][20] == "<"
    assert parse_mrz(lines).sex == "X"


@pytest.mark.parametrize(
    ("birth", "whole"),
    [
        ("740812", "1974-08-12"),
        ("261123", "2026-11-23"),
        ("261124", "1926-11-24"),
        ("7408<<", "1974-08"),
        ("74<<<<", "1974"),
        ("<<<<<<", ""),
    ],
)
def test_nobody_is_born_tomorrow_and_unknown_days_stay_unknown(birth, whole):
    mrz = parse_mrz(compose_mrz(replace(parse_mrz(TD3), birth_date=birth)))

    assert mrz.born(TODAY) == whole


def test_an_expiry_is_in_the_century_nearest_to_today():
    mrz = parse_mrz(TD3)

    assert mrz.expires(TODAY) == "2012-04-15"
    assert replace(mrz, expiry_date="700101").expires(TODAY) == "2070-01-01"
    assert replace(mrz, expiry_date="990101").expires(TODAY) == "1999-01-01"


def test_the_key_of_a_chip_is_number_birth_and_expiry():
    key = chip_key(parse_mrz(TD3))

    assert (key.document_number, key.birth_date, key.expiry_date) == (
        "L898902C3",
        "740812",
        "120415",
    )


@pytest.mark.parametrize(
    "sent",
    [
        f"{TD3[0]}\r{TD3[1]}\r",
        f"{TD3[0]}\r\n{TD3[1]}\r\n",
        f"\x01\x5bOU\x020\r{TD3[0]}\r{TD3[1]}\r\x03\x41".encode("ascii"),
        f"\x02{TD3[0]}\r{TD3[1]}\r\x03\x04".encode("ascii"),
        f"\x1b\x02{TD3[0]}\r{TD3[1]}\r\x03",
        f"{TD3[0]}{TD3[1]}",
        f"{TD3[0].lower()}\n{TD3[1].lower()}",
    ],
    ids=["wedge", "crlf", "3M swipe", "DESKO", "escape", "one line", "small letters"],
)
def test_the_line_formats_of_readers_all_become_two_lines(sent):
    assert lines_of(sent) == TD3


def test_a_3m_swipe_of_a_card_has_three_lines():
    sent = b"\x01\x5cOU\x020" + "\r".join(TD1).encode() + b"\r\x03\x7f"

    assert lines_of(sent) == TD1


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (f"{TD3[0]}\r{TD3[1][:20]}_{TD3[1][21:]}\r", "mrz_unread"),
        (f"{TD3[0]}\r{TD3[1][:30]}\r", "mrz_length"),
        (f"{TD3[0]}\r{TD3[1][:20]}?{TD3[1][21:]}\r", "mrz_letters"),
        ("", "mrz_length"),
    ],
)
def test_a_bad_swipe_says_what_to_do(sent, code):
    with pytest.raises(MrzError) as caught:
        lines_of(sent)

    assert caught.value.code == code
    assert " / " in str(caught.value)
    assert "ERIKSSON" not in str(caught.value)


def test_signs_between_hyphens_do_not_part_a_name():
    mrz = replace(parse_mrz(TD3), surname="A-'-B", given_names="C")

    assert compose_mrz(mrz)[0].startswith("P<UTOA<B<<C<")


@pytest.mark.parametrize(
    "code",
    ["XXA", "XXB", "XXC", "XXX", "UNO", "UNA", "UNK", "XOM", "XPO", "XBA", "XIM", "XCC", "XCE",
     "XCO", "XEC", "XES", "XMP", "XDC", "EUE", "RKS", "GBD", "GBN", "GBO", "GBP", "GBS", "D"],
)  # fmt: skip
def test_the_nationality_codes_of_icaos_own_are_read_and_written(code):
    """Stateless persons, refugees, organisations: 9303-3 part 5 beyond ISO 3166."""
    mrz = replace(parse_mrz(TD3), nationality=code, issuing_state=code)

    read = parse_mrz(compose_mrz(mrz))

    assert (read.nationality, read.issuing_state, read.wrong) == (code, code, ())
