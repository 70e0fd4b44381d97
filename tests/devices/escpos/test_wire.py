import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.escpos import wire
from devices.escpos.real_time import RealTimeScanner
from devices.escpos.wire import (
    AutomaticStatus,
    Keys,
    Nonsense,
    PaperByte,
    ProcessId,
    ReplyDecoder,
    Status,
    StatusByte,
    Text,
)

EVERY_KIND = bytes.fromhex("12 10000000 00 5f544d2d54323000 372220202141 00 377340414200")


def test_questions_are_the_bytes_of_the_command_reference() -> None:
    assert wire.ask_status(2) == bytes.fromhex("10 04 02")
    assert wire.ask_process_id(0) == bytes.fromhex("1d 28 48 06 00 30 30 20 20 20 20")
    assert wire.ask_about(wire.About.MODEL) == bytes.fromhex("1d 49 43")
    assert bytes.fromhex("1d 72 01") == wire.PAPER_STATUS
    assert wire.ask_remembered_process_id() == bytes.fromhex("1d 28 4c 04 00 30 50 4b 43")


def test_answers_are_told_apart_by_their_fixed_bits() -> None:
    assert ReplyDecoder().feed(EVERY_KIND) == [
        StatusByte(0x12),
        AutomaticStatus(bytes.fromhex("10000000")),
        PaperByte(0x00),
        Text("TM-T20"),
        ProcessId(95 + 33),
        Keys(b"AB"),
    ]


def test_answers_are_read_one_byte_at_a_time() -> None:
    decoder = ReplyDecoder()

    replies = [reply for byte in EVERY_KIND for reply in decoder.feed(bytes([byte]))]

    assert replies == ReplyDecoder().feed(EVERY_KIND)


def test_flow_control_is_no_answer() -> None:
    assert ReplyDecoder().feed(b"\x13\x12\x11") == [StatusByte(0x12)]


def test_what_no_answer_begins_with_is_nonsense() -> None:
    assert ReplyDecoder().feed(b"\xff") == [Nonsense(b"\xff")]
    assert ReplyDecoder().feed(b"\x37\x22\x01\x02\x03\x04\x00") == [
        Nonsense(b"\x37\x22\x01\x02\x03\x04\x00")
    ]


@given(st.integers(0, wire.HIGHEST_PROCESS_ID))
def test_every_process_id_survives_the_wire(process_id: int) -> None:
    assert wire.decode_process_id(wire.encode_process_id(process_id)) == process_id


@pytest.mark.parametrize("process_id", [-1, wire.HIGHEST_PROCESS_ID + 1])
def test_a_process_id_that_does_not_fit_is_refused(process_id: int) -> None:
    with pytest.raises(ValueError, match="process id"):
        wire.encode_process_id(process_id)


def test_keys_that_are_not_ours_are_no_process_id() -> None:
    assert wire.remembered_process_id(b"") is None
    assert wire.remembered_process_id(b"A B C ") is None
    assert wire.remembered_process_id(b"A B C X ") is None


@given(
    st.builds(
        Status,
        cover_open=st.booleans(),
        paper_end=st.booleans(),
        cutter_error=st.booleans(),
    )
)
def test_a_state_is_read_as_it_was_told(status: Status) -> None:
    read = wire.status_of(wire.status_bits(status))

    assert (read.cover_open, read.paper_end, read.cutter_error) == (
        status.cover_open,
        status.paper_end,
        status.cutter_error,
    )
    assert read.offline == (status.cover_open or status.paper_end or status.cutter_error)


def test_the_bits_of_the_manual_are_read() -> None:
    near_end = wire.status_of((0x12, 0x12, 0x12, 0x1E))
    paper_end = wire.status_of((0x1A, 0x32, 0x12, 0x7E))

    assert near_end == Status(paper_near_end=True)
    assert paper_end == Status(offline=True, paper_end=True, paper_near_end=True)


@given(st.builds(Status, cover_open=st.booleans(), paper_end=st.booleans()))
def test_an_automatic_status_says_the_same_as_an_asked_one(status: Status) -> None:
    automatic = wire.status_of_automatic(wire.automatic_bits(status))

    assert automatic == wire.status_of(wire.status_bits(status))
    assert ReplyDecoder().feed(wire.automatic_bits(status)) == [
        AutomaticStatus(wire.automatic_bits(status))
    ]


@given(st.integers(1, 12), st.integers(0, 30), st.binary(max_size=40))
def test_real_time_commands_are_found_however_they_are_cut(
    piece: int, before: int, noise: bytes
) -> None:
    stream = bytes(before) + wire.ask_status(3) + wire.CLEAR + wire.ask_status(1) + noise
    scanner = RealTimeScanner()

    found = []
    for start in range(0, len(stream), piece):
        found += [command for command, _ in scanner.feed(stream[start : start + piece])]

    assert found[:3] == [wire.ask_status(3), wire.CLEAR, wire.ask_status(1)]


@given(st.lists(st.binary(max_size=64), max_size=30))
def test_no_bytes_make_the_decoder_fail_or_grow(pieces: list[bytes]) -> None:
    decoder = ReplyDecoder()

    for piece in pieces:
        decoder.feed(piece)

    assert len(decoder._waiting) <= 200
