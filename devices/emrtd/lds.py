"""The files of an e-passport's LDS application: bytes → values (ICAO 9303-10 §4).

EF.COM 60 · DG1 61 (MRZ) · DG2 75 (face, ISO 19794-5) · DG11 6B · DG12 6C · DG14 6E (offers) · DG15
6F (key) · EF.SOD 77. Pure; every broken file raises LdsError.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from devices.emrtd import tlv
from devices.emrtd.infos import SecurityInfo, parse_infos
from devices.emrtd.sod import SecurityObject, parse_sod
from devices.emrtd.tlv import LdsError
from devices.mrz.wire import Mrz, MrzError, parse_mrz, split_lines


@dataclass(frozen=True, slots=True)
class ChipFile:
    """Where a file lies on the chip and how it begins."""

    name: str
    file_id: int
    sfi: int
    tag: int


FILES: Mapping[str, ChipFile] = MappingProxyType(
    {
        "COM": ChipFile("COM", 0x011E, 0x1E, 0x60),
        "SOD": ChipFile("SOD", 0x011D, 0x1D, 0x77),
        **{
            f"DG{number}": ChipFile(f"DG{number}", 0x0100 + number, number, tag)
            for number, tag in enumerate(
                (0x61, 0x75, 0x63, 0x76, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E,
                 0x6F, 0x70), 1
            )
        },
    }
)  # fmt: skip
"""The files of the application by short name (9303-10 table 38)."""

_NAME_OF_TAG = {file.tag: file.name for file in FILES.values()}


@dataclass(frozen=True, slots=True)
class Contents:
    """EF.COM: versions and the data groups it announces, as DG1, DG2 …"""

    lds_version: str
    unicode_version: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Face:
    """The first face of DG2; `kind` is "jpeg" or "jpeg2000"."""

    kind: str
    image: bytes
    width_px: int
    height_px: int


def parse_com(data: bytes) -> Contents:
    """Return what EF.COM announces. Raises LdsError."""
    body = tlv.need(data, 0x60, "EF.COM")
    tags = tlv.need(body, 0x5C, "EF.COM")
    return Contents(
        lds_version=_digits(tlv.need(body, 0x5F01, "EF.COM")),
        unicode_version=_digits(tlv.need(body, 0x5F36, "EF.COM")),
        groups=tuple(_NAME_OF_TAG.get(tag, f"{tag:02X}") for tag in tags),
    )


def parse_dg1(data: bytes) -> tuple[str, ...]:
    """Return the MRZ lines of DG1: three of 30, two of 36 or two of 44. Raises LdsError."""
    zone = tlv.need(tlv.need(data, 0x61, "DG1"), 0x5F1F, "DG1")
    try:
        return split_lines(zone.decode("ascii"))
    except (UnicodeDecodeError, MrzError) as error:
        message = "DG1: its MRZ has a wrong length or foreign signs"
        raise LdsError(message) from error


def parse_dg1_mrz(data: bytes) -> Mrz:
    """Return the fields of DG1; wrong check digits stand in its `wrong`. Raises LdsError."""
    return parse_mrz(parse_dg1(data), strict=False)


def parse_dg2(data: bytes) -> Face:
    """Return the first face of DG2. Raises LdsError."""
    group = tlv.need(tlv.need(data, 0x75, "DG2"), 0x7F61, "DG2")
    template = tlv.need(group, 0x7F60, "DG2")
    record = tlv.find(template, 0x5F2E)
    if record is None:
        record = tlv.need(template, 0x7F2E, "DG2")
    return parse_face_record(record)


def parse_face_record(record: bytes) -> Face:
    """Return the first image of an ISO/IEC 19794-5:2005 record. Raises LdsError.

    `FAC 00 | 010 00 | length 4 | faces 2` then per face
    `length 4 | points 2 | … (20 in all) | 8 a point | type 1, data 1, width 2, height 2 … (12)`.
    """
    if record[:4] != b"FAC\x00" or len(record) < 14 + 20 + 12:
        message = "DG2: no ISO 19794-5 face record"
        raise LdsError(message)
    block = int.from_bytes(record[14:18], "big")
    points = int.from_bytes(record[18:20], "big")
    image_head = 14 + 20 + 8 * points
    image = record[image_head + 12 : 14 + block]
    if not image or len(record) < 14 + block:
        message = "DG2: the face record is cut"
        raise LdsError(message)
    width = int.from_bytes(record[image_head + 2 : image_head + 4], "big")
    height = int.from_bytes(record[image_head + 4 : image_head + 6], "big")
    return Face(_image_kind(image), image, width, height)


def parse_dg11(data: bytes) -> Mapping[str, str]:
    """Return the additional personal details that DG11 holds, by field name. Raises LdsError."""
    return _texts(tlv.need(data, 0x6B, "DG11"), _DG11)


def parse_dg12(data: bytes) -> Mapping[str, str]:
    """Return the additional document details that DG12 holds, by field name. Raises LdsError."""
    return _texts(tlv.need(data, 0x6C, "DG12"), _DG12)


def parse_dg14(data: bytes) -> tuple[SecurityInfo, ...]:
    """Return the signed offers of the chip. Raises LdsError."""
    return parse_infos(tlv.need(data, 0x6E, "DG14"), "DG14")


def parse_dg15(data: bytes) -> bytes:
    """Return the SubjectPublicKeyInfo of Active Authentication. Raises LdsError."""
    return tlv.need(data, 0x6F, "DG15")


_DG11 = {
    0x5F0E: "full_name", 0x5F10: "personal_number", 0x5F2B: "birth_date", 0x5F11: "birth_place",
    0x5F42: "address", 0x5F12: "telephone", 0x5F13: "profession", 0x5F14: "title",
    0x5F15: "personal_summary", 0x5F18: "custody",
}  # fmt: skip
_DG12 = {
    0x5F19: "issuing_authority", 0x5F26: "issue_date", 0x5F1B: "endorsements",
    0x5F1C: "tax_or_exit", 0x5F55: "personalised_at", 0x5F56: "personalisation_system",
}  # fmt: skip
_DATES = {0x5F2B, 0x5F26, 0x5F55}


def _texts(body: bytes, names: Mapping[int, str]) -> dict[str, str]:
    return {
        names[item.tag]: _date_text(item.value) if item.tag in _DATES else _text(item.value)
        for item in tlv.each(body)
        if item.tag in names
    }


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace").replace("<", " ").strip()


def _date_text(value: bytes) -> str:
    # older chips write dates as packed digits, newer ones as text
    return value.hex() if len(value) in (4, 7) else _digits(value)


def _digits(value: bytes) -> str:
    return value.decode("ascii", "replace")


def _image_kind(image: bytes) -> str:
    """Tell by the picture's own first bytes: the record's data type is wrong on some chips."""
    if image[:3] == b"\xff\xd8\xff":
        return "jpeg"
    if image[:6] == b"\x00\x00\x00\x0cjP" or image[:4] == b"\xff\x4f\xff\x51":
        return "jpeg2000"
    message = "DG2: the face is neither JPEG nor JPEG 2000"
    raise LdsError(message)


__all__ = [
    "FILES", "ChipFile", "Contents", "Face", "LdsError", "SecurityObject", "parse_com", "parse_dg1",
    "parse_dg1_mrz", "parse_dg2", "parse_dg11", "parse_dg12", "parse_dg14", "parse_dg15",
    "parse_face_record", "parse_sod",
]  # fmt: skip
