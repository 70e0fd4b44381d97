"""The card's side of SP 800-73: command APDU in, response APDU out. It holds no wire.

It refuses as real cards do: 6A82 for what is not there, 6982 before the PIN, 63Cx and 6983 for a
wrong one, 61xx for what did not fit.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from devices.emrtd import tlv
from devices.emrtd.wire import OK, Command, WireError, parse_command
from devices.piv import wire

CardPrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
KEYS = ("p256", "p384", "rsa2048")
TRIES = 3
# as long as the specimen authority: a practising office may live in 2040
_LIFE = (datetime(2022, 1, 1, tzinfo=UTC), datetime(2042, 1, 1, tzinfo=UTC))
_NOT_FOUND, _NOT_ALLOWED, _BLOCKED, _WRONG_LENGTH = 0x6A82, 0x6982, 0x6983, 0x6700
_NO_INSTRUCTION, _WRONG_PARAMETERS, _BAD_DATA = 0x6D00, 0x6A86, 0x6A80
_SHORT_ANSWER = 256
_PROPERTIES = tlv.write(
    0x61,
    tlv.write(0x4F, bytes.fromhex("000010000100"))
    + tlv.write(0x79, tlv.write(0x4F, bytes.fromhex("A000000308"))),
)

Answer = tuple[bytes, int]


@dataclass(frozen=True, slots=True)
class Issued:
    """What a card is made of: the key of slot 9A, its certificate in DER, PIN and number."""

    key: CardPrivateKey
    certificate: bytes
    pin: str
    number: bytes


def issue(*, kind: str = "p256", holder: str = "Petugas Contoh", pin: str = "123456") -> Issued:
    """Make a card with a self-signed certificate; `kind` is one of KEYS."""
    key = _new_key(kind)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, holder)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_LIFE[0])
        .not_valid_after(_LIFE[1])
        .sign(key, hashes.SHA256())
    )
    return Issued(key, certificate.public_bytes(Encoding.DER), pin, secrets.token_bytes(16))


class PivCard:
    """One powered card; forgets the PIN on `power_up`, never its tries."""

    def __init__(self, issued: Issued) -> None:
        self.issued = issued
        self.has_application = True
        self.signs_with: CardPrivateKey = issued.key
        self.tries = TRIES
        self.power_up()

    def power_up(self) -> None:
        """Start anew: nothing selected, no PIN entered."""
        self._selected = self._verified = False
        self._chained = self._waiting = b""

    def respond(self, apdu: bytes) -> bytes:
        """Answer one command APDU."""
        try:
            command = parse_command(apdu)
        except WireError:
            return _WRONG_LENGTH.to_bytes(2, "big")
        if command.ins == 0xC0:
            return self._deliver(command.expected or _SHORT_ANSWER)
        if command.cla & 0x10:
            self._chained += command.data
            return OK.to_bytes(2, "big")
        whole = Command(
            command.cla, command.ins, command.p1, command.p2,
            self._chained + command.data, command.expected,
        )  # fmt: skip
        self._chained = b""
        answer, status = self._execute(whole)
        if status != OK or not answer:
            return status.to_bytes(2, "big")
        self._waiting = answer
        return self._deliver(command.expected or _SHORT_ANSWER)

    def _deliver(self, room: int) -> bytes:
        piece, self._waiting = self._waiting[:room], self._waiting[room:]
        left = len(self._waiting)
        status = 0x6100 | (left if left < _SHORT_ANSWER else 0) if left else OK
        return piece + status.to_bytes(2, "big")

    def _execute(self, command: Command) -> Answer:
        if command.ins == 0xA4:
            return self._select(command)
        if not self._selected:
            return b"", _NO_INSTRUCTION
        verbs: dict[int, Callable[[Command], Answer]] = {
            0xCB: self._get_data,
            0x20: self._verify,
            0x87: self._general_authenticate,
        }
        verb = verbs.get(command.ins)
        return verb(command) if verb else (b"", _NO_INSTRUCTION)

    def _select(self, command: Command) -> Answer:
        name = command.data
        whole = wire.APPLICATION + b"\x01\x00"
        wanted = command.p1 == 0x04 and len(name) >= 5 and whole.startswith(name)
        if not (wanted and self.has_application):
            return b"", _NOT_FOUND
        self._selected = True
        return _PROPERTIES, OK

    def _get_data(self, command: Command) -> Answer:
        try:
            name = tlv.need(command.data, 0x5C, "GET DATA")
        except tlv.LdsError:
            return b"", _BAD_DATA
        held = self._objects().get(name)
        return (held, OK) if held is not None else (b"", _NOT_FOUND)

    def _objects(self) -> dict[bytes, bytes]:
        certificate = tlv.write(0x70, self.issued.certificate) + b"\x71\x01\x00\xfe\x00"
        chuid = (
            tlv.write(0x30, bytes.fromhex("D4E739DA739CED39CE739D836858210842108421C84210C3EB"))
            + tlv.write(0x34, self.issued.number)
            + tlv.write(0x35, b"20301231")
            + b"\x3e\x00\xfe\x00"
        )
        capabilities = tlv.write(0xF0, bytes.fromhex("A000000116FF02") + bytes(14))
        capabilities += b"\xf1\x01\x21\xf2\x01\x21\xf3\x00\xf4\x01\x00\xf5\x01\x10\xf6\x00\xf7\x00"
        capabilities += b"\xfa\x00\xfb\x00\xfc\x00\xfd\x00\xfe\x00"
        return {
            wire.CERTIFICATE_9A: tlv.write(0x53, certificate),
            wire.CHUID: tlv.write(0x53, chuid),
            wire.CAPABILITIES: tlv.write(0x53, capabilities),
        }

    def _verify(self, command: Command) -> Answer:
        if command.p2 != wire.PIN:
            return b"", _WRONG_PARAMETERS
        if not self.tries:
            return b"", _BLOCKED
        if not command.data:
            return b"", OK if self._verified else 0x63C0 | self.tries
        right = self.issued.pin.encode().ljust(8, b"\xff")
        self._verified = secrets.compare_digest(command.data, right)
        self.tries = TRIES if self._verified else self.tries - 1
        return b"", OK if self._verified else 0x63C0 | self.tries

    def _general_authenticate(self, command: Command) -> Answer:
        if command.p2 != wire.SLOT_9A:
            return b"", _NOT_FOUND
        if not self._verified:
            return b"", _NOT_ALLOWED
        if command.p1 != wire.algorithm(self.issued.key.public_key()):
            return b"", _WRONG_PARAMETERS
        try:
            block = tlv.need(tlv.need(command.data, 0x7C, "sign"), 0x81, "sign")
            signature = _signature(self.signs_with, block)
        except ValueError:
            return b"", _BAD_DATA
        return tlv.write(0x7C, tlv.write(0x82, signature)), OK


def _signature(key: CardPrivateKey, block: bytes) -> bytes:
    """Sign as a card does: what comes is padded or hashed already."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        digests = {32: hashes.SHA256(), 48: hashes.SHA384(), 64: hashes.SHA512()}
        if len(block) not in digests:
            message = "a block of no hash's length"
            raise ValueError(message)
        return key.sign(block, ec.ECDSA(Prehashed(digests[len(block)])))
    numbers = key.private_numbers()
    size = (key.key_size + 7) // 8
    if len(block) != size:
        message = "a block of another length than the key"
        raise ValueError(message)
    power = pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n)
    return power.to_bytes(size, "big")


def _new_key(kind: str) -> CardPrivateKey:
    if kind == "rsa2048":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP384R1() if kind == "p384" else ec.SECP256R1())
