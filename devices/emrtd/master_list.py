"""Where country certificates come from: master lists, the ICAO PKD's LDIF, certificates, CRLs.

A master list is a CMS signed by one country over the certificates it trusts itself (ICAO 9303-12
§8). Pure: bytes → what they hold; whom to believe is decided in devices.emrtd.csca.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field

from asn1crypto import core, pem, x509

from devices.emrtd.certificates import Certificate, read_certificate, read_certificates
from devices.emrtd.revocation import RevocationList, read_revocations
from devices.emrtd.sod import asn1_errors, parse_signed
from devices.emrtd.tlv import LdsError
from devices.emrtd.trust import signature_doubt

CONTENT_TYPE = "2.23.136.1.1.2"
MOST_CERTIFICATES = 20_000
_SIGNED_DATA = bytes.fromhex("06092A864886F70D010702")
_LISTS = ("pkdmasterlistcontent", "cscamasterlistdata")


class _Certificates(core.SetOf):  # type: ignore[misc]  # asn1crypto has no types
    _child_spec = x509.Certificate


class _MasterList(core.Sequence):  # type: ignore[misc]
    _fields = [("version", core.Integer), ("certificates", _Certificates)]  # noqa: RUF012


@dataclass(frozen=True, slots=True)
class MasterList:
    """The certificates of a list whose signature is right, and who signed it."""

    signer: Certificate
    certificates: tuple[Certificate, ...]
    unreadable: int = 0


@dataclass(slots=True)
class Found:
    """What a file held; `signers` are document signers, which are not stored."""

    lists: list[MasterList] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    revocations: list[RevocationList] = field(default_factory=list)
    signers: int = 0
    faults: list[str] = field(default_factory=list)


def read_master_list(data: bytes) -> MasterList:
    """Return a master list. Raises LdsError when it is broken or its signature is wrong."""
    where = "the master list"
    signed = parse_signed(data, CONTENT_TYPE, where)
    if reason := signature_doubt(signed, CONTENT_TYPE, where):
        raise LdsError(reason)
    with asn1_errors(where):
        items = _MasterList.load(signed.content, strict=True)["certificates"]
        if len(items) > MOST_CERTIFICATES:
            message = "too many certificates"
            raise ValueError(message)
        ders = [bytes(item.dump()) for item in items]
    read = [certificate for der in ders if (certificate := _readable(der)) is not None]
    return MasterList(read_certificate(signed.signer), tuple(read), len(ders) - len(read))


def read_file(name: str, data: bytes) -> Found:
    """Return what a file of any of the known kinds holds; what cannot be read is a fault."""
    found = Found()
    if name.lower().endswith(".ldif") or data[:3] == b"dn:" or data[:8] == b"version:":
        for attribute, value in _ldif_values(data):
            _take(found, attribute, value)
    elif pem.detect(data) and b"-----BEGIN CERTIFICATE-----" not in data:
        with asn1_errors(name):
            _take_der(found, name, bytes(pem.unarmor(data)[2]))
    elif pem.detect(data):
        found.certificates += read_certificates(data)
    else:
        _take_der(found, name, data)
    return found


def _take_der(found: Found, name: str, data: bytes) -> None:
    if _SIGNED_DATA in data[:40]:
        _take(found, _LISTS[0], data)
    elif name.lower().endswith(".crl"):
        _take(found, "certificaterevocationlist", data)
    else:
        _take(found, "cacertificate", data)


def _take(found: Found, attribute: str, value: bytes) -> None:
    try:
        if attribute in _LISTS:
            found.lists.append(read_master_list(value))
        elif attribute == "cacertificate":
            found.certificates.append(read_certificate(value))
        elif attribute == "certificaterevocationlist":
            found.revocations.append(read_revocations(value))
        elif attribute == "usercertificate":
            found.signers += 1
    except LdsError as error:
        found.faults.append(str(error))


def _ldif_values(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield (attribute without options, value) of the base64 lines (RFC 2849)."""
    line = bytearray()
    for raw in [*data.splitlines(), b""]:
        if raw[:1] == b" ":
            line += raw[1:]
            continue
        name, colons, value = bytes(line).partition(b":: ")
        line = bytearray(raw)
        if not colons:
            continue
        try:
            octets = base64.b64decode(value, validate=True)
        except binascii.Error:
            continue
        yield name.decode("latin-1").partition(";")[0].lower(), octets


def _readable(der: bytes) -> Certificate | None:
    try:
        return read_certificate(der)
    except LdsError:
        return None
