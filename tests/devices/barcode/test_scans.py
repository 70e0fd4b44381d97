import itertools
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.barcode.keys import KeyDecoder, encode_keys
from devices.barcode.wire import END_S, LONGEST, PART_S, Gatherer, Read, Repeats, Scan, Unreadable

TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
FULL_CARD = (
    "IDIDND231458907ABCDEFGHIJKLMNO",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
UNREAD_CARD = ("IDIDND23145_907ABCDEFGHIJKLMNO", *FULL_CARD[1:])
FULL_NAMES = (
    "PPUTO" + "WOLFESCHLEGELSTEINHAUSENBERGERDORFFALTE",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
TD1 = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)


def scans_of(octets: bytes) -> list[Read]:
    gatherer = Gatherer()
    return gatherer.feed(octets, at=0.0) + gatherer.settle(at=END_S * 2)


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"], ids=["CR", "LF", "CRLF"])
@pytest.mark.parametrize(
    ("prefix", "symbology"), [("", ""), ("]Q1", "QR"), ("]C0", "Code 128"), ("]X0", "AIM X")]
)
def test_a_code_is_its_text_whatever_ends_it(end: bytes, prefix: str, symbology: str) -> None:
    sent = f"{prefix}LOKET:R:CTH-261123-0042-K".encode() + end

    assert scans_of(sent * 2) == [Scan("LOKET:R:CTH-261123-0042-K", symbology)] * 2


@pytest.mark.parametrize(
    ("sent", "rows"),
    [
        (b"".join(row.encode() + b"\r" for row in TD3), TD3),
        (b"".join(row.encode() + b"\r\n" for row in TD1), TD1),
        (b"".join(row.encode() + b"\r" for row in FULL_CARD), FULL_CARD),
        (b"".join(row.encode() + b"\r" for row in UNREAD_CARD), UNREAD_CARD),
        (b"".join(row.encode() + b"\r" for row in FULL_NAMES), FULL_NAMES),
        (
            b"\x01\x60OU\x020\r" + b"".join(row.encode() + b"\r" for row in TD3) + b"\x03\x0d",
            TD3,
        ),
        (b"\x01\x60OU\x020" + b"".join(row.encode() + b"\r" for row in TD1) + b"\x03\x01", TD1),
        (b"\x01\x02" + b"".join(row.encode() + b"\r" for row in TD3) + b"\x03\x04", TD3),
    ],
    ids=[
        "wedge",
        "wedge CRLF",
        "no filler",
        "unread",
        "names to the end",
        "3M passport",
        "3M card",
        "DESKO",
    ],
)
def test_a_zone_comes_whole_from_every_reader(sent: bytes, rows: tuple[str, ...]) -> None:
    assert scans_of(sent + b"NEXT\r") == [Scan("\n".join(rows), "MRZ", rows), Scan("NEXT")]


@pytest.mark.parametrize(
    "code",
    [
        "IDIDND231458908ABCDEFGHIJKLMNO",  # a check digit that is none
        "123456789012345678901234567890",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ1234",
        "P12345678901234567890123456789012345678901234"[:44],
        "XYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNO",
    ],
)
def test_a_code_that_is_as_long_as_a_row_is_a_code_at_once(code: str) -> None:
    assert Gatherer().feed(code.encode() + b"\r", at=0.0) == [Scan(code)]


def test_rows_that_arrive_apart_are_one_zone_and_a_lone_row_is_let_go() -> None:
    gatherer = Gatherer()

    assert gatherer.feed(TD3[0].encode() + b"\r", at=0.0) == []
    assert gatherer.feed(TD3[1].encode() + b"\r", at=PART_S / 2) == [
        Scan("\n".join(TD3), "MRZ", TD3)
    ]
    assert gatherer.feed(TD3[0].encode() + b"\r", at=1.0) == []
    assert gatherer.settle(at=1.0 + PART_S * 2) == [Scan(TD3[0])]


def test_a_code_beyond_the_limit_is_thrown_away_and_said_once() -> None:
    gatherer = Gatherer()

    found = gatherer.feed(b"x" * (LONGEST * 50) + b"\rFINE\r", at=0.0)

    assert found == [Unreadable.TOO_LONG, Scan("FINE")]


def test_a_scanner_without_an_end_and_bytes_that_are_no_text_are_told_apart() -> None:
    assert scans_of(b"CTH-261123-0042-K") == [Unreadable.NO_END]
    assert scans_of(b"\xff\xfe\x80\r") == [Unreadable.NOT_TEXT]


def test_a_code_held_in_the_beam_is_read_once() -> None:
    repeats = Repeats(2.0)
    seen = [(0.0, "A"), (1.0, "A"), (2.5, "A"), (2.6, "B"), (2.7, "A"), (5.0, "A")]

    new = [repeats.is_new(Scan(text), at=at) for at, text in seen]

    assert new == [True, False, False, True, True, True]


@given(st.binary(max_size=3000), st.lists(st.integers(0, 3000), max_size=5))
def test_no_bytes_break_the_gatherer_and_cuts_change_nothing(data: bytes, cuts: list[int]) -> None:
    gatherer = Gatherer()
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]

    found: list[Read] = []
    for start, stop in itertools.pairwise(edges):
        found += gatherer.feed(data[start:stop], at=0.0)

    assert found == Gatherer().feed(data, at=0.0)
    assert len(gatherer._line) <= LONGEST
    assert all(len(one.text) <= LONGEST * 3 for one in found if isinstance(one, Scan))


# ── keys ──

KEYBOARD = string.ascii_letters + string.digits + "<>:/?.-_]@#%&=+ "


@given(st.text(KEYBOARD, max_size=60), st.integers(1, 40))
def test_typed_keys_are_the_code_however_the_kernel_hands_them_out(text: str, piece: int) -> None:
    decoder = KeyDecoder()
    events = encode_keys(text)

    typed = b"".join(decoder.feed(events[at : at + piece]) for at in range(0, len(events), piece))

    assert typed == text.encode() + b"\r"


@given(st.binary(max_size=600))
def test_no_events_break_the_key_decoder(data: bytes) -> None:
    KeyDecoder().feed(data)
