"""Packets of the ZFM-20 / R30x / AS608 / R503 family, bytes ↔ values.

`EF01 | address 4 | kind 1 | length 2 = payload + 2 | payload | sum 2`, big endian; the sum covers
kind, length and payload, not the module address. Source: R503 user manual (public copies), "Data
package format" and "Instruction system", and the sources of two independent clients.
"""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass
from typing import Final

from devices.errors import DeviceProtocolError

HEADER: Final = b"\xef\x01"
EVERY_MODULE: Final = 0xFFFFFFFF
LONGEST_PAYLOAD: Final = 256
_FIXED: Final = struct.Struct(">2sIBH")
_SUM_BYTES: Final = 2
_MOST_SKIPPED: Final = 1024


class Kind(enum.IntEnum):
    """What a packet carries."""

    COMMAND = 0x01
    DATA = 0x02
    ACK = 0x07
    LAST_DATA = 0x08


class Command(enum.IntEnum):
    """First payload byte of a command packet."""

    GEN_IMAGE = 0x01
    IMAGE_TO_FEATURES = 0x02
    MATCH = 0x03
    SEARCH = 0x04
    MAKE_MODEL = 0x05
    STORE = 0x06
    LOAD = 0x07
    UP_CHAR = 0x08
    DOWN_CHAR = 0x09
    UP_IMAGE = 0x0A
    DOWN_IMAGE = 0x0B
    DELETE = 0x0C
    EMPTY = 0x0D
    SET_PARAMETER = 0x0E
    READ_PARAMETERS = 0x0F
    SET_PASSWORD = 0x12
    VERIFY_PASSWORD = 0x13
    RANDOM = 0x14
    SET_ADDRESS = 0x15
    FAST_SEARCH = 0x1B
    COUNT = 0x1D
    INDEX = 0x1F
    AURA_LED = 0x35
    PRODUCT_INFO = 0x3C
    SOFT_RESET = 0x3D
    ECHO = 0x53


class Code(enum.IntEnum):
    """First payload byte of an acknowledgement."""

    OK = 0x00
    RECEIVE_ERROR = 0x01
    NO_FINGER = 0x02
    IMAGE_FAILED = 0x03
    MESSY = 0x06
    FEW_POINTS = 0x07
    NO_MATCH = 0x08
    NOT_FOUND = 0x09
    MERGE_FAILED = 0x0A
    BAD_PAGE = 0x0B
    LOAD_FAILED = 0x0C
    TEMPLATE_UPLOAD_FAILED = 0x0D
    DATA_REFUSED = 0x0E
    IMAGE_UPLOAD_FAILED = 0x0F
    DELETE_FAILED = 0x10
    EMPTY_FAILED = 0x11
    WRONG_PASSWORD = 0x13
    NO_IMAGE = 0x15
    FLASH_ERROR = 0x18
    BAD_REGISTER = 0x1A
    PASSWORD_NEEDED = 0x21


class Parameter(enum.IntEnum):
    """Register numbers of SET_PARAMETER."""

    BAUD = 4
    SECURITY = 5
    PACKET_SIZE = 6


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet; `payload` without the sum."""

    kind: Kind
    payload: bytes
    address: int = EVERY_MODULE


@dataclass(frozen=True, slots=True)
class Parameters:
    """What READ_PARAMETERS answers: `packet_bytes` is decoded, `baud` in bits per second."""

    status: int
    system_id: int
    capacity: int
    security: int
    address: int
    packet_bytes: int
    baud: int


@dataclass(frozen=True, slots=True)
class ProductInfo:
    """What PRODUCT_INFO answers on newer modules (R503): sizes in pixels and bytes."""

    module: str
    batch: str
    serial: str
    hardware: str
    sensor: str
    width_px: int
    height_px: int
    template_bytes: int
    capacity: int


def encode(packet: Packet) -> bytes:
    """Return the bytes of `packet`. Raises ValueError if the payload is longer than 256 bytes."""
    if len(packet.payload) > LONGEST_PAYLOAD:
        message = f"a payload of {len(packet.payload)} bytes does not fit a packet"
        raise ValueError(message)
    length = len(packet.payload) + _SUM_BYTES
    body = struct.pack(">BH", packet.kind, length) + packet.payload
    head = HEADER + packet.address.to_bytes(4, "big")
    return head + body + checksum(body).to_bytes(_SUM_BYTES, "big")


def encode_command(command: Command, arguments: bytes = b"", *, address: int) -> bytes:
    """Return the bytes of a command packet."""
    return encode(Packet(Kind.COMMAND, bytes([command]) + arguments, address))


def checksum(body: bytes) -> int:
    """Return the 16-bit sum over kind, length and payload."""
    # the module address is not summed
    return sum(body) & 0xFFFF


def chunks(octets: bytes, packet_bytes: int, *, address: int) -> list[bytes]:
    """Split `octets` into encoded data packets; the last one says that it is the last."""
    starts = range(0, max(len(octets), 1), packet_bytes)
    kinds = [Kind.DATA] * (len(starts) - 1) + [Kind.LAST_DATA]
    return [
        encode(Packet(kind, octets[start : start + packet_bytes], address))
        for start, kind in zip(starts, kinds, strict=True)
    ]


class Decoder:
    """Collects bytes as they come and hands out whole packets; skips what precedes a header."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self.skipped = 0

    @property
    def unfinished(self) -> bool:
        """Whether bytes came that are no whole packet: silence now is not plain silence."""
        return bool(self._waiting) or self.skipped > 0

    def feed(self, octets: bytes) -> list[Packet]:
        """Take `octets` and return the packets they complete.

        Raises DeviceProtocolError for a wrong sum, kind or length, and for endless noise.
        """
        self._waiting += octets
        packets = []
        while (packet := self._next()) is not None:
            packets.append(packet)
        return packets

    def _next(self) -> Packet | None:
        self._skip_to_header()
        if len(self._waiting) < _FIXED.size:
            return None
        _, address, kind, length = _FIXED.unpack_from(self._waiting)
        if not _SUM_BYTES < length <= LONGEST_PAYLOAD + _SUM_BYTES:
            problem = f"a packet claims a length of {length}"
            raise self._broken(problem)
        end = _FIXED.size + length
        if len(self._waiting) < end:
            return None
        return self._take(address, kind, end)

    def _take(self, address: int, kind: int, end: int) -> Packet:
        body, sent = bytes(self._waiting[6 : end - 2]), bytes(self._waiting[end - 2 : end])
        if checksum(body) != int.from_bytes(sent, "big"):
            raise self._broken("a packet's checksum is wrong")
        if kind not in Kind.__members__.values():
            problem = f"a packet is of unknown kind {kind:02X}"
            raise self._broken(problem)
        del self._waiting[:end]
        return Packet(Kind(kind), body[3:], address)

    def _skip_to_header(self) -> None:
        start = self._waiting.find(HEADER)
        if start < 0:
            start = len(self._waiting) - (1 if self._waiting.endswith(HEADER[:1]) else 0)
        del self._waiting[:start]
        self.skipped += start
        if self.skipped > _MOST_SKIPPED:
            raise self._broken("it sends bytes that are no packets")

    def _broken(self, what: str) -> DeviceProtocolError:
        self._waiting.clear()
        self.skipped = 0
        return DeviceProtocolError(what)


