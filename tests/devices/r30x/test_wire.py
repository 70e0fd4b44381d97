import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import DeviceProtocolError
from devices.r30x import wire
from devices.r30x.wire import Command, Decoder, Kind, Packet, Parameters, ProductInfo

VERIFY_PASSWORD = bytes.fromhex("ef01 ffffffff 01 0007 13 00000000 001b")
"""VfyPwd with the factory password as printed in the R503 manual."""
GEN_IMAGE = bytes.fromhex("ef01 ffffffff 01 0003 01 0005")
NO_FINGER = bytes.fromhex("ef01 ffffffff 07 0003 02 000c")

payloads = st.binary(min_size=1, max_size=256)


def test_commands_are_the_bytes_of_the_manual() -> None:
    every = wire.EVERY_MODULE

    assert wire.encode_command(Command.GEN_IMAGE, address=every) == GEN_IMAGE
    assert wire.encode_command(Command.VERIFY_PASSWORD, bytes(4), address=every) == VERIFY_PASSWORD


def test_an_answer_of_the_manual_is_read() -> None:
    assert Decoder().feed(NO_FINGER) == [Packet(Kind.ACK, b"\x02")]


def test_a_packet_is_read_one_byte_at_a_time() -> None:
    decoder = Decoder()

    packets = [packet for byte in NO_FINGER for packet in decoder.feed(bytes([byte]))]

    assert packets == [Packet(Kind.ACK, b"\x02")]
    assert not decoder.unfinished


def test_noise_before_a_header_is_skipped_and_remembered() -> None:
    decoder = Decoder()

    packets = decoder.feed(b"\x55\xef\x00" + NO_FINGER)

    assert packets == [Packet(Kind.ACK, b"\x02")]
    assert decoder.skipped == 3


@pytest.mark.parametrize("place", range(len(NO_FINGER)))
def test_no_flipped_byte_passes_for_the_answer(place: int) -> None:
    flipped = bytearray(NO_FINGER)
    flipped[place] ^= 0xFF
    decoder = Decoder()

    try:
        packets = decoder.feed(bytes(flipped))
    except DeviceProtocolError:
        return

    # either it is no packet at all, or one of another module
    assert all(packet.address != wire.EVERY_MODULE for packet in packets)
    assert packets or decoder.unfinished


def test_endless_noise_is_an_error_and_takes_no_memory() -> None:
    decoder = Decoder()

    with pytest.raises(DeviceProtocolError, match="no packets"):
        decoder.feed(bytes(100_000))
    assert not decoder.unfinished


def test_a_transfer_is_split_into_data_packets_with_a_last_one() -> None:
    octets = bytes(range(256)) * 2

    packets = Decoder().feed(b"".join(wire.chunks(octets, 128, address=wire.EVERY_MODULE)))

    assert [packet.kind for packet in packets] == [Kind.DATA] * 3 + [Kind.LAST_DATA]
    assert b"".join(packet.payload for packet in packets) == octets


def test_system_parameters_are_read_as_the_manual_counts_them() -> None:
    answer = bytes.fromhex("0000 0009 03e8 0003 ffffffff 0002 0006")

    parameters = wire.decode_parameters(answer)

    assert parameters == Parameters(0, 9, 1000, 3, 0xFFFFFFFF, 128, 57600)
    assert wire.encode_parameters(parameters) == answer


@pytest.mark.parametrize("answer", [b"", bytes(15), bytes.fromhex("00" * 13 + "09" + "0006")])
def test_impossible_parameters_are_refused(answer: bytes) -> None:
    with pytest.raises(DeviceProtocolError):
        wire.decode_parameters(answer)


def test_product_information_survives_the_wire() -> None:
    info = ProductInfo("R503", "B21", "12345678", "1.3", "GR192RGB", 192, 192, 1536, 200)

    assert wire.decode_product_info(wire.encode_product_info(info)) == info


def test_four_bits_become_eight_and_back() -> None:
    packed = bytes([0x0F, 0xA5])

    assert wire.expand_to_8_bit(packed) == bytes([0x00, 0xFF, 0xAA, 0x55])
    assert wire.pack_to_4_bit(wire.expand_to_8_bit(packed)) == packed


def test_a_payload_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        wire.encode(Packet(Kind.DATA, bytes(257)))


@given(st.sampled_from(Kind), payloads, st.integers(0, 0xFFFFFFFF), st.integers(1, 300))
def test_every_packet_survives_any_fragmentation(
    kind: Kind, payload: bytes, address: int, piece: int
) -> None:
    packet = Packet(kind, payload, address)
    octets = wire.encode(packet)
    decoder = Decoder()

    packets = []
    for start in range(0, len(octets), piece):
        packets += decoder.feed(octets[start : start + piece])

    assert packets == [packet]


@given(st.binary(max_size=80))
def test_no_answer_makes_the_readers_fail_otherwise_than_by_their_error(answer: bytes) -> None:
    for read in (wire.decode_parameters, wire.decode_product_info):
        with contextlib.suppress(DeviceProtocolError):
            read(answer)


@given(st.lists(st.binary(max_size=64), max_size=40))
def test_no_bytes_make_the_decoder_fail_otherwise_than_by_its_error(pieces: list[bytes]) -> None:
    decoder = Decoder()

    for piece in pieces:
        try:
            decoder.feed(piece)
        except DeviceProtocolError:
            assert not decoder.unfinished
