"""SecurityInfos: what EF.CardAccess offers before access and DG14 repeats under signature.

`SET OF SEQUENCE { protocol, required, optional }` (ICAO 9303-11 §9.2). Pure; broken → LdsError.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from asn1crypto import core

from devices.emrtd.sod import asn1_errors

MOST_INFOS = 64
"""A chip has a handful; more are no list but an attack on the reader."""
PACE = "0.4.0.127.0.7.2.2.4."
ACTIVE_AUTHENTICATION = "2.23.136.1.1.5"
CHIP_AUTHENTICATION = "0.4.0.127.0.7.2.2.3."
CHIP_KEY = "0.4.0.127.0.7.2.2.1."


class _Info(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields = [  # noqa: RUF012
        ("protocol", core.ObjectIdentifier),
        ("required", core.Any),
        ("optional", core.Any, {"optional": True}),
    ]


class _Infos(core.SetOf):  # type: ignore[misc]
    _child_spec = _Info


@dataclass(frozen=True, slots=True)
class SecurityInfo:
    """One offer of a chip; both values are DER, `optional` is empty when absent."""

    protocol: str
    required: bytes
    optional: bytes = b""

    @property
    def version(self) -> int | None:
        """Return the required value as the number that most infos have there."""
        return _number(self.required)

    @property
    def number(self) -> int | None:
        """Return the optional value as a number: a parameter or key id."""
        return _number(self.optional) if self.optional else None


def parse_infos(data: bytes, where: str) -> tuple[SecurityInfo, ...]:
    """Return the infos of a SET. Raises LdsError naming `where`."""
    with asn1_errors(where):
        infos = _Infos.load(data, strict=True)
        if len(infos) > MOST_INFOS:
            message = "too many infos"
            raise ValueError(message)
        return tuple(
            SecurityInfo(
                str(info["protocol"].dotted),
                bytes(info["required"].dump()),
                bytes(info["optional"].dump() or b""),
            )
            for info in infos
        )


def write_infos(infos: Iterable[SecurityInfo]) -> bytes:
    """Return the SET of `infos`."""
    made = [
        {
            "protocol": info.protocol,
            "required": core.load(info.required),
            **({"optional": core.load(info.optional)} if info.optional else {}),
        }
        for info in infos
    ]
    return bytes(_Infos(made).dump())


def info(protocol: str, version: int, number: int | None = None) -> SecurityInfo:
    """Return an info of two numbers, as PACE and Chip Authentication have them."""
    optional = b"" if number is None else bytes(core.Integer(number).dump())
    return SecurityInfo(protocol, bytes(core.Integer(version).dump()), optional)


def _number(der: bytes) -> int | None:
    with asn1_errors("a SecurityInfo"):
        value = core.load(der).native
    return value if isinstance(value, int) and not isinstance(value, bool) else None
