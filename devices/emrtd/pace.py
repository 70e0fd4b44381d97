"""PACE with generic mapping over elliptic curves (ICAO 9303-11 §4.4), pure; Appendix G.1 as test.

EF.CardAccess names the scheme; the nonce, decrypted with the key from the MRZ or the CAN, maps the
generator to one that only both sides know; a Diffie-Hellman on it gives the session keys.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from asn1crypto import core
from ecdsa.ellipticcurve import INFINITY, PointJacobi
from ecdsa.errors import MalformedPointError

from devices.capabilities import AccessKey, CanKey
from devices.emrtd import tlv
from devices.emrtd.ciphers import (
    PASSWORD,
    AesSuite,
    Suite,
    TripleDesSuite,
    aes_key,
    aes_suite,
    des_key,
    des_suite,
    pad,
)
from devices.emrtd.curves import CURVES, Curve
from devices.emrtd.infos import PACE, info, parse_infos, write_infos
from devices.emrtd.wire import Command, Session, WireError, mrz_information

CARD_ACCESS_SFI = 0x1C
CARD_ACCESS_ID = 0x011C
NONCE, MAP, MAPPED, AGREE, AGREED, PROOF, PROVEN = 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86
"""Objects inside 7C, in the order of the protocol (9303-11 table 5)."""

_DYNAMIC = 0x7C
_NO_POINT = "a public key is no point of the curve"
_MRZ_PASSWORD, _CAN_PASSWORD = 1, 2
_GENERIC_MAPPING = "0.4.0.127.0.7.2.2.4.2."
_KEY_LENGTHS = MappingProxyType({1: 0, 2: 16, 3: 24, 4: 32})
_PROTOCOLS = frozenset(f"{_GENERIC_MAPPING}{cipher}" for cipher in _KEY_LENGTHS)
# 9303-11 table 6: standardised domain parameters
_PARAMETERS: Mapping[int, str] = MappingProxyType(
    {
        8: "NIST192p", 9: "BRAINPOOLP192r1", 10: "NIST224p", 11: "BRAINPOOLP224r1",
        12: "NIST256p", 13: "BRAINPOOLP256r1", 14: "BRAINPOOLP320r1", 15: "NIST384p",
        16: "BRAINPOOLP384r1", 17: "BRAINPOOLP512r1", 18: "NIST521p",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scheme:
    """A form of PACE that both sides can: cipher, curve and their numbers on the wire."""

    protocol: str
    parameter_id: int
    ambiguous: bool = False
    """Whether the chip has the protocol on several curves, so that the choice must be named."""

    @property
    def key_length(self) -> int:
        """Return the AES key length in bytes, 0 for 3DES."""
        return _KEY_LENGTHS[int(self.protocol.rpartition(".")[2])]

    @property
    def curve(self) -> Curve:
        """Return the curve of the standardised domain parameters."""
        name = _PARAMETERS[self.parameter_id]
        return next(curve for curve in CURVES if curve.arithmetic.name == name)

    @property
    def oid(self) -> bytes:
        """Return the protocol's object identifier, contents only."""
        return bytes(core.ObjectIdentifier(self.protocol).contents)


def card_access(*schemes: Scheme) -> bytes:
    """Return an EF.CardAccess that offers `schemes` (9303-11 §9.2.1, PACEInfo version 2)."""
    return write_infos(info(scheme.protocol, 2, scheme.parameter_id) for scheme in schemes)


def offered(access: bytes) -> Scheme | None:
    """Return the first scheme of EF.CardAccess in a form we have, None if there is none.

    Raises LdsError when the file is broken.
    """
    infos = _infos(access)
    for protocol, number in infos:
        if protocol in _PROTOCOLS and number is not None and number in _PARAMETERS:
            several = len({other for name, other in infos if name == protocol}) > 1
            return Scheme(protocol, number, several)
    return None


def names_pace(access: bytes) -> bool:
    """Return whether EF.CardAccess names PACE in any form, ours or not. Raises LdsError."""
    return any(protocol.startswith(PACE) for protocol, _ in _infos(access))


def _infos(access: bytes) -> list[tuple[str, int | None]]:
    return [(found.protocol, found.number) for found in parse_infos(access, "EF.CardAccess")]


# ── commands ─────────────────────────────────────────────────────────────────


def set_template(scheme: Scheme, key: AccessKey | None = None) -> Command:
    """MSE:Set AT for PACE with the CAN of `key`, else the MRZ, as password."""
    password = _CAN_PASSWORD if isinstance(key, CanKey) else _MRZ_PASSWORD
    data = tlv.write(0x80, scheme.oid) + tlv.write(0x83, bytes([password]))
    if scheme.ambiguous:
        data += tlv.write(0x84, bytes([scheme.parameter_id]))
    return Command(0x00, 0x22, 0xC1, 0xA4, data)


