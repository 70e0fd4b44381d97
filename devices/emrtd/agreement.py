"""Chip Authentication version 1 (ICAO 9303-11 §6.2, BSI TR-03110 part 3), with curves or without.

The chip's fixed key stands in DG14. Whoever can go on talking under the keys agreed with it has
its private part: no copy has. Pure.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from asn1crypto import core, keys

from devices.emrtd import tlv
from devices.emrtd.ciphers import aes_suite, des_suite
from devices.emrtd.curves import Curve, curve_of
from devices.emrtd.groups import GROUPS, Group
from devices.emrtd.infos import CHIP_AUTHENTICATION, CHIP_KEY, SecurityInfo
from devices.emrtd.pace import EphemeralKey
from devices.emrtd.sod import asn1_errors
from devices.emrtd.wire import Command, Session, WireError

_DH, _ECDH = "1", "2"
_TRIPLE_DES = CHIP_AUTHENTICATION + "{}.1"
_KEY_LENGTHS: Mapping[str, int] = MappingProxyType(
    {
        f"{CHIP_AUTHENTICATION}{kind}.{cipher}": length
        for kind in (_DH, _ECDH)
        for cipher, length in ((1, 0), (2, 16), (3, 24), (4, 32))
    }
)
_WITH_CURVE = frozenset(name for name in _KEY_LENGTHS if name.split(".")[-2] == _ECDH)
LONGEST_SHORT = 200
"""Bytes of a public key that a protected command of short length surely holds."""


class _Domain(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields = [  # noqa: RUF012
        ("p", core.Integer),
        ("g", core.Integer),
        ("order_or_length", core.Any, {"optional": True}),
        ("factor", core.Any, {"optional": True}),
        ("validation", core.Any, {"optional": True}),
    ]


class _Algorithm(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("algorithm", core.ObjectIdentifier),
        ("parameters", _Domain),
    ]


class _DhKey(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("algorithm", _Algorithm),
        ("public_key", core.OctetBitString),
    ]


@dataclass(frozen=True, slots=True)
class Terms:
    """On what to agree with a chip: the protocol, its key, and the key's number if it has one."""

    protocol: str
    domain: Curve | Group
    public: bytes
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
    held: dict[str, dict[int | None, SecurityInfo]] = {_DH: {}, _ECDH: {}}
    for info in known:
        if info.protocol in (CHIP_KEY + _DH, CHIP_KEY + _ECDH):
            held[info.protocol[-1]][info.number] = info
    offers = [info for info in known if info.protocol.startswith(CHIP_AUTHENTICATION)]
    for kind in (_ECDH, _DH):
        if not offers and held[kind]:
            # TR-03110: without an info the key serves version 1 with 3DES
            number, key = next(iter(held[kind].items()))
            return _terms(_TRIPLE_DES.format(kind), number, key)
    # with a curve first: its keys fit a short command
    for offer in sorted(offers, key=lambda one: one.protocol not in _WITH_CURVE):
        keys_of_kind = held.get(offer.protocol.split(".")[-2], {})
        if offer.protocol in _KEY_LENGTHS and offer.version == 1 and offer.number in keys_of_kind:
            terms = _terms(offer.protocol, offer.number, keys_of_kind[offer.number])
            if terms is not None:
                return terms
    return None


def _terms(protocol: str, number: int | None, info: SecurityInfo) -> Terms | None:
    if info.protocol == CHIP_KEY + _DH:
        return _dh_terms(protocol, number, info)
    with asn1_errors("DG14's key"):
        key = keys.PublicKeyInfo.load(info.required)
        curve = curve_of(key["algorithm"]["parameters"])
        return Terms(protocol, curve, bytes(key["public_key"].native), number)


def _dh_terms(protocol: str, number: int | None, info: SecurityInfo) -> Terms | None:
    """Return the terms on a known group; None for another, which is never computed with."""
    with asn1_errors("DG14's key"):
        key = _DhKey.load(info.required, strict=True)
        domain = key["algorithm"]["parameters"]
        p, g = domain["p"].native, domain["g"].native
        public = core.Integer.load(bytes(key["public_key"]), strict=True).native
        group = next((one for one in GROUPS if (one.p, one.g) == (p, g)), None)
        if group is None:
            return None
        if not group.has(public):
            message = "a public key that is none of its group"
            raise ValueError(message)
        return Terms(protocol, group, public.to_bytes(group.size, "big"), number)


def commands(terms: Terms, public: bytes) -> tuple[Command, ...]:
    """Return the commands that hand over our ephemeral `public` key."""
    number = b"" if terms.key_id is None else tlv.write(0x84, _key_number(terms.key_id))
    if not terms.key_length:
        return (Command(0x00, 0x22, 0x41, 0xA6, tlv.write(0x91, public) + number),)
    oid = bytes(core.ObjectIdentifier(terms.protocol).contents)
    choose = Command(0x00, 0x22, 0x41, 0xA4, tlv.write(0x80, oid) + number)
    hand_over = tlv.write(0x7C, tlv.write(0x80, public))
    return choose, Command(0x00, 0x86, 0x00, 0x00, hand_over, 256)


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A private number on a curve or in a group, for either side."""

    domain: Curve | Group
    private: int

    @classmethod
    def new(cls, domain: Curve | Group) -> OwnKey:
        """Draw a key."""
        return cls(domain, secrets.randbelow(order_of(domain) - 1) + 1)

    @property
    def public(self) -> bytes:
        """Return what the other side gets: 04 ‖ x ‖ y, or g^x in as many bytes as p has."""
        if isinstance(self.domain, Group):
            power = pow(self.domain.g, self.private, self.domain.p)
            return power.to_bytes(self.domain.size, "big")
        return EphemeralKey.of(self.private, self.domain.arithmetic.generator).public

    def agree(self, other: bytes) -> bytes:
        """Return the shared secret: a point's x, or the power. Raises WireError."""
        if isinstance(self.domain, Group):
            return self._power(other)
        own = EphemeralKey.of(self.private, self.domain.arithmetic.generator)
        prime = int(self.domain.arithmetic.curve.p())
        shared = own.agree(other, self.domain)
        return int(shared.x()).to_bytes((prime.bit_length() + 7) // 8, "big")

    def _power(self, other: bytes) -> bytes:
        assert isinstance(self.domain, Group)  # noqa: S101 - said by the caller
        theirs = int.from_bytes(other, "big")
        if len(other) > self.domain.size or not self.domain.has(theirs) or other == self.public:
            message = "the other side's key is none of the group, or our own"
            raise WireError(message)
        return pow(theirs, self.private, self.domain.p).to_bytes(self.domain.size, "big")


def order_of(domain: Curve | Group) -> int:
    """Return how many private numbers there are."""
    return domain.q if isinstance(domain, Group) else int(domain.arithmetic.order)


def session(own: OwnKey, key_length: int, other: bytes) -> Session:
    """Return the channel under the agreed keys, for either side. Raises WireError."""
    seed = own.agree(other)
    return Session(aes_suite(seed, key_length) if key_length else des_suite(seed), 0)


def _key_number(number: int) -> bytes:
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")
