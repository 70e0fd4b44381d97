"""An officer's card in the virtual reader: who it is, its PIN, its signature."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.capabilities import OfficerCardReader
from devices.emrtd.tlv import LdsError
from devices.errors import (
    DeviceError,
    DeviceProtocolError,
    DeviceRefused,
    DeviceSilent,
    DocumentRemoved,
    WrongPin,
)
from devices.piv import wire
from devices.piv.card import KEYS, PivCard, issue
from devices.piv.proof import ProofError, confirms, read_certificate, signed_text
from devices.piv.simulator import start
from devices.registry import open_device

CHALLENGE = bytes(range(32))
PURPOSE = "step 6 of A-1"
PIN = "123456"


@pytest.fixture(scope="module", params=KEYS)
def lain(request, tmp_path_factory):
    simulator = start({"key": request.param}, out=tmp_path_factory.mktemp("card"))
    reader = open_device(simulator.address)
    yield simulator, reader
    reader.close()
    simulator.stop()


@pytest.fixture
def officer(lain):
    simulator, reader = lain
    yield simulator, reader
    simulator.fault("")


def test_a_card_tells_its_certificate_and_signs_for_one_act(officer):
    simulator, reader = officer

    seen = reader.officer_card()
    signature = reader.confirm(CHALLENGE, PURPOSE, PIN)

    assert isinstance(reader, OfficerCardReader)
    assert (seen.kind, seen.certificate) == ("piv", simulator.issued.certificate)
    assert seen.number == simulator.issued.number.hex()
    certificate = read_certificate(seen.certificate)
    assert confirms(certificate, CHALLENGE, PURPOSE, signature)
    assert not confirms(certificate, CHALLENGE, "step 7 of A-1", signature)
    assert not confirms(certificate, CHALLENGE[:-1] + b"x", PURPOSE, signature)
    assert not confirms(read_certificate(issue().certificate), CHALLENGE, PURPOSE, signature)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    simulator = start({}, out=tmp_path_factory.mktemp("card"))
    reader = open_device(simulator.address)
    yield simulator, reader
    reader.close()
    simulator.stop()


def test_a_wrong_pin_costs_a_try_and_the_last_one_is_never_risked(small):
    simulator, reader = small
    simulator.fault("")

    with pytest.raises(WrongPin) as caught:
        reader.confirm(CHALLENGE, PURPOSE, "654321")
    assert caught.value.tries == 2
    with pytest.raises(WrongPin):
        reader.confirm(CHALLENGE, PURPOSE, "654321")
    with pytest.raises(WrongPin, match="not risked"):
        reader.confirm(CHALLENGE, PURPOSE, PIN)
    assert simulator.card.tries == 1

    simulator.fault("blocked")
    with pytest.raises(WrongPin, match="blocked"):
        reader.confirm(CHALLENGE, PURPOSE, PIN)


@pytest.mark.parametrize("pin", ["12345", "123456789", "12345x", "١٢٣٤٥٦"])
def test_what_is_no_pin_never_reaches_the_card(small, pin):
    simulator, reader = small
    simulator.fault("")
    before = simulator.card.tries

    with pytest.raises(WrongPin):
        reader.confirm(CHALLENGE, PURPOSE, pin)

    assert simulator.card.tries == before


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("forged", DeviceProtocolError),
        ("garbage", DeviceError),
        ("removed", DocumentRemoved),
        ("silent", DeviceSilent),
    ],
)
def test_a_card_that_misbehaves_is_told_and_the_next_one_works(small, fault, expected):
    simulator, reader = small
    simulator.fault(fault)

    with pytest.raises(expected):
        reader.confirm(CHALLENGE, PURPOSE, PIN)

    simulator.fault("")
    assert reader.confirm(CHALLENGE, PURPOSE, PIN)


def test_any_other_card_identifies_only_and_says_so(small):
    simulator, reader = small
    simulator.fault("other")

    seen = reader.officer_card()
    with pytest.raises(DeviceRefused) as caught:
        reader.confirm(CHALLENGE, PURPOSE, PIN)

    assert (seen.kind, seen.certificate, bool(seen.number)) == ("other", b"", True)
    assert caught.value.reason == "identification_only"


def test_the_pin_is_forgotten_between_two_confirmations(small):
    simulator, reader = small
    simulator.fault("")
    reader.confirm(CHALLENGE, PURPOSE, PIN)

    certificate = read_certificate(simulator.issued.certificate)
    transmit = simulator.card.respond
    simulator.card.power_up()
    assert wire.talk(transmit, wire.select())[1] == 0x9000
    assert wire.talk(transmit, wire.sign(certificate.key, bytes(32)))[1] == 0x6982


def test_a_hundred_confirmations_leave_no_descriptor_behind(small):
    simulator, reader = small
    simulator.fault("")
    reader.confirm(CHALLENGE, PURPOSE, PIN)
    before = len(list(Path("/proc/self/fd").iterdir()))

    for _ in range(100):
        reader.confirm(CHALLENGE, PURPOSE, PIN)

    assert len(list(Path("/proc/self/fd").iterdir())) <= before


# ── the pure parts ───────────────────────────────────────────────────────────


def test_a_certificate_has_its_days_and_another_file_is_none():
    certificate = read_certificate(issue().certificate)

    assert certificate.valid_on(datetime(2026, 11, 23, tzinfo=UTC))
    assert not certificate.valid_on(datetime(2045, 1, 1, tzinfo=UTC))
    third, ninety_first = bytes.fromhex("a003020102"), bytes.fromhex("a00302015a")
    for no_certificate in (b"garbage", ISSUED.certificate.replace(third, ninety_first, 1)):
        with pytest.raises(ProofError):
            read_certificate(no_certificate)
    with pytest.raises(ProofError):
        read_certificate(bytes(20_000))
    with pytest.raises(ProofError):
        signed_text(b"short", PURPOSE)


@given(data=st.binary(max_size=300))
@settings(max_examples=100)
def test_any_bytes_as_certificate_or_answer_are_refused_in_order(data):
    with pytest.raises(ProofError):
        read_certificate(data)
    for read in (wire.certificate_in, wire.card_number, wire.signature_in):
        with pytest.raises(LdsError):
            read(data)
    assert len(PivCard(ISSUED).respond(data)) >= 2


ISSUED = issue()


def test_a_packed_certificate_is_unpacked_and_never_into_more_than_16_kb():
    import gzip

    from devices.emrtd import tlv

    packed = tlv.write(0x70, gzip.compress(ISSUED.certificate)) + b"\x71\x01\x01"
    bomb = tlv.write(0x70, gzip.compress(bytes(5_000_000))) + b"\x71\x01\x01"

    assert wire.certificate_in(tlv.write(0x53, packed)) == ISSUED.certificate
    assert len(wire.certificate_in(tlv.write(0x53, bomb))) <= wire.LARGEST_OBJECT


def test_an_answer_without_end_is_cut():
    with pytest.raises(ValueError, match="no end"):
        wire.talk(lambda apdu: bytes(256) + b"\x61\x00", wire.select())


def test_a_long_command_is_chained():
    card = PivCard(issue(kind="rsa2048"))
    key = read_certificate(card.issued.certificate).key
    wire.talk(card.respond, wire.select())
    wire.talk(card.respond, wire.verify_pin(PIN))
    block = b"\x00\x01" + b"\xff" * 254

    data, status = wire.talk(card.respond, wire.sign(key, block))

    numbers = key.public_numbers()
    opened = pow(int.from_bytes(wire.signature_in(data), "big"), numbers.e, numbers.n)
    assert (status, opened.to_bytes(256, "big")) == (0x9000, block)
    assert replace(wire.sign(key, block), data=b"").expected == 256
