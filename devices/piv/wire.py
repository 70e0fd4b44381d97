"""Commands and objects of a PIV card (NIST SP 800-73-4 part 2), pure.

Long commands are chained (CLA 10), long answers fetched with GET RESPONSE (61xx): every PIV card
takes that, few take extended length.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import rsa

from devices.emrtd import tlv
from devices.emrtd.wire import OK, Command, WireError, split_response
from devices.piv.pin import is_pin
from devices.piv.proof import CardKey

APPLICATION = bytes.fromhex("A00000030800001000")
CERTIFICATE_9A = bytes.fromhex("5FC105")
CHUID = bytes.fromhex("5FC102")
CAPABILITIES = bytes.fromhex("5FC107")
SLOT_9A = 0x9A
PIN = 0x80
LARGEST_OBJECT = 16_384
_PIECE = 255
_MORE = 0x61
_TRIES = 0x63C0
_BLOCKED = 0x6983


def select() -> Command:
    """SELECT the PIV application."""
    return Command(0x00, 0xA4, 0x04, 0x00, APPLICATION, 256)


def get_data(name: bytes) -> Command:
    """GET DATA of the object `name`."""
    return Command(0x00, 0xCB, 0x3F, 0xFF, tlv.write(0x5C, name), 256)


def verify_pin(pin: str) -> Command:
    """VERIFY the card's PIN, six to eight digits. Raises ValueError for another form."""
    if not is_pin(pin):
        message = "a PIN has six to eight digits"
        raise ValueError(message)
    return Command(0x00, 0x20, 0x00, PIN, pin.encode().ljust(8, b"\xff"))


def ask_tries() -> Command:
    """VERIFY without a PIN: how many tries are left."""
    return Command(0x00, 0x20, 0x00, PIN)


def sign(key: CardKey, block: bytes) -> Command:
    """GENERAL AUTHENTICATE: let slot 9A sign `block`."""
    wish = tlv.write(0x82, b"") + tlv.write(0x81, block)
    return Command(0x00, 0x87, algorithm(key), SLOT_9A, tlv.write(0x7C, wish), 256)


def algorithm(key: CardKey) -> int:
    """Return the algorithm's number (SP 800-78-4 table 6-2)."""
    if isinstance(key, rsa.RSAPublicKey):
        return 0x07 if key.key_size == 2048 else 0x05
    return 0x11 if key.curve.key_size == 256 else 0x14


def tries_left(status: int) -> int | None:
    """Return the tries that a status tells, None if it tells something else."""
    if status & 0xFFF0 == _TRIES:
        return status & 0x000F
    return 0 if status == _BLOCKED else None


def talk(transmit: Callable[[bytes], bytes], command: Command) -> tuple[bytes, int]:
    """Send a command of any length in pieces; return the whole answer. Raises WireError."""
    data = command.data
    while len(data) > _PIECE:
        head = Command(command.cla | 0x10, command.ins, command.p1, command.p2, data[:_PIECE])
        _, status = split_response(transmit(head.encode()))
        if status != OK:
            return b"", status
        data = data[_PIECE:]
    last = Command(command.cla, command.ins, command.p1, command.p2, data, command.expected)
    answer, status = split_response(transmit(last.encode()))
    while status >> 8 == _MORE:
        if len(answer) > LARGEST_OBJECT:
            message = "the card's answer has no end"
            raise WireError(message)
        more, status = split_response(
            transmit(Command(0x00, 0xC0, 0x00, 0x00, b"", (status & 0xFF) or 256).encode())
        )
        if not more:
            break
        answer += more
    return answer, status


def certificate_in(answer: bytes) -> bytes:
    """Return the certificate of a GET DATA answer, unpacked. Raises LdsError."""
    body = tlv.need(answer, 0x53, "the certificate object")
    packed = tlv.need(body, 0x70, "the certificate object")
    if not (tlv.find(body, 0x71) or b"\x00")[0] & 0x01:
        return packed
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        return unpacker.decompress(packed, LARGEST_OBJECT)
    except zlib.error as error:
        message = "the certificate object cannot be unpacked"
        raise tlv.LdsError(message) from error


def card_number(chuid: bytes) -> str:
    """Return the card's GUID from a CHUID answer, as hex. Raises LdsError."""
    body = tlv.need(chuid, 0x53, "the CHUID")
    return tlv.need(body, 0x34, "the CHUID").hex()


def signature_in(answer: bytes) -> bytes:
    """Return the signature of a GENERAL AUTHENTICATE answer. Raises LdsError."""
    return tlv.need(tlv.need(answer, 0x7C, "the signature"), 0x82, "the signature")
