"""The elliptic curves that ICAO 9303-11 §9.5.1 allows, named and by explicit parameters.

A set of explicit parameters is compared whole (p, a, b, G, n, h) and only then computed with:
a forged generator would let anybody sign.
"""

from __future__ import annotations

from dataclasses import dataclass

import ecdsa
from asn1crypto import keys
from cryptography.hazmat.primitives.asymmetric import ec

from devices.emrtd.tlv import LdsError


class UnknownCurveError(LdsError):
    """A key on a curve that is none of the allowed ones, or on one we cannot compute with."""


@dataclass(frozen=True, slots=True)
class Curve:
    """An allowed curve: the arithmetic of `ecdsa` and, where it exists, that of `cryptography`."""

    arithmetic: ecdsa.curves.Curve
    fast: type[ec.EllipticCurve] | None = None

    @property
    def oid(self) -> str:
        """Return the object identifier with dots."""
        return ".".join(str(part) for part in self.arithmetic.oid)


CURVES = (
    Curve(ecdsa.NIST192p, ec.SECP192R1),
    Curve(ecdsa.NIST224p, ec.SECP224R1),
    Curve(ecdsa.NIST256p, ec.SECP256R1),
    Curve(ecdsa.NIST384p, ec.SECP384R1),
    Curve(ecdsa.NIST521p, ec.SECP521R1),
    Curve(ecdsa.BRAINPOOLP192r1),
    Curve(ecdsa.BRAINPOOLP224r1),
    Curve(ecdsa.BRAINPOOLP256r1, ec.BrainpoolP256R1),
    Curve(ecdsa.BRAINPOOLP320r1),
    Curve(ecdsa.BRAINPOOLP384r1, ec.BrainpoolP384R1),
    Curve(ecdsa.BRAINPOOLP512r1, ec.BrainpoolP512R1),
)


def curve_of(parameters: keys.ECDomainParameters) -> Curve:
    """Return the allowed curve that `parameters` name or spell out. Raises UnknownCurveError."""
    if parameters.name == "named":
        found = [curve for curve in CURVES if curve.oid == parameters.chosen.dotted]
    elif parameters.name == "specified":
        found = [curve for curve in CURVES if _same(curve.arithmetic, parameters.chosen)]
    else:
        found = []
    if not found:
        message = "unknown curve"
        raise UnknownCurveError(message)
    return found[0]


def _same(curve: ecdsa.curves.Curve, given: keys.SpecifiedECDomain) -> bool:
    if given["field_id"]["field_type"].native != "prime_field":
        return False
    prime = int(curve.curve.p())
    size = (prime.bit_length() + 7) // 8
    generator = bytes(curve.generator.to_bytes("uncompressed"))
    return (
        int(given["field_id"]["parameters"].native) == prime
        and int.from_bytes(given["curve"]["a"].native, "big") == int(curve.curve.a()) % prime
        and int.from_bytes(given["curve"]["b"].native, "big") == int(curve.curve.b()) % prime
        and given["base"].native in (generator, _compressed(generator, size))
        and int(given["order"].native) == int(curve.order)
        and given["cofactor"].native in (None, 1)
    )


def _compressed(point: bytes, size: int) -> bytes:
    return bytes([2 + point[-1] % 2]) + point[1 : 1 + size]
