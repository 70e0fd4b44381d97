"""Reader names, return codes and the virtual reader's frames."""

import pytest

from devices.errors import (
    AddressError,
    DeviceBusy,
    DeviceGone,
    DeviceProtocolError,
    DeviceSilent,
    DocumentRemoved,
)
from devices.pcsc.wire import (
    FrameReader,
    choose_reader,
    contactless_atr,
    error_for,
    frame,
    is_taken,
    is_unpowered,
)

READERS = ["ACS ACR1252 1S CL Reader [ACR1252] 00 00", "ACS ACR1252 SAM 00 01", "HID OMNIKEY 5022"]


def test_a_unique_part_of_a_name_in_any_case_is_enough():
    assert choose_reader("omnikey", READERS) == "HID OMNIKEY 5022"


def test_the_exact_name_wins_over_longer_ones():
    assert choose_reader("A", ["AB", "A"]) == "A"


def test_a_part_of_two_names_lists_both():
    with pytest.raises(AddressError) as caught:
        choose_reader("ACR1252", READERS, address="emrtd:pcsc://ACR1252")

    assert READERS[0] in str(caught.value)
    assert READERS[1] in str(caught.value)
    assert caught.value.address == "emrtd:pcsc://ACR1252"


@pytest.mark.parametrize("readers", [[], READERS])
def test_a_reader_that_is_not_there_may_be_plugged_in_later(readers):
    with pytest.raises(DeviceGone, match="Feitian"):
        choose_reader("Feitian", readers)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (0x8010001D, DeviceGone),
        (0x80100017, DeviceGone),
        (0x80100069, DocumentRemoved),
        (0x8010000C, DocumentRemoved),
        (0x8010000B, DeviceBusy),
        (0x8010000A, DeviceSilent),
        (0x80100066, DeviceProtocolError),
        (0x80101234, DeviceProtocolError),
        (0x80100069 - 2**32, DocumentRemoved),
    ],
)
def test_a_return_code_becomes_what_the_caller_does_next(code, error):
    assert type(error_for(code, "open the card")) is error


@pytest.mark.parametrize("sign", [0, 2**32])
def test_a_card_without_power_and_one_in_other_hands_are_told_from_the_rest(sign):
    assert is_unpowered(0x80100067 - sign)
    assert not is_unpowered(0x80100069 - sign)
    assert is_taken(0x8010000B - sign)
    assert not is_taken(0x8010000C - sign)


def test_frames_come_out_whole_however_they_are_cut():
    stream = frame(b"\x04") + frame(b"\x00\xa4\x04\x0c") + frame(bytes(300))
    reader = FrameReader()

    bodies = [body for byte in stream for body in reader.feed(bytes([byte]))]

    assert bodies == [b"\x04", b"\x00\xa4\x04\x0c", bytes(300)]


def test_the_atr_of_a_contactless_card_sums_to_zero():
    atr = contactless_atr(bytes.fromhex("8031806549010000"))

    check = 0
    for byte in atr[1:]:
        check ^= byte
    assert check == 0
    assert atr[:4] == bytes.fromhex("3B888001")