def step(tag: int | None, value: bytes = b"", *, last: bool = False) -> Command:
    """GENERAL AUTHENTICATE with one object inside 7C, chained unless `last`."""
    inner = b"" if tag is None else tlv.write(tag, value)
    return Command(0x00 if last else 0x10, 0x86, 0x00, 0x00, tlv.write(_DYNAMIC, inner), 256)


def step_answer(data: bytes, tag: int) -> bytes:
    """Return object `tag` of an answer. Raises WireError."""
    try:
        return tlv.need(tlv.need(data, _DYNAMIC, "PACE"), tag, "PACE")
    except tlv.LdsError as error:
        raise WireError(str(error)) from error


# ── cryptography ─────────────────────────────────────────────────────────────


def password_suite(scheme: Scheme, key: AccessKey) -> Suite:
    """Return the cipher under K_π: from the CAN's digits or the MRZ information's whole SHA-1."""
    if isinstance(key, CanKey):
        seed = key.number.encode("ascii")
    else:
        seed = hashlib.sha1(mrz_information(key), usedforsecurity=False).digest()
    if scheme.key_length:
        password = aes_key(seed, PASSWORD, scheme.key_length)
        return AesSuite(password, password)
    password = des_key(seed, PASSWORD)
    return TripleDesSuite(password, password)


def open_nonce(suite: Suite, sealed: bytes) -> int:
    """Return the nonce s of sixteen encrypted bytes. Raises WireError."""
    if len(sealed) != 16:
        message = "the nonce has a wrong length"
        raise WireError(message)
    return int.from_bytes(suite.decrypt_plain(sealed), "big")


@dataclass(frozen=True, slots=True)
class EphemeralKey:
    """A private number and its point on the curve, over any generator."""

    private: int
    point: PointJacobi

    @classmethod
    def new(cls, generator: PointJacobi, order: int) -> EphemeralKey:
        """Draw a key over `generator`."""
        return cls.of(secrets.randbelow(order - 1) + 1, generator)

    @classmethod
    def of(cls, private: int, generator: PointJacobi) -> EphemeralKey:
        """Return the key of a given private number."""
        return cls(private, generator * private)

    @property
    def public(self) -> bytes:
        """Return the point as 04 ‖ x ‖ y."""
        return bytes(self.point.to_bytes("uncompressed"))

    def agree(self, other: bytes, curve: Curve) -> PointJacobi:
        """Return the shared point with the other side's public key. Raises WireError."""
        if other == self.public:
            message = "the other side sent our own key back"
            raise WireError(message)
        shared = read_point(other, curve) * self.private
        if shared == INFINITY:
            message = "the shared point is at infinity"
            raise WireError(message)
        return shared


def read_point(data: bytes, curve: Curve) -> PointJacobi:
    """Return a point that lies on `curve`. Raises WireError."""
    field = curve.arithmetic.curve
    try:
        point = PointJacobi.from_bytes(field, data, valid_encodings={"uncompressed"})
    except MalformedPointError as error:
        raise WireError(_NO_POINT) from error
    # from_bytes says that it looks, and does not: a point of another curve gives a key away
    if not field.contains_point(int(point.x()), int(point.y())):
        raise WireError(_NO_POINT)
    return point


def mapped_generator(nonce: int, shared: PointJacobi, curve: Curve) -> PointJacobi:
    """Return G' = s·G + H (9303-11 §4.4.3.3.1)."""
    return curve.arithmetic.generator * nonce + shared


def session_suite(scheme: Scheme, shared: PointJacobi) -> Suite:
    """Return the session's cipher from the shared point."""
    return suite_of_point(scheme.curve, scheme.key_length, shared)


def suite_of_point(curve: Curve, key_length: int, shared: PointJacobi) -> Suite:
    """Return the cipher keyed by a point's x coordinate: AES of `key_length` bytes, 0 for 3DES."""
    prime = int(curve.arithmetic.curve.p())
    seed = int(shared.x()).to_bytes((prime.bit_length() + 7) // 8, "big")
    return aes_suite(seed, key_length) if key_length else des_suite(seed)


def token(scheme: Scheme, suite: Suite, public: bytes) -> bytes:
    """Return the MAC over the other side's public key (9303-11 §4.4.3.4)."""
    text = tlv.write(0x7F49, tlv.write(0x06, scheme.oid) + tlv.write(0x86, public))
    # CMAC needs no padding, the retail MAC does
    return suite.mac(text if scheme.key_length else pad(text, 8))


def session(suite: Suite) -> Session:
    """Return the protected channel: its counter starts at zero."""
    return Session(suite, 0)
