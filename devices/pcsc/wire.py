"""Pure parts of PC/SC: which error a return code is, which reader a name means, vpcd's framing.

vpcd (virtual smart card): `length u16 big endian | body`; from the reader a body of one byte is
a control, anything else a command APDU. Controls: 0 off, 1 on, 2 reset, 4 get ATR; only ATR and
APDUs are answered.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence

from devices.errors import (
    AddressError,
    DeviceBusy,
    DeviceError,
    DeviceGone,
    DeviceProtocolError,
    DeviceSilent,
    DocumentRemoved,
)

SUCCESS = 0
REMOVED = (
    "Dokumen tidak ada di pembaca: letakkan kembali / no document on the reader: lay it down again"
)
_GONE = {
    0x8010001D: "pcscd is not running: start it (systemctl start pcscd)",
    0x8010001E: "pcscd ended: start it again (systemctl start pcscd)",
    0x8010002E: "no reader is connected: plug it in",
    0x80100009: "the reader is not connected: plug it in",
    0x80100017: "the reader is not available: plug it in again",
    0x80100003: "the connection to pcscd is lost",
}
_UNPOWERED = 0x80100067
_REMOVED = {0x8010000C, 0x80100069, _UNPOWERED, 0x80100068}
_BUSY = {0x8010000B}
_SILENT = {0x8010000A}
_NO_PERMISSION = {0x8010006A}
_PROTOCOL = {0x80100066, 0x8010000F, 0x80100016, 0x8010002F, 0x80100013, 0x80100001}


def error_for(code: int, what: str, *, address: str = "") -> DeviceError:
    """Return the error of our tree for a PC/SC return `code` (pcsclite.h) while doing `what`."""
    number = code & 0xFFFFFFFF
    if number in _GONE:
        return DeviceGone(f"{what}: {_GONE[number]}", address=address)
    if number in _REMOVED:
        return DocumentRemoved(REMOVED, address=address)
    if number in _BUSY:
        return DeviceBusy(f"{what}: another program uses the card", address=address)
    if number in _SILENT:
        return DeviceSilent(f"{what}: the reader gave no answer in time", address=address)
    if number in _NO_PERMISSION:
        return DeviceGone(f"{what}: no permission for pcscd: ask polkit or run as root")
    if number in _PROTOCOL:
        return DeviceProtocolError(f"{what}: card and reader lost each other", address=address)
    return DeviceProtocolError(f"{what}: PC/SC error {number:08X}", address=address)


def is_unpowered(code: int) -> bool:
    """Return whether PC/SC says that the card has no power (SCARD_W_UNPOWERED_CARD)."""
    return code & 0xFFFFFFFF == _UNPOWERED


def is_taken(code: int) -> bool:
    """Return whether PC/SC says that somebody else uses the card (SCARD_E_SHARING_VIOLATION)."""
    return code & 0xFFFFFFFF in _BUSY


def is_answer(answer: bytes) -> bool:
    """Return whether these bytes can be an answer: SW1 is 6x or 9x (ISO 7816-4 §5.6)."""
    return len(answer) >= 2 and answer[-2] >> 4 in (6, 9)


def choose_reader(wanted: str, names: Sequence[str], *, address: str = "") -> str:
    """Return the reader that `wanted` names: exactly, else as the only one holding that text.

    Raises AddressError listing the readers when several match, DeviceGone when none does.
    """
    if wanted in names:
        return wanted
    found = [name for name in names if wanted.casefold() in name.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"'{name}'" for name in found)
        message = (
            f"'{wanted}' cocok dengan {len(found)} pembaca, tulis lebih lengkap"
            f" / '{wanted}' names {len(found)} readers: {listed}; write more of the name"
        )
        raise AddressError(message, address=address)
    listed = ", ".join(f"'{name}'" for name in names) or "none"
    message = (
        f"tidak ada pembaca '{wanted}' / no reader is called '{wanted}';"
        f" terhubung / connected: {listed}"
    )
    raise DeviceGone(message, address=address)


class VpcdControl(enum.IntEnum):
    """What the virtual reader asks of a card beside APDUs."""

    OFF = 0
    ON = 1
    RESET = 2
    ATR = 4


def frame(body: bytes) -> bytes:
    """Write one message of vpcd."""
    return len(body).to_bytes(2, "big") + body


class FrameReader:
    """Cuts a byte stream into vpcd's messages, however it is fragmented."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, received: bytes) -> list[bytes]:
        """Return the bodies that are complete now."""
        self._held += received
        bodies = []
        while len(self._held) >= 2:
            end = 2 + int.from_bytes(self._held[:2], "big")
            if len(self._held) < end:
                break
            bodies.append(bytes(self._held[2:end]))
            del self._held[:end]
        return bodies


def contactless_atr(historical: bytes) -> bytes:
    """Return the ATR a PC/SC reader makes up for a contactless card (PC/SC part 3 §3.1.3.2.3)."""
    body = bytes([0x80 | len(historical), 0x80, 0x01]) + historical
    check = 0
    for byte in body:
        check ^= byte
    return b"\x3b" + body + bytes([check])


def historical_bytes(atr: bytes) -> bytes:
    """Return the historical bytes of an ATR (ISO 7816-3 §8.2), empty when it is broken."""
    if len(atr) < 2:
        return b""
    count, mask, place = atr[1] & 0x0F, atr[1] >> 4, 2
    while mask:
        place += mask.bit_count()
        if not mask & 0x8:
            break
        if place > len(atr):
            return b""
        mask = atr[place - 1] >> 4
    return atr[place : place + count]


TLV_PROPERTIES = 0x12
ESCAPE = 0x13
"""Features of PC/SC part 10 §2.3: the reader's properties, and commands to the reader itself."""
_MOST_APDU_DATA = 0x0A


def feature_code(features: bytes, wanted: int) -> int:
    """Return the control code of a feature (PC/SC part 10 §2.2), 0 when the reader lacks it.

    `tag 1 | 04 | control code 4, big endian` follow each other.
    """
    for place in range(0, len(features) - 5, 6):
        if features[place] == wanted:
            return int.from_bytes(features[place + 2 : place + 6], "big")
    return 0


def longest_apdu(properties: bytes) -> int:
    """Return the longest APDU data of a reader's TLV properties, 0 if it does not say."""
    place = 0
    while place + 2 <= len(properties):
        tag, length = properties[place], properties[place + 1]
        if tag == _MOST_APDU_DATA:
            # this value is little endian, unlike the codes of the features
            return int.from_bytes(properties[place + 2 : place + 2 + length], "little")
        place += 2 + length
    return 0
