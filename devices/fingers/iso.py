"""Finger images and minutiae as interchange records, values ↔ bytes, big endian.

ISO/IEC 19794-4:2005 (image):
    "FIR\\0" "010\\0" | length 6 | device 2 | level 2 | fingers 1 | scale 1 | scan 2+2 | image 2+2 |
    depth 1 | compression 1 | reserved 2, then each finger:
    length 4 | position 1 | views 1 | view 1 | quality 1 | impression 1 | width 2 | height 2 | 0 |
    pixels
ISO/IEC 19794-2:2005 (minutiae):
    "FMR\\0" " 20\\0" | length 4 | device 2 | size 2+2 | pixels a cm 2+2 | views 1 | 0,
    then each finger: position 1 | view and impression 4 bits each | quality 1 | count 1 |
    count x (kind 2 bits x 14 | 0 2 bits y 14 | angle 1 | quality 1) | extended length 2

A cheap sensor is uncertified: its device id is 0 (unreported) and its acquisition level 0 (none of
the standard's levels is met: four of its eight bits are real).
"""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass
from typing import Final

from devices.capabilities import FingerImage
from devices.errors import DeviceProtocolError

MOST_MINUTIAE: Final = 255
UNCERTIFIED: Final = 0
NOT_TOLD: Final = 255
"""Quality that was not computed: no value is better than an invented one (19794-4 §7.2.4)."""

_IMAGE: Final = struct.Struct(">4s4s6sHHBBHHHHBBH")
_FINGER: Final = struct.Struct(">IBBBBBHHB")
_RECORD: Final = struct.Struct(">4s4sIHHHHHBB")
_VIEW: Final = struct.Struct(">BBBB")
_POINT: Final = struct.Struct(">HHBB")
_PPI, _PER_CM = 1, 2
_LARGEST: Final = 16 * 1024 * 1024
_ANGLE_DEG: Final = 360 / 256


class Position(enum.IntEnum):
    """Which finger (19794-2 §7.4.2.1)."""

    UNKNOWN = 0
    RIGHT_THUMB = 1
    RIGHT_INDEX = 2
    RIGHT_MIDDLE = 3
    RIGHT_RING = 4
    RIGHT_LITTLE = 5
    LEFT_THUMB = 6
    LEFT_INDEX = 7
    LEFT_MIDDLE = 8
    LEFT_RING = 9
    LEFT_LITTLE = 10


class Kind(enum.IntEnum):
    """What a ridge does at a minutia."""

    OTHER = 0
    ENDING = 1
    BIFURCATION = 2


@dataclass(frozen=True, slots=True)
class Minutia:
    """A ridge's end or fork; the angle counter-clockwise from the right, `quality` 0 (not told)."""

    x: int
    y: int
    angle_deg: float
    kind: Kind
    quality: int = 0


@dataclass(frozen=True, slots=True)
class MinutiaeRecord:
    """The minutiae of one finger on an image of that size."""

    width_px: int
    height_px: int
    dpi: int
    minutiae: tuple[Minutia, ...]
    position: Position = Position.UNKNOWN
    quality: int = 0


def encode_image(
    image: FingerImage, position: Position = Position.UNKNOWN, *, quality: int = NOT_TOLD
) -> bytes:
    """Return the image as an ISO/IEC 19794-4 record, uncompressed, 8 bit. Raises ValueError."""
    if len(image.pixels) != image.width_px * image.height_px:
        message = f"{len(image.pixels)} pixels are not {image.width_px}x{image.height_px}"
        raise ValueError(message)
    finger = _FINGER.pack(
        _FINGER.size + len(image.pixels), position, 1, 1, quality, 0,
        image.width_px, image.height_px, 0,
    )  # fmt: skip
    length = (_IMAGE.size + len(finger) + len(image.pixels)).to_bytes(6, "big")
    dpi = image.dpi
    head = _IMAGE.pack(
        b"FIR\0", b"010\0", length, 0, UNCERTIFIED, 1, _PPI, dpi, dpi, dpi, dpi, 8, 0, 0
    )
    return head + finger + image.pixels


