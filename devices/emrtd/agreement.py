"""Chip Authentication version 1 over elliptic curves (ICAO 9303-11 §6.2, BSI TR-03110 part 3).

The chip's fixed key stands in DG14. Whoever can go on talking under the keys agreed with it has
its private part: no copy has. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from asn1crypto import core, keys

from devices.emrtd import tlv
from devices.emrtd.curves import Curve, curve_of
from devices.emrtd.infos import CHIP_AUTHENTICATION, CHIP_KEY, SecurityInfo
from devices.emrtd.pace import EphemeralKey, suite_of_point
from devices.emrtd.sod import asn1_errors
from devices.emrtd.wire import Command, Session

_ECDH_KEY = CHIP_KEY + "2"
_TRIPLE_DES = CHIP_AUTHENTICATION + "2.1"
_KEY_LENGTHS: Mapping[str, int] = MappingProxyType(
    {
        _TRIPLE_DES: 0,
        CHIP_AUTHENTICATION + "2.2": 16,
        CHIP_AUTHENTICATION + "2.3": 24,
        CHIP_AUTHENTICATION + "2.4": 32,
    }
)


@dataclass(frozen=True, slots=True)
class Terms:
    """On what to agree with a chip: the protocol, its key, and the key's number if it has one."""

    protocol: str
    curve: Curve
    point: bytes
    key_id: int | None = None

    @property
    def key_length(self) -> int:
        """Return the AES key length in bytes, 0 for 3DES."""
        return _KEY_LENGTHS[self.protocol]


def names_a_key(infos: Iterable[SecurityInfo]) -> bool:
    """Return whether DG14 holds a key for Chip Authentication, in our form or another."""
    return any(info.protocol.startswith(CHIP_KEY) for info in infos)


def terms_of(infos: Iterable[SecurityInfo]) -> Terms | None:
    """Return the first terms of DG14 in a form we have, None if there are none.

    Raises LdsError for a broken key, UnknownCurveError.
    """
    known = tuple(infos)
    held = {info.number: info for info in known if info.protocol == _ECDH_KEY}
    offers = [info for info in known if info.protocol.startswith(CHIP_AUTHENTICATION)]
    if not offers and held:
        # TR-03110: without an info the key serves version 1 with 3DES
        number, info = next(iter(held.items()))
        return _terms(_TRIPLE_DES, number, info)
    for offer in offers:
        if offer.protocol in _KEY_LENGTHS and offer.version == 1 and offer.number in held:
            return _terms(offer.protocol, offer.number, held[offer.number])
    return None


def _terms(protocol: str, number: int | None, info: SecurityInfo) -> Terms:
    with asn1_errors("DG14's key"):
        key = keys.PublicKeyInfo.load(info.required)
        curve = curve_of(key["algorithm"]["parameters"])
        return Terms(protocol, curve, bytes(key["public_key"].native), number)


def commands(terms: Terms, public: bytes) -> tuple[Command, ...]:
    """Return the commands that hand over our ephemeral `public` key."""
    number = b"" if terms.key_id is None else tlv.write(0x84, _key_number(terms.key_id))
    if not terms.key_length:
        return (Command(0x00, 0x22, 0x41, 0xA6, tlv.write(0x91, public) + number),)
    oid = bytes(core.ObjectIdentifier(terms.protocol).contents)
    choose = Command(0x00, 0x22, 0x41, 0xA4, tlv.write(0x80, oid) + number)
    hand_over = tlv.write(0x7C, tlv.write(0x80, public))
    return choose, Command(0x00, 0x86, 0x00, 0x00, hand_over, 256)


def new_key(terms: Terms) -> EphemeralKey:
    """Draw our ephemeral key on the chip's curve."""
    arithmetic = terms.curve.arithmetic
    return EphemeralKey.new(arithmetic.generator, int(arithmetic.order))


def session(curve: Curve, key_length: int, own: EphemeralKey, other: bytes) -> Session:
    """Return the channel under the agreed keys, for either side. Raises WireError."""
    return Session(suite_of_point(curve, key_length, own.agree(other, curve)), 0)


def _key_number(number: int) -> bytes:
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")
