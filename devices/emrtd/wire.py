"""What goes over the air to a chip: APDUs, Basic Access Control, secure messaging.

APDU: CLA INS P1 P2 [Lc data] [Le] (ISO 7816-4). Access and protection: ICAO 9303-11 §4.3, §9.8,
with the worked examples of its Appendix D as tests.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace

from devices.capabilities import MrzKey
from devices.emrtd import tlv
from devices.emrtd.ciphers import (
    AUTHENTICATION,
    ENCRYPTION,
    Suite,
    TripleDesSuite,
    des_key,
    des_suite,
    pad,
    unpad,
)
from devices.mrz.wire import check_digit

LDS_APPLICATION = bytes.fromhex("A0000002471001")
OK = 0x9000
END_OF_FILE = 0x6282
MORE = 0x61
"""First byte of the status of an answer that goes on."""
PLAIN_READ_3DES = 231
"""Longest plain read whose protected answer fits 256 bytes: 232 padded + 87 81 E9 01, 99, 8E."""
PLAIN_READ_AES = 223
EXTENDED_ANSWER = 2048
"""Bytes of an answer that a chip with extended length, but without EF.ATR/INFO, is asked for."""
FAR_OFFSET = 0x8000

_PROTECTED = 0x0C
_ENCRYPTED, _ENCRYPTED_ODD, _LE, _STATUS, _MAC = 0x87, 0x85, 0x97, 0x99, 0x8E


class WireError(ValueError):
    """Bytes that break the chip's protocol; in an answer they mean tampering or a fault."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command APDU; `expected` is Le: None for no answer data, 256 (65536) for all there is."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    expected: int | None = None

    @property
    def header(self) -> bytes:
        """Return CLA INS P1 P2."""
        return bytes([self.cla, self.ins, self.p1, self.p2])

    def encode(self) -> bytes:
        """Write the APDU, short where data and answer fit, else extended."""
        expected = self.expected
        if len(self.data) > 255 or (expected or 0) > 256:
            return self._extended()
        body = bytes([len(self.data)]) + self.data if self.data else b""
        return self.header + body + (b"" if expected is None else bytes([expected % 256]))

    def _extended(self) -> bytes:
        body = b"\x00" + len(self.data).to_bytes(2, "big") + self.data if self.data else b""
        if self.expected is None:
            return self.header + body
        lead = b"" if self.data else b"\x00"
        return self.header + body + lead + (self.expected % 65536).to_bytes(2, "big")


def parse_command(apdu: bytes) -> Command:
    """Read a command APDU, short or extended. Raises WireError."""
    if len(apdu) < 4:
        message = "a command has at least four bytes"
        raise WireError(message)
    bare, body = Command(*apdu[:4]), apdu[4:]
    if not body:
        return bare
    wide = len(body) > 1 and body[0] == 0
    return _extended(bare, body[1:]) if wide else _short(bare, body)


def _short(bare: Command, body: bytes) -> Command:
    if len(body) == 1:
        return replace(bare, expected=body[0] or 256)
    data, rest = body[1 : 1 + body[0]], body[1 + body[0] :]
    if len(data) < body[0] or len(rest) > 1:
        message = "Lc does not match the command's length"
        raise WireError(message)
    return replace(bare, data=data, expected=(rest[0] or 256) if rest else None)


def _extended(bare: Command, body: bytes) -> Command:
    if len(body) == 2:
        return replace(bare, expected=int.from_bytes(body, "big") or 65536)
    length = int.from_bytes(body[:2], "big")
    data, rest = body[2 : 2 + length], body[2 + length :]
    if len(data) < length or len(rest) not in (0, 2):
        message = "extended Lc does not match the command's length"
        raise WireError(message)
    return replace(
        bare, data=data, expected=(int.from_bytes(rest, "big") or 65536) if rest else None
    )


def split_response(response: bytes) -> tuple[bytes, int]:
    """Return (data, status word) of a response APDU. Raises WireError."""
    if len(response) < 2:
        message = "an answer has at least two bytes"
        raise WireError(message)
    return response[:-2], int.from_bytes(response[-2:], "big")


# ── commands ─────────────────────────────────────────────────────────────────


def select_application(name: bytes = LDS_APPLICATION) -> Command:
    """SELECT by name, no answer data (9303-10 §3.6.2)."""
    return Command(0x00, 0xA4, 0x04, 0x0C, name)


def select_file(file_id: int) -> Command:
    """SELECT an elementary file of the application."""
    return Command(0x00, 0xA4, 0x02, 0x0C, file_id.to_bytes(2, "big"))


def read_by_sfi(sfi: int, length: int) -> Command:
    """READ BINARY from the start of a file by its short identifier, which selects it too."""
    return Command(0x00, 0xB0, 0x80 | sfi, 0x00, expected=length)


