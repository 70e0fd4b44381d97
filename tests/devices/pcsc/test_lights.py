"""The four cues on a reader's light and beeper, through the real pcscd."""

import logging
from collections.abc import Iterator
from typing import cast

import pytest

from devices.address import parse_address
from devices.capabilities import Cue, MrzKey, OfficerCardReader, PassportReader
from devices.emrtd import simulator as passports
from devices.emrtd.simulator import PassportSimulator
from devices.errors import AddressError, DeviceError, DeviceRefused, WrongAccessKey
from devices.pcsc.lights import ACR122, ACR1252, Signals, lights_of
from devices.piv import simulator as cards
from devices.registry import open_device

KEY = MrzKey("L898902C3", "740812", "320415")
CHALLENGE = bytes(32)
READY, READING = bytes.fromhex("0E0400000000"), bytes.fromhex("0F0400000000")
REMOVE, ERROR = bytes.fromhex("AE0401010201"), bytes.fromhex("5D0404010101")


@pytest.fixture
def passport() -> Iterator[PassportSimulator]:
    running = passports.start({"access": "pace-aes128", "signature": "ecdsa", "lights": "yes"})
    yield running
    running.stop()


@pytest.fixture
def reader(passport: PassportSimulator) -> Iterator[PassportReader]:
    opened = cast("PassportReader", open_device(f"{passport.address}?cues=acr122"))
    yield opened
    opened.close()


def test_a_reading_shows_reading_and_then_remove(
    passport: PassportSimulator, reader: PassportReader
) -> None:
    found = reader.read_passport(KEY)

    assert passport.place.lights == [READING, REMOVE]
    assert found.access == "PACE"  # the protected channel does not mind


def test_a_wrong_key_shows_error(passport: PassportSimulator, reader: PassportReader) -> None:
    passport.fault("wrong_key")

    with pytest.raises(WrongAccessKey):
        reader.read_passport(KEY)

    assert passport.place.lights == [READING, ERROR]


def test_a_reading_that_the_person_stops_is_no_error(
    passport: PassportSimulator, reader: PassportReader
) -> None:
    with pytest.raises(DeviceRefused):
        reader.read_passport(KEY, cancelled=lambda: bool(passport.place.lights))

    assert passport.place.lights == [READING, READY]


def test_an_officers_card_is_cued_too() -> None:
    card = cards.start({"lights": "yes"})
    reader = cast("OfficerCardReader", open_device(f"{card.address}?cues=acr122"))
    try:
        reader.confirm(CHALLENGE, "test", "123456")
        card.fault("other")
        with pytest.raises(DeviceRefused):
            reader.confirm(CHALLENGE, "test", "123456")
    finally:
        reader.close()
        card.stop()

    assert card.place.lights == [READING, REMOVE, READING, ERROR]


def test_without_lights_nothing_is_sent(passport: PassportSimulator) -> None:
    reader = cast("PassportReader", open_device(passport.address))
    try:
        reader.read_passport(KEY)
    finally:
        reader.close()

    assert passport.place.lights == []


def test_a_reader_that_refuses_its_lights_reads_all_the_same(
    passport: PassportSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """The virtual reader takes no escape command: told once, however often it is tried."""
    caplog.set_level(logging.INFO)
    reader = cast("PassportReader", open_device(f"{passport.address}?cues=acr1252"))
    try:
        first, second = reader.read_passport(KEY), reader.read_passport(KEY)
    finally:
        reader.close()

    assert first.files == second.files
    assert [record.message for record in caplog.records].count("no cue shown") == 0
    assert sum("no cue shown" in record.message for record in caplog.records) == 1


@pytest.mark.parametrize(
    ("name", "options", "lights"),
    [
        ("ACS ACR122U PICC Interface 00 00", "", ACR122),
        ("ACS ACR1252 1S CL Reader [ACR1252 1S CL Reader PICC] 00 00", "", ACR1252),
        ("HID OMNIKEY 5022 CL 00 00", "", None),
        ("HID OMNIKEY 5022 CL 00 00", "?cues=acr122", ACR122),
        ("ACS ACR122U PICC Interface 00 00", "?cues=none", None),
    ],
)
def test_the_readers_name_or_the_address_says_which_lights(
    name: str, options: str, lights: object
) -> None:
    assert lights_of(parse_address(f"emrtd:pcsc://{name}{options}"), name) is lights


@pytest.mark.parametrize("driver", ["emrtd", "piv"])
def test_unknown_lights_are_refused_in_the_address(
    driver: str, passport: PassportSimulator
) -> None:
    place = passport.address.partition(":")[2]

    with pytest.raises(
        AddressError, match="cues=disco is unknown; cues: auto, none, acr122, acr1252"
    ):
        open_device(f"{driver}:{place}?cues=disco")


class Told:
    def __init__(self) -> None:
        self.commands: list[tuple[str, bool]] = []

    def tell_reader(self, command: bytes, *, by_escape: bool) -> bytes:
        self.commands.append((command.hex(), by_escape))
        if command[3] == 0x28:
            raise DeviceError
        return b"\x90\x00"


def test_commands_are_those_of_the_manuals() -> None:
    """ACR1252U: LED `E0 00 00 29 01`, bit 0 red, bit 1 green; buzzer `E0 00 00 28 01`, 10 ms."""
    told = Told()
    signals = Signals(told, ACR1252)

    for cue in (Cue.READY, Cue.READY, Cue.ERROR, Cue.REMOVE):
        signals.show(cue)

    assert told.commands == [
        ("e00000290102", True),
        ("e00000290101", True),
        ("e00000280128", True),
        ("e00000290102", True),
        ("e0000028010a", True),
    ]