def decode_parameters(payload: bytes) -> Parameters:
    """Read the answer to READ_PARAMETERS, without its code byte. Raises DeviceProtocolError."""
    if len(payload) < 16:
        message = f"the system parameters have {len(payload)} bytes instead of 16"
        raise DeviceProtocolError(message)
    status, system, capacity, security, address, size, baud = struct.unpack(
        ">HHHHIHH", payload[:16]
    )
    if size > 3 or not 1 <= baud <= 12:
        message = f"the system parameters are impossible: packet size {size}, baud {baud} x 9600"
        raise DeviceProtocolError(message)
    return Parameters(status, system, capacity, security, address, 32 << size, baud * 9600)


def encode_parameters(parameters: Parameters) -> bytes:
    """Return the answer to READ_PARAMETERS, without its code byte."""
    return struct.pack(
        ">HHHHIHH",
        parameters.status,
        parameters.system_id,
        parameters.capacity,
        parameters.security,
        parameters.address,
        (parameters.packet_bytes // 32).bit_length() - 1,
        parameters.baud // 9600,
    )


_PRODUCT: Final = struct.Struct(">16s4s8s2s8sHHHH")


def decode_product_info(payload: bytes) -> ProductInfo:
    """Read the answer to PRODUCT_INFO, without its code byte. Raises DeviceProtocolError."""
    if len(payload) < _PRODUCT.size:
        message = f"the product information has {len(payload)} bytes instead of {_PRODUCT.size}"
        raise DeviceProtocolError(message)
    module, batch, serial, hardware, sensor, *sizes = _PRODUCT.unpack_from(payload)
    version = f"{hardware[0]}.{hardware[1]}"
    return ProductInfo(_text(module), _text(batch), _text(serial), version, _text(sensor), *sizes)


def encode_product_info(info: ProductInfo) -> bytes:
    """Return the answer to PRODUCT_INFO, without its code byte."""
    major, minor = info.hardware.split(".")
    return _PRODUCT.pack(
        info.module.encode(),
        info.batch.encode(),
        info.serial.encode(),
        bytes([int(major), int(minor)]),
        info.sensor.encode(),
        info.width_px,
        info.height_px,
        info.template_bytes,
        info.capacity,
    )


def _text(part: bytes) -> str:
    return part.rstrip(b"\0 ").decode("ascii", "replace")


def expand_to_8_bit(packed: bytes) -> bytes:
    """Expand an image of two 4-bit pixels a byte, left pixel in the high half, to 8 bit."""
    # 0x0…0xF becomes 0x00…0xFF: times 17
    return bytes(value * 17 for pair in packed for value in (pair >> 4, pair & 0x0F))


def pack_to_4_bit(pixels: bytes) -> bytes:
    """Pack 8-bit pixels two a byte, as the sensor sends them."""
    pairs = zip(pixels[::2], pixels[1::2], strict=True)
    return bytes((left & 0xF0) | (right >> 4) for left, right in pairs)
