"""The files of the LDS application, as a specimen chip holds them and as broken chips do."""

import io
import subprocess
import sys
from dataclasses import replace

import pytest
from PIL import Image

from devices.emrtd import tlv
from devices.emrtd.face import as_jpeg
from devices.emrtd.lds import (
    LdsError,
    parse_com,
    parse_dg1,
    parse_dg1_mrz,
    parse_dg2,
    parse_dg11,
    parse_dg12,
    parse_face_record,
    parse_sod,
)
from devices.emrtd.personalize import SPECIMEN, data_group_1, face_record, personalize


@pytest.fixture(scope="module")
def passport():
    return personalize(signature="ecdsa")


def test_ef_com_of_the_worked_example_announces_two_groups():
    com = parse_com(bytes.fromhex("60145F0104303130365F36063034303030305C026175"))

    assert (com.lds_version, com.unicode_version, com.groups) == ("0106", "040000", ("DG1", "DG2"))


def test_dg1_gives_the_zone_of_a_passport(passport):
    lines = parse_dg1(passport.files["DG1"])

    assert [len(line) for line in lines] == [44, 44]
    assert parse_dg1_mrz(passport.files["DG1"]) == SPECIMEN


@pytest.mark.parametrize(("kind", "rows"), [("TD1", [30, 30, 30]), ("TD2", [36, 36])])
def test_dg1_gives_the_zone_of_a_card(kind, rows):
    card = replace(SPECIMEN, kind=kind, document_code="I", optional_data="")

    assert [len(line) for line in parse_dg1(data_group_1(card))] == rows


def test_dg2_gives_the_jpeg_and_its_size(passport):
    face = parse_dg2(passport.files["DG2"])

    assert face.kind == "jpeg"
    assert (face.width_px, face.height_px) == (413, 531)
    assert face.image[:3] == b"\xff\xd8\xff"
    assert face.image[-2:] == b"\xff\xd9"
    assert 12_000 < len(passport.files["DG2"]) < 13_400


def test_a_jpeg_2000_is_known_by_its_own_first_bytes():
    record = face_record(bytes.fromhex("0000000C6A5020200D0A870A") + bytes(50))

    assert parse_face_record(record).kind == "jpeg2000"


def test_feature_points_before_the_picture_are_stepped_over():
    plain = face_record(b"\xff\xd8\xff" + bytes(20))
    block = int.from_bytes(plain[14:18], "big") + 16
    record = (
        plain[:14] + block.to_bytes(4, "big") + b"\x00\x02" + plain[20:34] + bytes(16) + plain[34:]
    )

    assert parse_face_record(record).image == b"\xff\xd8\xff" + bytes(20)


def test_ef_sod_holds_a_hash_for_each_group_and_its_signer(passport):
    security = parse_sod(passport.files["SOD"])

    assert security.hash_name == "sha256"
    assert set(security.hashes) == {1, 2}
    assert len(security.certificates) == 1


def test_dg11_and_dg12_give_their_texts_by_name():
    dg11 = tlv.write(
        0x6B,
        tlv.write(0x5C, bytes.fromhex("5F0E5F2B"))
        + tlv.write(0x5F0E, b"ERIKSSON<<ANNA<MARIA")
        + tlv.write(0x5F2B, bytes.fromhex("19740812")),
    )
    dg12 = tlv.write(0x6C, tlv.write(0x5F26, b"20220416") + tlv.write(0x5F19, "Büro".encode()))

    assert parse_dg11(dg11) == {"full_name": "ERIKSSON  ANNA MARIA", "birth_date": "19740812"}
    assert parse_dg12(dg12) == {"issue_date": "20220416", "issuing_authority": "Büro"}


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65_535, 65_536])
def test_an_object_of_any_size_is_read_back(size):
    assert list(tlv.each(tlv.write(0x5F2E, bytes(size)))) == [tlv.Tlv(0x5F2E, bytes(size))]


@pytest.mark.parametrize(
    "broken", ["60", "6081", "6005AA", "6080", "608500000000FF", "7F", "7FFFFFFF01", "60FF"]
)
def test_cut_and_indefinite_objects_are_told(broken):
    with pytest.raises(LdsError):
        list(tlv.each(bytes.fromhex(broken)))


@pytest.mark.parametrize(
    ("name", "parse"),
    [("COM", parse_com), ("DG1", parse_dg1), ("DG2", parse_dg2), ("SOD", parse_sod)],
)
def test_a_file_cut_anywhere_is_an_lds_error_and_nothing_else(passport, name, parse):
    whole = passport.files[name]

    for length in {*range(min(len(whole), 80)), *range(80, len(whole), 97)}:
        with pytest.raises(LdsError):
            parse(whole[:length])


def test_ef_sod_with_any_flipped_byte_never_raises_anything_but_lds_error(passport):
    whole = passport.files["SOD"]

    for place in range(len(whole)):
        broken = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        try:
            parse_sod(broken)
        except LdsError:
            continue


def test_a_jpeg_2000_face_is_shown_as_jpeg():
    out = io.BytesIO()
    Image.new("RGB", (60, 80), "navy").save(out, "JPEG2000")

    shown = as_jpeg(parse_face_record(face_record(out.getvalue())))

    with Image.open(io.BytesIO(shown)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (60, 80))


def test_a_broken_jpeg_2000_is_an_lds_error():
    record = face_record(bytes.fromhex("0000000C6A5020200D0A870A") + bytes(50))

    with pytest.raises(LdsError):
        as_jpeg(parse_face_record(record))


def test_what_the_hub_imports_loads_no_transport():
    code = (
        "import sys, devices.mrz.wire, devices.emrtd.lds, devices.emrtd.trust;"
        "print([name for name in ('smartcard', 'serial', 'cv2', 'PIL') if name in sys.modules])"
    )

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    assert loaded.stdout.strip() == b"[]"
