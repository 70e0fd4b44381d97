"""Chips that offer more, less or something else than the usual one, behind the real pcscd."""

import io
import random
import time
from contextlib import contextmanager

import pytest
from PIL import Image

from devices.capabilities import CanKey, MrzKey, Verdict
from devices.emrtd import lds
from devices.emrtd.judgement import overall
from devices.emrtd.simulator import start
from devices.errors import (
    AddressError,
    CanTriesUsed,
    ChipDelays,
    DeviceRefused,
    DocumentRemoved,
    WrongAccessKey,
)
from devices.registry import open_device

KEY = MrzKey("L898902C3", "740812", "320415")
WRONG = MrzKey("L898902C4", "740812", "320415")
FOUR = ("COM", "DG1", "DG2", "SOD")


def jpeg_of(size):
    """A JPEG of exactly `size` bytes: what follows the end of the picture is ignored."""
    out = io.BytesIO()
    Image.new("RGB", (413, 531), "silver").save(out, "JPEG")
    return out.getvalue().ljust(size, b"\0")


@contextmanager
def laid(tmp_path, address_options="", **options):
    """A passport of these options on the reader, and a driver that knows its country."""
    simulator = start({"signature": "rsa"} | options, out=tmp_path)
    reader = None
    try:
        reader = open_device(f"{simulator.address}?csca={tmp_path}{address_options}")
        yield simulator, reader
    finally:
        if reader is not None:
            reader.close()
        simulator.stop()


def verdicts(read):
    return {finding.check: finding.verdict for finding in read.findings}


# ── the number of APDUs ──────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def usual_face(tmp_path_factory):
    path = tmp_path_factory.mktemp("face") / "face.jpg"
    path.write_bytes(jpeg_of(13_250))
    return str(path)


