"""Whatever a reader or a person sends: lines, fields or an MrzError."""

from contextlib import suppress
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.mrz.wire import Mrz, MrzError, compose_mrz, lines_of, parse_mrz, typed_key

OFTEN = settings(max_examples=200)
SIGNS = st.sampled_from("ABCXYZ0129<")
NAMES = st.text(st.sampled_from("ABCDEFG HIJ-'éÖß"), max_size=50)


@given(sent=st.one_of(st.text(max_size=120), st.binary(max_size=120)))
@OFTEN
def test_any_swipe_is_read_or_refused(sent):
    with suppress(MrzError):
        parse_mrz(lines_of(sent), strict=False)


@given(
    lines=st.sampled_from([(2, 44), (2, 36), (3, 30)]).flatmap(
        lambda shape: st.lists(
            st.text(SIGNS, min_size=shape[1], max_size=shape[1]),
            min_size=shape[0],
            max_size=shape[0],
        )
    )
)
@OFTEN
def test_any_lines_of_the_right_length_have_fields(lines):
    mrz = parse_mrz(lines, strict=False)

    assert mrz.born(date(2026, 11, 23)) <= "2026-11-23"


@given(
    kind=st.sampled_from(["TD1", "TD2", "TD3"]),
    number=st.text(st.sampled_from("ABC123"), min_size=1, max_size=9),
    surname=NAMES,
    given_names=NAMES,
    sex=st.sampled_from("MFX"),
    birth=st.dates(date(1930, 1, 1), date(2020, 1, 1)),
)
@OFTEN
def test_what_is_composed_has_right_digits_and_comes_back(
    kind, number, surname, given_names, sex, birth
):
    mrz = Mrz(
        kind=kind,
        document_code="P",
        issuing_state="UTO",
        document_number=number,
        surname=surname,
        given_names=given_names,
        nationality="UTO",
        birth_date=f"{birth:%y%m%d}",
        sex=sex,
        expiry_date="320415",
    )

    lines = compose_mrz(mrz)
    read = parse_mrz(lines)

    assert (read.document_number, read.birth_date, read.sex) == (number, mrz.birth_date, sex)
    if not read.names_truncated:
        assert compose_mrz(read) == lines


@given(number=st.text(max_size=30), birth=st.text(max_size=12), expiry=st.text(max_size=12))
@OFTEN
def test_anything_typed_is_a_key_or_an_error_with_its_field(number, birth, expiry):
    try:
        field = typed_key(number, birth, expiry, on=date(2026, 11, 23)) and "key"
    except MrzError as error:
        field = error.field

    assert field in ("key", "document_number", "birth_date", "expiry_date")
