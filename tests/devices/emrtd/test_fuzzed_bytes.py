"""Whatever bytes a chip sends: an error of our tree or a finding, never anything else."""

from base64 import b64encode
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.capabilities import MrzKey, Verdict, no_progress
from devices.emrtd import active, agreement, lds, pace, tlv, wire
from devices.emrtd.access import open_chip
from devices.emrtd.certificates import load_key, read_certificate
from devices.emrtd.chip import Chip
from devices.emrtd.ciphers import aes_suite, des_suite
from devices.emrtd.face import as_jpeg
from devices.emrtd.infos import parse_infos
from devices.emrtd.master_list import read_file as read_list_file
from devices.emrtd.master_list import read_master_list
from devices.emrtd.personalize import personalize
from devices.emrtd.reading import Channel, ReadPlan, Tally, read_file
from devices.emrtd.revocation import read_revocations
from devices.emrtd.trust import load_store, passive_authentication
from devices.errors import DeviceError
from devices.pcsc.wire import feature_code, historical_bytes, longest_apdu

KEY = MrzKey("L898902C3", "740812", "320415")
NOW = datetime(2026, 11, 23, tzinfo=UTC)
PASSPORT = personalize(signature="ecdsa")
OFTEN = settings(max_examples=60)

PARSERS = {
    "TLV": lambda data: list(tlv.each(data)),
    "EF.COM": lds.parse_com,
    "DG1": lds.parse_dg1_mrz,
    "DG2": lds.parse_dg2,
    "face": lambda data: as_jpeg(lds.parse_face_record(data)),
    "DG11": lds.parse_dg11,
    "DG12": lds.parse_dg12,
    "EF.SOD": lds.parse_sod,
    "EF.CardAccess": pace.offered,
    "DG14": lds.parse_dg14,
    "DG15": lambda data: active.signature_length(lds.parse_dg15(data)),
    "terms": lambda data: agreement.terms_of(parse_infos(data, "DG14")),
    "EF.ATR/INFO": wire.longest_answer,
    "historical bytes": wire.extended_by_history,
    "ATR": historical_bytes,
    "reader's features": lambda data: feature_code(data, longest_apdu(data)),
    "master list": read_master_list,
    "PKD": lambda data: read_list_file("x.ldif", b"cACertificate;binary:: " + b64encode(data)),
    "revocation list": read_revocations,
    "certificate": read_certificate,
    "key": load_key,
}


@st.composite
def objects(draw, depth=3):
    """Bytes that look like TLV: nested objects with the tags of our files, some of them cut."""
    tags = st.sampled_from(
        [0x60, 0x61, 0x75, 0x77, 0x7F61, 0x7F60, 0x5F1F, 0x5F2E, 0x5C, 0x30, 0x31]
    )
    inner = (
        st.binary(max_size=60)
        if depth == 0
        else st.one_of(st.binary(max_size=60), objects(depth - 1))
    )
    whole = b"".join(tlv.write(draw(tags), draw(inner)) for _ in range(draw(st.integers(1, 3))))
    return whole[: draw(st.integers(0, len(whole)))] if draw(st.booleans()) else whole


@st.composite
def damaged(draw, whole):
    """`whole` with up to four places overwritten, or a part of it cut out."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    if draw(st.booleans()):
        start = draw(st.integers(0, len(data)))
        del data[start : start + draw(st.integers(0, 40))]
    return bytes(data)


@pytest.mark.parametrize("name", PARSERS)
@given(data=st.one_of(st.binary(max_size=200), objects()))
@OFTEN
def test_any_bytes_are_parsed_or_refused(name, data):
    with suppress(lds.LdsError):
        PARSERS[name](data)


@pytest.mark.parametrize("name", ["COM", "DG1", "SOD"])
@given(data=st.data())
@OFTEN
def test_a_damaged_file_is_a_finding_and_a_damaged_group_never_valid(name, data):
    broken = data.draw(damaged(PASSPORT.files[name]))

    findings = passive_authentication(
        {**PASSPORT.files, name: broken}, load_store([PASSPORT.csca]), at=NOW
    )

    assert findings
    if name == "DG1" and broken != PASSPORT.files[name]:
        assert findings[0].verdict is Verdict.ALTERED


@given(certificate=damaged(PASSPORT.csca))
@OFTEN
def test_a_damaged_authority_is_never_a_crash(certificate):
    assert passive_authentication(PASSPORT.files, load_store([certificate]), at=NOW)


@pytest.mark.parametrize(
    "suite", [des_suite(b"0" * 16), aes_suite(b"0" * 16, 16)], ids=["3des", "aes"]
)
@given(answer=st.one_of(st.binary(max_size=80), objects()))
@OFTEN
def test_any_answer_without_the_right_mac_is_refused(suite, answer):
    with pytest.raises(wire.WireError):
        wire.Session(suite, 0).open_response(answer)


@given(answers=st.lists(st.binary(max_size=60), max_size=12))
@OFTEN
def test_a_chip_of_random_answers_is_a_device_error(answers):
    left = list(answers)
    channel = Channel(
        lambda apdu: left.pop() if left else b"\x6f\x00", Tally(no_progress, lambda: False, 60)
    )

    def open_and_read():
        open_chip(channel, KEY)
        return read_file(channel, lds.FILES["DG2"], ReadPlan.fast())

    with pytest.raises(DeviceError):
        open_and_read()


@given(apdus=st.lists(st.binary(max_size=60), max_size=6))
@OFTEN
def test_the_chip_answers_any_commands(apdus):
    chip = Chip(PASSPORT.files, KEY, pace.Scheme("0.4.0.127.0.7.2.2.4.2.2", 13))

    for apdu in apdus:
        assert len(chip.respond(apdu)) >= 2
