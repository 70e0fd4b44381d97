"""EF.SOD: the hashes of all data groups, signed by a document signer (ICAO 9303-10 §4.6.2).

`77 | CMS SignedData { LDSSecurityObject { version, hash, {number, hash of DG}… }, signer }`
(RFC 5652; content type 2.23.136.1.1.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields

from asn1crypto import algos, cms, core

from devices.emrtd import tlv
from devices.emrtd.tlv import LdsError

LDS_SECURITY_OBJECT = "2.23.136.1.1.1"
HASHES = ("sha1", "sha224", "sha256", "sha384", "sha512")


class _GroupHash(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields = [("number", core.Integer), ("digest", core.OctetString)]  # noqa: RUF012


class _GroupHashes(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _GroupHash


class _LdsVersion(core.Sequence):  # type: ignore[misc]
    _fields = [("lds", core.PrintableString), ("unicode", core.PrintableString)]  # noqa: RUF012


class LdsSecurityObject(core.Sequence):  # type: ignore[misc]
    """ASN.1 of the signed content (9303-10 §4.6.2.3)."""

    _fields = [  # noqa: RUF012
        ("version", core.Integer),
        ("hash_algorithm", algos.DigestAlgorithm),
        ("hashes", _GroupHashes),
        ("lds_version", _LdsVersion, {"optional": True}),
    ]


@dataclass(frozen=True, slots=True)
class SignedContent:
    """What one signer signed, and what is needed to prove it; all bytes are DER."""

    content: bytes
    signed_attributes: bytes
    signed_digest: bytes
    signed_type: str
    digest_name: str
    signature_algorithm: bytes
    signature: bytes
    signer: bytes
    certificates: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SecurityObject(SignedContent):
    """What EF.SOD says: the hash of each data group."""

    hash_name: str
    hashes: Mapping[int, bytes]


@contextmanager
def asn1_errors(where: str) -> Iterator[None]:
    """Turn whatever asn1crypto raises over broken DER into LdsError."""
    try:
        yield
    except LdsError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        message = f"{where} is no valid ASN.1"
        raise LdsError(message) from error
    except RecursionError as error:
        message = f"{where} is nested too deeply"
        raise LdsError(message) from error


def parse_sod(data: bytes) -> SecurityObject:
    """Return the contents of EF.SOD, unproven. Raises LdsError."""
    with asn1_errors("EF.SOD"):
        signed = parse_signed(tlv.need(data, 0x77, "EF.SOD"), LDS_SECURITY_OBJECT, "EF.SOD")
        groups = LdsSecurityObject.load(signed.content)
        return SecurityObject(
            **{field.name: getattr(signed, field.name) for field in fields(SignedContent)},
            hash_name=_hash_name(groups["hash_algorithm"]),
            hashes={int(item["number"].native): item["digest"].native for item in groups["hashes"]},
        )


def parse_signed(data: bytes, content_type: str, where: str) -> SignedContent:
    """Return what a CMS with one signer signed, unproven. Raises LdsError naming `where`."""
    with asn1_errors(where):
        info = cms.ContentInfo.load(data)
        if info["content_type"].native != "signed_data":
            message = f"{where} is no signed data"
            raise LdsError(message)
        return _signed_content(info["content"], content_type, where)


def _signed_content(signed: cms.SignedData, content_type: str, where: str) -> SignedContent:
    inner = signed["encap_content_info"]
    if inner["content_type"].dotted != content_type or len(signed["signer_infos"]) != 1:
        message = f"{where}: not the content that belongs there, with one signer"
        raise LdsError(message)
    signer = signed["signer_infos"][0]
    attributes = _attributes(signer)
    certificates = tuple(item.chosen.dump() for item in signed["certificates"])
    return SignedContent(
        content=_octets(inner["content"]),
        signed_attributes=_attribute_bytes(signer),
        signed_digest=attributes.get("message_digest", b""),
        signed_type=attributes.get("content_type", b"").decode(),
        digest_name=_hash_name(signer["digest_algorithm"]),
        signature_algorithm=signer["signature_algorithm"].dump(),
        signature=signer["signature"].native,
        signer=_signer(signer["sid"], signed["certificates"]),
        certificates=certificates,
    )


def _octets(content: core.Any) -> bytes:
    # asn1crypto leaves contents of unknown type unparsed: an OCTET STRING is inside [0]
    value = content.parsed if isinstance(content, core.Any) else content
    return bytes(value.native)


def _attributes(signer: cms.SignerInfo) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    if signer["signed_attrs"].native is None:
        return found
    for attribute in signer["signed_attrs"]:
        name = attribute["type"].native
        if name == "message_digest":
            found[name] = attribute["values"][0].native
        elif name == "content_type":
            found[name] = attribute["values"][0].dotted.encode()
    return found


def _attribute_bytes(signer: cms.SignerInfo) -> bytes:
    if signer["signed_attrs"].native is None:
        return b""
    # RFC 5652 §5.4: signed as a SET OF, not with the context tag that stands in the file
    return b"\x31" + bytes(signer["signed_attrs"].dump()[1:])


def _signer(sid: cms.SignerIdentifier, certificates: cms.CertificateSet) -> bytes:
    for item in certificates:
        certificate = item.chosen
        if sid.name == "issuer_and_serial_number":
            wanted = sid.chosen
            same = certificate.serial_number == wanted["serial_number"].native
            if same and certificate.issuer.dump() == wanted["issuer"].dump():
                return bytes(certificate.dump())
        elif certificate.key_identifier == sid.chosen.native:
            return bytes(certificate.dump())
    message = "EF.SOD: the signer's certificate is not inside"
    raise LdsError(message)


def _hash_name(algorithm: algos.DigestAlgorithm) -> str:
    name = str(algorithm["algorithm"].native)
    if name not in HASHES:
        message = "EF.SOD: an unknown hash algorithm"
        raise LdsError(message)
    return name
