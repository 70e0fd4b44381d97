"""The private keys inside a specimen chip, their public groups DG14 and DG15, and their use.

A chip without them is a copy: it answers, but proves nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from asn1crypto import core, keys
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from devices.emrtd import agreement, tlv
from devices.emrtd.curves import CURVES, Curve
from devices.emrtd.groups import MODP_1024_160, Group
from devices.emrtd.infos import (
    ACTIVE_AUTHENTICATION,
    CHIP_AUTHENTICATION,
    CHIP_KEY,
    SecurityInfo,
    info,
    write_infos,
)
from devices.emrtd.pace import Scheme
from devices.emrtd.wire import Session

ActiveKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
ACTIVE_KEYS = ("rsa", "ecdsa")
AGREEMENTS: Mapping[str, int] = MappingProxyType({"3des": 1, "aes128": 2, "aes192": 3, "aes256": 4})
"""Ciphers of Chip Authentication by the last number of their protocol."""
_WITHOUT_CURVE = "dh-"
_ECDSA_SHA256 = "0.4.0.127.0.7.1.1.4.1.3"


@dataclass(frozen=True, slots=True)
class AgreementKey:
    """The fixed key pair of Chip Authentication."""

    protocol: str
    pair: agreement.OwnKey

    def session(self, other: bytes) -> Session:
        """Return the channel agreed with the reader's `other` key. Raises WireError."""
        length = agreement.Terms(self.protocol, self.pair.domain, b"").key_length
        return agreement.session(self.pair, length, other)


@dataclass(frozen=True, slots=True)
class ChipKeys:
    """What a chip can prove; None where it has no such key."""

    active: ActiveKey | None = None
    agreement: AgreementKey | None = None

    def copied(self) -> ChipKeys:
        """Return the keys of a copy: as many, and none of them the right one."""
        return ChipKeys(
            new_active_key(_kind(self.active)) if self.active else None,
            replace(self.agreement, pair=agreement.OwnKey.new(self.agreement.pair.domain))
            if self.agreement
            else None,
        )


def new_active_key(kind: str) -> ActiveKey:
    """Draw a key for Active Authentication: "rsa" (1024 bits, as chips have) or "ecdsa" (P-256)."""
    if kind == "ecdsa":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 -- as on chips


def new_agreement_key(cipher: str) -> AgreementKey:
    """Draw a key for Chip Authentication with one of AGREEMENTS, `dh-` in a group of 1024 bits."""
    if cipher.startswith(_WITHOUT_CURVE):
        number = AGREEMENTS[cipher.removeprefix(_WITHOUT_CURVE)]
        protocol = f"{CHIP_AUTHENTICATION}1.{number}"
        return AgreementKey(protocol, agreement.OwnKey.new(MODP_1024_160))
    curve = next(curve for curve in CURVES if curve.arithmetic.name == "BRAINPOOLP256r1")
    protocol = f"{CHIP_AUTHENTICATION}2.{AGREEMENTS[cipher]}"
    return AgreementKey(protocol, agreement.OwnKey.new(curve))


def data_group_14(scheme: Scheme | None, keys_: ChipKeys) -> bytes:
    """Return DG14 with what the chip offers; empty when it offers nothing."""
    infos: list[SecurityInfo] = []
    if scheme is not None:
        infos.append(info(scheme.protocol, 2, scheme.parameter_id))
    if keys_.agreement is not None:
        infos.append(info(keys_.agreement.protocol, 1))
        pair = keys_.agreement.pair
        if isinstance(pair.domain, Group):
            infos.append(SecurityInfo(CHIP_KEY + "1", _of_group(pair, pair.domain)))
        else:
            infos.append(SecurityInfo(CHIP_KEY + "2", _explicit(pair, pair.domain)))
    if isinstance(keys_.active, ec.EllipticCurvePrivateKey):
        algorithm = bytes(core.ObjectIdentifier(_ECDSA_SHA256).dump())
        infos.append(replace(info(ACTIVE_AUTHENTICATION, 1), optional=algorithm))
    return tlv.write(0x6E, write_infos(infos)) if infos else b""


def data_group_15(key: ActiveKey) -> bytes:
    """Return DG15 with the public part of `key`."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return tlv.write(0x6F, public)


def sign_challenge(key: ActiveKey, challenge: bytes) -> bytes:
    """Answer INTERNAL AUTHENTICATE: ISO 9796-2 scheme 1 with SHA-256 (34CC), or plain ECDSA."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        numbers = decode_dss_signature(key.sign(challenge, ec.ECDSA(hashes.SHA256())))
        size = (key.curve.key_size + 7) // 8
        return b"".join(number.to_bytes(size, "big") for number in numbers)
    private = key.private_numbers()
    modulus = private.public_numbers.n
    size = (modulus.bit_length() + 7) // 8
    recoverable = secrets.token_bytes(size - 1 - 32 - 2)
    digest = hashlib.sha256(recoverable + challenge).digest()
    text = int.from_bytes(b"\x6a" + recoverable + digest + b"\x34\xcc", "big")
    power = pow(text, private.d, modulus)
    return min(power, modulus - power).to_bytes(size, "big")


def _of_group(pair: agreement.OwnKey, group: Group) -> bytes:
    """Return the public key with its group spelled out (RFC 3279 §2.3.3, dhpublicnumber)."""
    domain = b"".join(core.Integer(number).dump() for number in (group.p, group.g, group.q))
    algorithm = core.ObjectIdentifier("1.2.840.10046.2.1").dump() + tlv.write(0x30, domain)
    public = core.Integer(int.from_bytes(pair.public, "big")).dump()
    return tlv.write(0x30, tlv.write(0x30, algorithm) + core.OctetBitString(public).dump())


def _explicit(pair: agreement.OwnKey, curve: Curve) -> bytes:
    """Return the public key with all curve parameters spelled out, as ICAO demands."""
    arithmetic = curve.arithmetic
    prime = int(arithmetic.curve.p())
    size = (prime.bit_length() + 7) // 8
    domain = keys.SpecifiedECDomain(
        {
            "version": "ecdpVer1",
            "field_id": {"field_type": "prime_field", "parameters": core.Integer(prime)},
            "curve": {
                "a": (int(arithmetic.curve.a()) % prime).to_bytes(size, "big"),
                "b": (int(arithmetic.curve.b()) % prime).to_bytes(size, "big"),
            },
            "base": bytes(arithmetic.generator.to_bytes("uncompressed")),
            "order": int(arithmetic.order),
            "cofactor": 1,
        }
    )
    algorithm = keys.PublicKeyAlgorithm(
        {"algorithm": "ec", "parameters": keys.ECDomainParameters(name="specified", value=domain)}
    )
    made = {"algorithm": algorithm, "public_key": keys.ECPointBitString(pair.public)}
    return bytes(keys.PublicKeyInfo(made).dump())


def _kind(key: ActiveKey) -> str:
    return "ecdsa" if isinstance(key, ec.EllipticCurvePrivateKey) else "rsa"