def read_at(offset: int, length: int) -> Command:
    """READ BINARY of the selected file; beyond 32767 by the odd instruction (9303-10 §3.6)."""
    if offset < FAR_OFFSET:
        return Command(0x00, 0xB0, offset >> 8, offset & 0xFF, expected=length)
    place = tlv.write(0x54, offset.to_bytes(3, "big"))
    # the answer comes wrapped in object 53, whose header counts
    wrapped = len(tlv.write(0x53, bytes(length)))
    return Command(0x00, 0xB1, 0x00, 0x00, place, expected=wrapped)


def get_response(status: int) -> Command:
    """GET RESPONSE for the bytes that a status 61xx tells of; it is never protected."""
    return Command(0x00, 0xC0, 0x00, 0x00, expected=status & 0xFF or 256)


def get_challenge() -> Command:
    """GET CHALLENGE for eight bytes."""
    return Command(0x00, 0x84, 0x00, 0x00, expected=8)


def external_authenticate(cryptogram: bytes) -> Command:
    """EXTERNAL AUTHENTICATE with E_IFD ‖ M_IFD."""
    return Command(0x00, 0x82, 0x00, 0x00, cryptogram, expected=len(cryptogram))


# ── what a chip can ──────────────────────────────────────────────────────────

ATR_INFO_SFI = 0x01
ATR_INFO_ID = 0x2F01
_CARD_CAPABILITIES = 7
_EXTENDED = 0x40


def extended_by_history(historical: bytes) -> bool | None:
    """Return whether the historical bytes (ISO 7816-4 §8.1.1) allow extended length.

    None when they do not speak of it.
    """
    if historical[:1] not in (b"\x00", b"\x80"):
        return None
    place = 1
    while place < len(historical):
        kind, length = historical[place] >> 4, historical[place] & 0x0F
        value = historical[place + 1 : place + 1 + length]
        if kind == _CARD_CAPABILITIES and len(value) == 3:
            return bool(value[2] & _EXTENDED)
        place += 1 + length
    return None


def longest_answer(atr_info: bytes) -> int:
    """Return the longest answer APDU that EF.ATR/INFO allows, 0 if it says nothing.

    `7F66 { 02 longest command, 02 longest answer }` (ISO 7816-4 §12.7.1).
    """
    try:
        lengths = tlv.find(atr_info, 0x7F66)
        numbers = [item.value for item in tlv.each(lengths or b"") if item.tag == 0x02]
    except tlv.LdsError:
        return 0
    return int.from_bytes(numbers[1][:4], "big") if len(numbers) > 1 else 0


def plain_read(answer: int, block: int) -> int:
    """Return the most plain bytes whose protected answer fits into `answer` bytes and status."""
    if answer <= 256:
        return PLAIN_READ_AES if block == 16 else PLAIN_READ_3DES
    # 87 82 hh ll 01 · 99 02 SW · 8E 08 MAC · SW
    room = min(answer, 65_536) - 5 - 4 - 10 - 2
    return room // block * block - 1


# ── Basic Access Control ─────────────────────────────────────────────────────


def mrz_information(key: MrzKey) -> bytes:
    """Return number, birth and expiry, each with its check digit (9303-11 §4.3.2)."""
    number = key.document_number.ljust(9, "<")
    parts = (number, key.birth_date, key.expiry_date)
    return "".join(part + check_digit(part) for part in parts).encode("ascii")


def bac_seed(key: MrzKey) -> bytes:
    """Return K_seed: the first 16 bytes of SHA-1 over the MRZ information."""
    return hashlib.sha1(mrz_information(key), usedforsecurity=False).digest()[:16]


def bac_keys(key: MrzKey) -> TripleDesSuite:
    """Return K_enc and K_mac of the document."""
    seed = bac_seed(key)
    return TripleDesSuite(des_key(seed, ENCRYPTION), des_key(seed, AUTHENTICATION))


def bac_seal(keys: TripleDesSuite, first: bytes, second: bytes, share: bytes) -> bytes:
    """Return E(first ‖ second ‖ share) ‖ MAC: 40 bytes, for either side (9303-11 §4.3.3)."""
    secret = keys.encrypt(first + second + share)
    return secret + keys.mac(pad(secret, 8))


def bac_open(keys: TripleDesSuite, cryptogram: bytes) -> tuple[bytes, bytes, bytes]:
    """Return (first, second, share) of a cryptogram. Raises WireError when its MAC is wrong."""
    secret, mac = cryptogram[:32], cryptogram[32:]
    if len(cryptogram) != 40 or not hmac.compare_digest(keys.mac(pad(secret, 8)), mac):
        message = "the cryptogram's MAC is wrong"
        raise WireError(message)
    plain = keys.decrypt(secret)
    return plain[:8], plain[8:16], plain[16:]