def decode_image(record: bytes) -> tuple[FingerImage, Position]:
    """Read a record with one uncompressed 8-bit finger. Raises DeviceProtocolError."""
    if not _IMAGE.size + _FINGER.size < len(record) <= _LARGEST:
        raise _broken("the finger image record has an impossible size")
    magic, version, length, _, level, fingers, scale, *sizes, depth, compression, _ = (
        _IMAGE.unpack_from(record)
    )
    if magic != b"FIR\0" or version != b"010\0" or int.from_bytes(length, "big") != len(record):
        raise _broken("this is no finger image record of that length")
    if (fingers, depth, compression) != (1, 8, 0):
        raise _broken("only one finger, 8 bit, uncompressed is read")
    block, position, _, _, _, _, width, height, _ = _FINGER.unpack_from(record, _IMAGE.size)
    pixels = record[_IMAGE.size + _FINGER.size :]
    if block != _FINGER.size + len(pixels) or width * height != len(pixels):
        raise _broken("the finger's size does not fit its pixels")
    dpi = sizes[0] if scale == _PPI else round(sizes[0] * 2.54)
    certified = level != UNCERTIFIED
    return FingerImage(width, height, dpi, pixels, certified=certified), _position(position)


def encode_minutiae(record: MinutiaeRecord) -> bytes:
    """Return an ISO/IEC 19794-2 record. Raises ValueError for more than 255 or a place outside."""
    if len(record.minutiae) > MOST_MINUTIAE:
        message = f"{len(record.minutiae)} minutiae do not fit a view, at most {MOST_MINUTIAE}"
        raise ValueError(message)
    points = b"".join(_point(one, record) for one in record.minutiae)
    view = _VIEW.pack(record.position, 0, record.quality, len(record.minutiae))
    length = _RECORD.size + len(view) + len(points) + 2
    per_cm = round(record.dpi / 2.54)
    head = _RECORD.pack(
        b"FMR\0", b" 20\0", length, 0, record.width_px, record.height_px, per_cm, per_cm, 1, 0
    )
    return head + view + points + bytes(2)


def decode_minutiae(octets: bytes) -> MinutiaeRecord:
    """Read a record with one view; extended data is passed over. Raises DeviceProtocolError."""
    if len(octets) < _RECORD.size + _VIEW.size + 2:
        raise _broken("the minutiae record is too short")
    magic, version, length, _, width, height, per_cm, _, views, _ = _RECORD.unpack_from(octets)
    if (magic, version, views) != (b"FMR\0", b" 20\0", 1) or length != len(octets):
        raise _broken("this is no minutiae record of one view and that length")
    position, _, quality, count = _VIEW.unpack_from(octets, _RECORD.size)
    start = _RECORD.size + _VIEW.size
    end = start + count * _POINT.size
    if len(octets) < end + 2 or len(octets) != end + 2 + int.from_bytes(octets[end : end + 2]):
        raise _broken("the minutiae do not fit the record's length")
    minutiae = tuple(_minutia(*part) for part in _POINT.iter_unpack(octets[start:end]))
    dpi = round(per_cm * 2.54)
    return MinutiaeRecord(width, height, dpi, minutiae, _position(position), quality)


def _point(one: Minutia, record: MinutiaeRecord) -> bytes:
    if not (0 <= one.x < record.width_px <= 0x3FFF and 0 <= one.y < record.height_px <= 0x3FFF):
        message = f"a minutia at {one.x}, {one.y} is outside of the image"
        raise ValueError(message)
    angle = round(one.angle_deg % 360 / _ANGLE_DEG) % 256
    return _POINT.pack(one.kind << 14 | one.x, one.y, angle, one.quality)


def _minutia(kind_and_x: int, y: int, angle: int, quality: int) -> Minutia:
    kind = kind_and_x >> 14
    known = Kind(kind) if kind in Kind.__members__.values() else Kind.OTHER
    return Minutia(kind_and_x & 0x3FFF, y & 0x3FFF, angle * _ANGLE_DEG, known, quality)


def _position(number: int) -> Position:
    return Position(number) if number in Position.__members__.values() else Position.UNKNOWN


def _broken(what: str) -> DeviceProtocolError:
    return DeviceProtocolError(what)
