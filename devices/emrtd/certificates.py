"""Certificates of e-passport authorities: reading, keys with named or explicit curves, signatures.

ICAO 9303-12 §7 makes explicit EC parameters mandatory; they are taken only when
they are those of a named curve (devices.emrtd.curves).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import ecdsa
from asn1crypto import algos, keys, pem, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from devices.emrtd.curves import Curve, curve_of
from devices.emrtd.sod import asn1_errors
from devices.emrtd.tlv import LdsError


@dataclass(frozen=True, slots=True)
class RareEcKey:
    """A key on one of the Brainpool curves (192, 224, 320 bits) that `cryptography` lacks."""

    key: ecdsa.VerifyingKey

    def verifies(self, signature: bytes, text: bytes, hash_name: str) -> bool:
        """Return whether the DER `signature` over `text` is by this key."""
        digest = hashlib.new(hash_name, text, usedforsecurity=False).digest()
        try:
            return bool(
                self.key.verify_digest(
                    signature, digest, ecdsa.util.sigdecode_der, allow_truncate=True
                )
            )
        except (ecdsa.BadSignatureError, ecdsa.der.UnexpectedDER):
            return False


PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | RareEcKey

_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_LONGEST_SALT = 2048
"""Bytes: no key is longer. A negative one, or one past 31 bits, the library answers by an error."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The part of an X.509 certificate that passive authentication looks at."""

    der: bytes
    subject: bytes
    issuer: bytes
    country: str
    serial: int
    not_before: datetime
    not_after: datetime
    key_id: bytes
    authority_key_id: bytes
    is_authority: bool
    tbs: bytes
    signature_algorithm: bytes
    signature: bytes
    key_info: bytes

    def valid_on(self, at: datetime) -> bool:
        """Return whether `at` lies in the certificate's validity."""
        return self.not_before <= at <= self.not_after

    @property
    def self_issued(self) -> bool:
        """Return whether it names itself as issuer; a link certificate does not always."""
        return self.subject == self.issuer

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 that people compare."""
        return hashlib.sha256(self.der).hexdigest()

    def public_key(self) -> PublicKey:
        """Return the key. Raises UnknownCurveError, LdsError."""
        return load_key(self.key_info)

    def signed_by_key_of(self, other: Certificate) -> bool:
        """Return whether the key of `other` signed this certificate; an unusable key has not."""
        try:
            return other.signed(self)
        except LdsError:
            return False

    def signed(self, other: Certificate) -> bool:
        """Return whether this certificate's key made the signature on `other`.

        Raises LdsError for a key or algorithm that cannot be used.
        """
        key = self.public_key()
        return verify(key, other.signature_algorithm, other.signature, other.tbs)


def read_certificate(data: bytes) -> Certificate:
    """Read a certificate in DER or PEM. Raises LdsError."""
    with asn1_errors("the certificate"):
        der = pem.unarmor(data)[2] if pem.detect(data) else data
        parsed = x509.Certificate.load(der, strict=True)
        tbs = parsed["tbs_certificate"]
        basic = parsed.basic_constraints_value
        return Certificate(
            der=der,
            subject=canonical_name(parsed.subject),
            issuer=canonical_name(parsed.issuer),
            country=str(parsed.subject.native.get("country_name", "")).upper(),
            serial=int(parsed.serial_number),
            not_before=parsed.not_valid_before,
            not_after=parsed.not_valid_after,
            key_id=parsed.key_identifier or b"",
            authority_key_id=parsed.authority_key_identifier or b"",
            is_authority=bool(basic and basic["ca"].native),
            tbs=tbs.dump(),
            signature_algorithm=parsed["signature_algorithm"].dump(),
            signature=parsed["signature_value"].native,
            key_info=tbs["subject_public_key_info"].dump(),
        )


def read_certificates(data: bytes) -> list[Certificate]:
    """Read all certificates of a PEM bundle, or the one of a DER file. Raises LdsError."""
    if not pem.detect(data):
        return [read_certificate(data)]
    with asn1_errors("the certificates"):
        parts = [der for kind, _, der in pem.unarmor(data, multiple=True) if kind == "CERTIFICATE"]
    if not parts:
        message = "no certificate is inside"
        raise LdsError(message)
    return [read_certificate(der) for der in parts]


def load_key(key_info: bytes) -> PublicKey:
    """Return the RSA or EC key of a SubjectPublicKeyInfo. Raises UnknownCurveError, LdsError."""
    with asn1_errors("the public key"):
        info = keys.PublicKeyInfo.load(key_info)
        if info["algorithm"]["algorithm"].native == "ec":
            return _ec_key(info)
        try:
            key = load_der_public_key(key_info)
        except UnsupportedAlgorithm as error:
            message = "an unknown kind of key"
            raise LdsError(message) from error
    if isinstance(key, rsa.RSAPublicKey):
        return key
    message = "a key that is neither RSA nor EC"
    raise LdsError(message)


def verify(
    key: PublicKey, algorithm: bytes, signature: bytes, text: bytes, *, digest_name: str = ""
) -> bool:
    """Return whether `signature` over `text` is by `key` under a DER AlgorithmIdentifier.

    `digest_name` serves where the identifier names no hash (plain rsaEncryption in CMS). Raises
    LdsError for an algorithm that ICAO 9303-12 §4.4 does not allow.
    """
    with asn1_errors("the signature algorithm"):
        kind, name, salt = _scheme(algos.SignedDigestAlgorithm.load(algorithm), digest_name)
        digest = _HASHES[name]()
    try:
        if isinstance(key, RareEcKey) and kind == "ecdsa":
            return key.verifies(signature, text, name)
        if isinstance(key, ec.EllipticCurvePublicKey) and kind == "ecdsa":
            key.verify(signature, text, ec.ECDSA(digest))
        elif isinstance(key, rsa.RSAPublicKey) and kind == "rsassa_pkcs1v15":
            key.verify(signature, text, padding.PKCS1v15(), digest)
        elif isinstance(key, rsa.RSAPublicKey) and kind == "rsassa_pss":
            key.verify(signature, text, padding.PSS(padding.MGF1(digest), salt), digest)
        else:
            message = "key and signature algorithm do not belong together"
            raise LdsError(message)
    except InvalidSignature:
        return False
    return True


def verify_plain_ecdsa(key: PublicKey, signature: bytes, text: bytes, hash_name: str) -> bool:
    """Return whether r ‖ s (BSI TR-03111 §5.2.1) or a DER signature over `text` is by `key`.

    Raises LdsError when `key` is no EC key.
    """
    half = len(signature) // 2
    numbers = (int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
    forms = [encode_dss_signature(*numbers)]
    if signature[:1] == b"\x30":
        forms.append(signature)
    if isinstance(key, RareEcKey):
        return any(key.verifies(form, text, hash_name) for form in forms)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        message = "key and signature algorithm do not belong together"
        raise LdsError(message)
    return any(_ecdsa_matches(key, form, text, hash_name) for form in forms)


def _ecdsa_matches(
    key: ec.EllipticCurvePublicKey, signature: bytes, text: bytes, hash_name: str
) -> bool:
    try:
        key.verify(signature, text, ec.ECDSA(_HASHES[hash_name]()))
    except InvalidSignature:
        return False
    return True


def _scheme(given: algos.SignedDigestAlgorithm, digest_name: str) -> tuple[str, str, int]:
    """Return (kind, hash, salt length) of a signature algorithm."""
    identifier = given["algorithm"].native
    if identifier == "rsassa_pss":
        parameters = given["parameters"]
        name = str(parameters["hash_algorithm"]["algorithm"].native)
        if parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native != name:
            message = "RSA-PSS with two different hashes"
            raise LdsError(message)
        salt = int(parameters["salt_length"].native)
        if not 0 <= salt <= _LONGEST_SALT:
            message = "RSA-PSS with an impossible salt length"
            raise LdsError(message)
        return "rsassa_pss", name, salt
    if identifier == "rsassa_pkcs1v15":
        return "rsassa_pkcs1v15", digest_name, 0
    return str(given.signature_algo), str(given.hash_algo), 0


def _ec_key(info: keys.PublicKeyInfo) -> ec.EllipticCurvePublicKey | RareEcKey:
    curve = curve_of(info["algorithm"]["parameters"])
    if curve.fast is None:
        return _rare_key(info["public_key"].native, curve)
    return ec.EllipticCurvePublicKey.from_encoded_point(curve.fast(), info["public_key"].native)


def _rare_key(point: bytes, curve: Curve) -> RareEcKey:
    try:
        return RareEcKey(ecdsa.VerifyingKey.from_string(point, curve.arithmetic))
    except ecdsa.errors.MalformedPointError as error:
        message = "a public key is no point of its curve"
        raise LdsError(message) from error


def canonical_name(name: x509.Name) -> bytes:
    """Return a name for comparing: RFC 5280 §7.1 ignores case, spaces and the kind of string."""
    return str(name.hashable).encode()