def fewest(read, chunk):
    """With PACE: EF.CardAccess, five commands of PACE, SELECT; then every file in whole chunks."""
    return 7 + sum(-(-len(data) // chunk) for data in read.files.values())


@pytest.mark.parametrize(
    ("access", "signature"), [("bac", "rsa"), ("pace-3des", "rsa"), ("pace-aes128", "ecdsa")]
)
def test_13_3_kb_in_short_apdus_take_at_most_76(tmp_path, usual_face, access, signature):
    """With PACE the read of DG14 is among them."""
    options = {"access": access, "face": usual_face, "signature": signature}
    with laid(tmp_path, **options) as (_, reader):
        read = reader.read_passport(KEY)

    assert 13_290 < len(read.files["DG2"]) < 13_400
    assert read.apdus <= 76


@pytest.mark.parametrize(("signature", "apdus"), [("ecdsa", 75), ("rsa", 78)])
def test_aes_takes_as_many_short_apdus_as_its_bytes_need(tmp_path, usual_face, signature, apdus):
    """An EF.SOD by RSA has 1.6 kB, eight reads of 223: two above 76, and none to be saved."""
    with laid(tmp_path, access="pace-aes128", face=usual_face, signature=signature) as (_, reader):
        read = reader.read_passport(KEY)

    assert read.apdus == fewest(read, 223) == apdus


@pytest.mark.parametrize(("access", "told"), [("bac", "history"), ("pace-aes128", "info")])
def test_13_3_kb_in_extended_apdus_take_at_most_20(tmp_path, usual_face, access, told):
    options = {"access": access, "face": usual_face, "extended": told}
    with laid(tmp_path, **options) as (simulator, reader):
        read = reader.read_passport(KEY)

        assert dict(read.files) == dict(simulator.passport.files)
    assert read.apdus <= 20


def test_extended_length_is_not_used_where_the_address_says_no(tmp_path):
    with laid(tmp_path, "&extended=no", extended="info") as (_, reader):
        assert reader.read_passport(KEY).apdus > 60
    with pytest.raises(AddressError, match="extended=maybe is unknown; extended: auto, no"):
        open_device("emrtd:pcsc://x?extended=maybe")


def test_a_chip_that_lies_about_extended_length_is_read_short_and_remembered(tmp_path):
    with laid(tmp_path, extended="info", fault="lies_about_length") as (_, reader):
        first = reader.read_passport(KEY)
        second = reader.read_passport(KEY)

    assert verdicts(second)["passive"] is Verdict.VALID
    assert second.apdus < first.apdus
    assert second.apdus <= 76


# ── keys ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("access", ["pace-3des", "pace-aes256"])
def test_a_residence_card_is_opened_with_its_can(tmp_path, access):
    with laid(tmp_path, access=access, can="123456", bac="no") as (_, reader):
        read = reader.read_passport(CanKey("123456"))

        assert (read.access, verdicts(read)["passive"]) == ("PACE", Verdict.VALID)
        assert reader.read_passport(KEY).access == "PACE"


def test_a_third_can_is_not_sent_before_the_card_was_lifted(tmp_path):
    with laid(tmp_path, access="pace-aes128", can="123456") as (simulator, reader):
        for _ in range(2):
            with pytest.raises(WrongAccessKey, match="CAN"):
                reader.read_passport(CanKey("654321"))
        with pytest.raises(CanTriesUsed):
            reader.read_passport(CanKey("123456"))
        assert reader.read_passport(KEY).mrz

        simulator.fault("removed")
        simulator.fault("")
        assert reader.read_passport(CanKey("123456")).mrz


def test_a_can_does_not_open_a_passport_of_bac_alone(tmp_path):
    with laid(tmp_path) as (_, reader), pytest.raises(DeviceRefused) as caught:
        reader.read_passport(CanKey("123456"))

    assert caught.value.reason == "no_pace"


def test_wrong_delayed_and_pulled_away_are_three_messages(tmp_path):
    said = set()
    with laid(tmp_path, fault="delays") as (simulator, reader):
        for expected in (WrongAccessKey, ChipDelays):
            with pytest.raises(expected) as caught:
                reader.read_passport(WRONG)
            said.add(str(caught.value))
        began = time.monotonic()
        assert reader.read_passport(KEY).mrz
        assert time.monotonic() - began < 60

        simulator.fault("removed_in_dg2")
        with pytest.raises(DocumentRemoved) as caught:
            reader.read_passport(KEY)
        said.add(str(caught.value))
    assert len(said) == 3


# ── schemes ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("access", ["pace-im", "pace-cam", "pace-dh"])
def test_a_chip_with_foreign_schemes_alone_is_not_supported_and_not_broken(tmp_path, access):
    with laid(tmp_path, access=access, bac="no") as (_, reader):
        read = reader.read_passport(KEY)

    assert (read.access, dict(read.files)) == ("", {})
    assert [finding.verdict for finding in read.findings] == [Verdict.NOT_CHECKED]
    assert "scheme not supported" in read.findings[0].reason


def test_a_chip_with_pace_alone_is_read(tmp_path):
    with laid(tmp_path, access="pace-aes192", bac="no") as (_, reader):
        assert verdicts(reader.read_passport(KEY)) == {"passive": Verdict.VALID}


# ── what else is on the chip ─────────────────────────────────────────────────


@pytest.mark.parametrize(("active", "agreement"), [("rsa", "3des"), ("ecdsa", "aes256")])
def test_a_whole_chip_is_read_and_proves_itself_and_its_copy_does_not(tmp_path, active, agreement):
    options = {"active": active, "agreement": agreement, "access": "pace-aes128", "details": "yes"}
    with laid(tmp_path, **options) as (simulator, reader):
        read = reader.read_passport(KEY)
        assert verdicts(read) == dict.fromkeys(("passive", "active", "chip"), Verdict.VALID)
        assert set(read.files) == {*FOUR, "DG11", "DG12", "DG14", "DG15"}
        assert lds.parse_dg11(read.files["DG11"])["birth_place"] == "ZENITH UTOPIA"
        assert lds.parse_dg12(read.files["DG12"])["issue_date"] == "20220416"

        simulator.fault("clone")
        copied = reader.read_passport(KEY)
        assert verdicts(copied)["active"] is Verdict.CLONE_SUSPECTED
        assert verdicts(copied)["chip"] is Verdict.CLONE_SUSPECTED

        simulator.fault("clone_without_keys")
        stripped = reader.read_passport(KEY)
        assert overall(stripped.findings) is Verdict.CLONE_SUSPECTED


def test_a_jpeg_2000_face_comes_as_jpeg(tmp_path):
    out = io.BytesIO()
    Image.frombytes("RGB", (40, 50), random.Random(1).randbytes(6000)).save(out, "JPEG2000")
    path = tmp_path / "face.jp2"
    path.write_bytes(out.getvalue())
    with laid(tmp_path, face=str(path)) as (_, reader):
        read = reader.read_passport(KEY)

    assert read.face_jpeg[:3] == b"\xff\xd8\xff"
    assert verdicts(read) == {"passive": Verdict.VALID}


def test_an_expired_signer_is_told(tmp_path):
    with laid(tmp_path, signer="expired") as (_, reader):
        assert verdicts(reader.read_passport(KEY)) == {"passive": Verdict.EXPIRED_SIGNER}


def test_a_chip_that_agrees_without_a_curve_proves_its_key(tmp_path):
    with laid(tmp_path, access="pace-aes128", agreement="dh-aes256") as (simulator, reader):
        good = verdicts(reader.read_passport(KEY))
        simulator.fault("clone")
        copy = verdicts(reader.read_passport(KEY))

    assert (good["passive"], good["chip"]) == (Verdict.VALID, Verdict.VALID)
    assert copy["chip"] is Verdict.CLONE_SUSPECTED
