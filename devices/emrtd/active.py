"""Active Authentication: the chip signs a challenge with a key that no copy has (9303-11 §6.1).

RSA signs by ISO/IEC 9796-2 scheme 1 with partial recovery: `6A | M1 | hash | trailer`. ECDSA signs
plainly, r ‖ s; its hash stands in DG14. Pure.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from asn1crypto import core
from cryptography.hazmat.primitives.asymmetric import rsa

from devices.emrtd.certificates import load_key, verify_plain_ecdsa
from devices.emrtd.infos import ACTIVE_AUTHENTICATION, SecurityInfo
from devices.emrtd.sod import asn1_errors
from devices.emrtd.tlv import LdsError
from devices.emrtd.wire import Command

CHALLENGE_BYTES = 8
_HEADER = 0x6A
_SHA1_TRAILER = 0xBC
# ISO/IEC 10118-3 numbers of the hash functions, before the trailer's CC
_TRAILERS: Mapping[int, str] = MappingProxyType(
    {0x33: "sha1", 0x34: "sha256", 0x35: "sha512", 0x36: "sha384", 0x38: "sha224"}
)
_PLAIN_ECDSA: Mapping[str, str] = MappingProxyType(
    {
        "0.4.0.127.0.7.1.1.4.1.1": "sha1",
        "0.4.0.127.0.7.1.1.4.1.2": "sha224",
        "0.4.0.127.0.7.1.1.4.1.3": "sha256",
        "0.4.0.127.0.7.1.1.4.1.4": "sha384",
        "0.4.0.127.0.7.1.1.4.1.5": "sha512",
    }
)


def internal_authenticate(challenge: bytes, expected: int = 256) -> Command:
    """INTERNAL AUTHENTICATE with eight random bytes."""
    return Command(0x00, 0x88, 0x00, 0x00, challenge, expected)


def signature_length(key_info: bytes) -> int:
    """Return how many bytes the chip's answer has. Raises LdsError."""
    key = load_key(key_info)
    if isinstance(key, rsa.RSAPublicKey):
        return (key.key_size + 7) // 8
    return 2 * 66  # the largest curve has 521 bits


def proves(
    key_info: bytes, infos: Iterable[SecurityInfo], challenge: bytes, signature: bytes
) -> bool:
    """Return whether `signature` over `challenge` is by the key of DG15.

    `infos` are those of DG14. Raises LdsError for a key or algorithm that cannot be used.
    """
    key = load_key(key_info)
    if isinstance(key, rsa.RSAPublicKey):
        return _recovers(key.public_numbers(), challenge, signature)
    return verify_plain_ecdsa(key, signature, challenge, _hash_of(infos))


def _recovers(numbers: rsa.RSAPublicNumbers, challenge: bytes, signature: bytes) -> bool:
    size = (numbers.n.bit_length() + 7) // 8
    if len(signature) != size:
        return False
    power = pow(int.from_bytes(signature, "big"), numbers.e, numbers.n)
    # ISO/IEC 9796-2 lets the signer give the smaller of s and n - s
    return any(
        _matches(value.to_bytes(size, "big"), challenge) for value in (power, numbers.n - power)
    )


def _matches(opened: bytes, challenge: bytes) -> bool:
    tail = 1 if opened[-1] == _SHA1_TRAILER else 2
    name = "sha1" if tail == 1 else _TRAILERS.get(opened[-2])
    if opened[0] != _HEADER or name is None or (tail == 2 and opened[-1] != 0xCC):
        return False
    length = hashlib.new(name, usedforsecurity=False).digest_size
    digest = opened[-tail - length : -tail]
    text = opened[1 : -tail - length] + challenge
    return hmac.compare_digest(hashlib.new(name, text, usedforsecurity=False).digest(), digest)


def _hash_of(infos: Iterable[SecurityInfo]) -> str:
    for info in infos:
        if info.protocol == ACTIVE_AUTHENTICATION and info.optional:
            with asn1_errors("DG14"):
                name = core.ObjectIdentifier.load(info.optional).dotted
            if name in _PLAIN_ECDSA:
                return _PLAIN_ECDSA[name]
            message = "DG14: an unknown signature algorithm for Active Authentication"
            raise LdsError(message)
    message = "DG14 does not name the signature algorithm of Active Authentication"
    raise LdsError(message)