def bac_session(ifd_share: bytes, icc_share: bytes, rnd_icc: bytes, rnd_ifd: bytes) -> Session:
    """Return the session: seed from both shares, counter from the ends of both challenges."""
    seed = bytes(left ^ right for left, right in zip(ifd_share, icc_share, strict=True))
    return Session(des_suite(seed), int.from_bytes(rnd_icc[4:] + rnd_ifd[4:], "big"))


# ── secure messaging ─────────────────────────────────────────────────────────


@dataclass(slots=True)
class Session:
    """One side of a protected channel (9303-11 §9.8); the counter grows with every message."""

    suite: Suite
    counter: int = 0

    def protect(self, command: Command) -> Command:
        """Return `command` encrypted and authenticated."""
        counter = self._next()
        masked = replace(command, cla=command.cla | _PROTECTED)
        objects = self._secret(command.data, counter, odd=command.ins % 2 == 1)
        if command.expected is not None:
            objects += tlv.write(_LE, _le_bytes(command.expected))
        mac = self._mac(counter, pad(masked.header, self.suite.block) + objects)
        room = 256 if (command.expected or 0) <= 256 else 65536
        return replace(masked, data=objects + tlv.write(_MAC, mac), expected=room)

    def open_response(self, response: bytes) -> tuple[bytes, int]:
        """Return (data, status word) of a protected answer.

        Raises WireError when its MAC is wrong or missing.
        """
        body, _ = split_response(response)
        counter = self._next()
        objects = self._authentic(body, counter, b"")
        status = objects.get(_STATUS, b"")
        if len(status) != 2:
            message = "a protected answer without its status"
            raise WireError(message)
        return self._plain(objects, counter), int.from_bytes(status, "big")

    def open_command(self, command: Command) -> Command:
        """Return the plain form of a protected command (the chip's side). Raises WireError."""
        counter = self._next()
        objects = self._authentic(command.data, counter, pad(command.header, self.suite.block))
        wish = objects.get(_LE)
        expected = None if wish is None else int.from_bytes(wish, "big") or 256 ** len(wish)
        data = self._plain(objects, counter)
        return replace(command, cla=command.cla & ~_PROTECTED, data=data, expected=expected)

    def protect_response(self, data: bytes, status: int, *, odd: bool = False) -> bytes:
        """Return a protected answer (the chip's side)."""
        counter = self._next()
        objects = self._secret(data, counter, odd=odd)
        objects += tlv.write(_STATUS, status.to_bytes(2, "big"))
        mac = self._mac(counter, objects)
        return objects + tlv.write(_MAC, mac) + status.to_bytes(2, "big")

    def _next(self) -> bytes:
        width = self.suite.block
        self.counter = (self.counter + 1) % 256**width
        return self.counter.to_bytes(width, "big")

    def _secret(self, data: bytes, counter: bytes, *, odd: bool) -> bytes:
        if not data:
            return b""
        secret = self.suite.encrypt(pad(data, self.suite.block), counter)
        return tlv.write(_ENCRYPTED_ODD, secret) if odd else tlv.write(_ENCRYPTED, b"\x01" + secret)

    def _mac(self, counter: bytes, text: bytes) -> bytes:
        return self.suite.mac(pad(counter + text, self.suite.block))

    def _authentic(self, body: bytes, counter: bytes, head: bytes) -> dict[int, bytes]:
        try:
            objects = {item.tag: item.value for item in tlv.each(body)}
        except tlv.LdsError as error:
            raise WireError(str(error)) from error
        mac = objects.get(_MAC, b"")
        covered = body[: len(body) - len(mac) - 2]
        if len(mac) != 8 or body[len(covered) :] != tlv.write(_MAC, mac):
            message = "a protected message without its MAC"
            raise WireError(message)
        if not hmac.compare_digest(self._mac(counter, head + covered), mac):
            message = "the MAC of a protected message is wrong"
            raise WireError(message)
        return objects

    def _plain(self, objects: dict[int, bytes], counter: bytes) -> bytes:
        secret = objects.get(_ENCRYPTED_ODD, objects.get(_ENCRYPTED, b"\x01")[1:])
        if not secret:
            return b""
        if len(secret) % self.suite.block:
            message = "encrypted data are no whole blocks"
            raise WireError(message)
        try:
            return unpad(self.suite.decrypt(secret, counter))
        except ValueError as error:
            message = "encrypted data have no padding"
            raise WireError(message) from error


def _le_bytes(expected: int) -> bytes:
    return bytes([expected % 256]) if expected <= 256 else (expected % 65536).to_bytes(2, "big")
