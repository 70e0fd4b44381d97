"""An officer's confirmation by card: what is signed, and whether the signature is right.

Pure and shared: the hub draws a challenge, the card signs it with slot 9A, the hub verifies with
the certificate that it has bound to the officer. The signed text names the act, so that a signature
for one act is none for another.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

CHALLENGE_BYTES = 32
SHORTEST_CHALLENGE = 16
LONGEST_CERTIFICATE = 8192
_CONTEXT = b"loket: officer confirms by card, 1\0"
_SHA256_INFO = bytes.fromhex("3031300D060960864801650304020105000420")

CardKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


class ProofError(ValueError):
    """A certificate or challenge that cannot serve; the text says why, without personal data."""


@dataclass(frozen=True, slots=True)
class CardCertificate:
    """The certificate of slot 9A as it is bound to an officer."""

    der: bytes
    fingerprint: str
    subject: str
    not_before: datetime
    not_after: datetime
    key: CardKey

    def valid_on(self, at: datetime) -> bool:
        """Return whether `at` lies in the certificate's validity."""
        return self.not_before <= at <= self.not_after


def read_certificate(data: bytes) -> CardCertificate:
    """Read a certificate in DER or PEM with an RSA (2048 or more), P-256 or P-384 key.

    Raises ProofError.
    """
    if len(data) > LONGEST_CERTIFICATE:
        message = "the certificate is too long"
        raise ProofError(message)
    try:
        pem = data.lstrip().startswith(b"-----BEGIN")
        read = x509.load_pem_x509_certificate if pem else x509.load_der_x509_certificate
        certificate = read(data)
        key = certificate.public_key()
        der = certificate.public_bytes(Encoding.DER)
        subject = certificate.subject.rfc4514_string()
    except (
        ValueError, UnsupportedAlgorithm, x509.InvalidVersion, x509.UnsupportedGeneralNameType,
    ) as error:  # fmt: skip
        message = "this is no certificate"
        raise ProofError(message) from error
    if not isinstance(key, (rsa.RSAPublicKey, ec.EllipticCurvePublicKey)) or not _strong(key):
        message = "the card's key is none of RSA 2048, RSA 3072, P-256 and P-384"
        raise ProofError(message)
    return CardCertificate(
        der,
        hashlib.sha256(der).hexdigest(),
        subject,
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        key,
    )


def signed_text(challenge: bytes, purpose: str) -> bytes:
    """Return what the card signs for an act called `purpose`. Raises ProofError."""
    if not SHORTEST_CHALLENGE <= len(challenge) <= 64:
        message = "the challenge has a wrong length"
        raise ProofError(message)
    return _CONTEXT + hashlib.sha256(purpose.encode()).digest() + challenge


def block_to_sign(key: CardKey, text: bytes) -> bytes:
    """Return what GENERAL AUTHENTICATE gets: the hash, for RSA inside its PKCS#1 padding."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return hashlib.new(_hash_of(key).name, text).digest()
    info = _SHA256_INFO + hashlib.sha256(text).digest()
    filler = (key.key_size + 7) // 8 - 3 - len(info)
    return b"\x00\x01" + b"\xff" * filler + b"\x00" + info


def confirms(
    certificate: CardCertificate, challenge: bytes, purpose: str, signature: bytes
) -> bool:
    """Return whether the card of `certificate` signed `challenge` for `purpose`."""
    try:
        text = signed_text(challenge, purpose)
        key = certificate.key
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, text, ec.ECDSA(_hash_of(key)))
        else:
            key.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ProofError):
        return False
    return True


def _hash_of(key: ec.EllipticCurvePublicKey) -> hashes.SHA256 | hashes.SHA384:
    return hashes.SHA384() if key.curve.key_size == 384 else hashes.SHA256()


def _strong(key: CardKey) -> bool:
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size in (2048, 3072)
    return isinstance(key.curve, (ec.SECP256R1, ec.SECP384R1))
