"""Makes the files of a specimen passport, signed by a document signer under a CSCA of its own.

The counterpart of devices.emrtd.lds and devices.emrtd.trust: ICAO 9303-10 §4 and 9303-12 §7.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from asn1crypto import algos, cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from devices.emrtd import tlv
from devices.emrtd.chip_keys import ChipKeys, data_group_14, data_group_15
from devices.emrtd.pace import Scheme
from devices.emrtd.portrait import HEIGHT_PX, WIDTH_PX, draw_portrait
from devices.emrtd.sod import LDS_SECURITY_OBJECT, LdsSecurityObject
from devices.mrz.wire import Mrz, compose_mrz

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
SIGNATURES = ("rsa", "rsa-pss", "ecdsa")

# fixed, so that a run today and one in a year judge the specimen alike
_CSCA_LIFE = (datetime(2022, 1, 1, tzinfo=UTC), datetime(2042, 1, 1, tzinfo=UTC))
_SIGNER_LIFE = (datetime(2022, 4, 16, tzinfo=UTC), datetime(2037, 7, 16, tzinfo=UTC))
_EXPIRED_LIFE = (datetime(2022, 4, 16, tzinfo=UTC), datetime(2023, 4, 16, tzinfo=UTC))
_SIGNED_AT = datetime(2022, 4, 16, 9, 0, tzinfo=UTC)

SPECIMEN = Mrz(
    kind="TD3",
    document_code="P",
    issuing_state="UTO",
    document_number="L898902C3",
    surname="ERIKSSON",
    given_names="ANNA MARIA",
    nationality="UTO",
    birth_date="740812",
    sex="F",
    expiry_date="320415",
    optional_data="ZE184226B",
)
"""The specimen of ICAO 9303-4 Appendix A; its expiry is moved from 2012 to 2032."""


@dataclass(frozen=True, slots=True)
class Passport:
    """A personalised chip: its holder, its files by short name, and its country's certificate."""

    mrz: Mrz
    files: Mapping[str, bytes]
    csca: bytes
    keys: ChipKeys = field(default_factory=ChipKeys)


@dataclass(frozen=True, slots=True)
class _Signer:
    key: PrivateKey
    certificate: x509.Certificate


def personalize(
    mrz: Mrz = SPECIMEN,
    *,
    signature: str = "rsa",
    signer_expired: bool = False,
    face: bytes = b"",
    scheme: Scheme | None = None,
    keys: ChipKeys | None = None,
    details: bool = False,
) -> Passport:
    """Make a passport for `mrz`; `signature` is rsa, rsa-pss or ecdsa (P-256), all SHA-256.

    `face` is a JPEG or JPEG 2000, else a drawn portrait. `scheme` and `keys` are repeated in DG14
    and DG15; `details` adds DG11 and DG12. Raises ValueError for another signature.
    """
    if signature not in SIGNATURES:
        message = f"signature '{signature}' is unknown; known: {', '.join(SIGNATURES)}"
        raise ValueError(message)
    held = keys or ChipKeys()
    groups = {"DG1": data_group_1(mrz), "DG2": data_group_2(face or draw_portrait())}
    groups |= details_of(mrz) if details else {}
    if offers := data_group_14(scheme, held):
        groups["DG14"] = offers
    if held.active is not None:
        groups["DG15"] = data_group_15(held.active)
    authority = _authority(signature)
    signer = _document_signer(authority, signature, expired=signer_expired)
    files = {
        "COM": contents(groups),
        **groups,
        "SOD": security_object(groups, signer.key, signer.certificate, signature),
    }
    return Passport(mrz, files, authority.certificate.public_bytes(Encoding.DER), held)


# ── files ────────────────────────────────────────────────────────────────────


def contents(groups: Mapping[str, bytes]) -> bytes:
    """Return EF.COM for LDS 1.7, Unicode 4.0.0, listing `groups`."""
    tags = bytes(groups[name][0] for name in sorted(groups, key=_number))
    return tlv.write(
        0x60, tlv.write(0x5F01, b"0107") + tlv.write(0x5F36, b"040000") + tlv.write(0x5C, tags)
    )


def data_group_1(mrz: Mrz) -> bytes:
    """Return DG1 with the zone of `mrz`."""
    return tlv.write(0x61, tlv.write(0x5F1F, "".join(compose_mrz(mrz)).encode("ascii")))


def details_of(mrz: Mrz) -> dict[str, bytes]:
    """Return DG11 (full name, place of birth) and DG12 (authority, date of issue)."""
    name = f"{mrz.surname}<<{mrz.given_names.replace(' ', '<')}".encode()
    person = tlv.write(0x5C, b"\x5f\x0e\x5f\x11")
    person += tlv.write(0x5F0E, name) + tlv.write(0x5F11, b"ZENITH<UTOPIA")
    issue = tlv.write(0x5C, b"\x5f\x19\x5f\x26")
    issue += tlv.write(0x5F19, b"UTOPIA PASSPORT OFFICE") + tlv.write(0x5F26, b"20220416")
    return {"DG11": tlv.write(0x6B, person), "DG12": tlv.write(0x6C, issue)}


def _number(name: str) -> int:
    return int(name[2:])


def data_group_2(jpeg: bytes) -> bytes:
    """Return DG2 with one JPEG face in an ISO 19794-5 record."""
    header = b"".join(
        (
            tlv.write(0x80, b"\x01\x01"),  # ICAO header version 1.1
            tlv.write(0x81, b"\x02"),  # facial features
            tlv.write(0x87, b"\x01\x01"),  # format owner: ISO/IEC JTC 1/SC 37
            tlv.write(0x88, b"\x00\x08"),  # format type: face
        )
    )
    template = tlv.write(0xA1, header) + tlv.write(0x5F2E, face_record(jpeg))
    group = tlv.write(0x02, b"\x01") + tlv.write(0x7F60, template)
    return tlv.write(0x75, tlv.write(0x7F61, group))


def face_record(jpeg: bytes) -> bytes:
    """Return an ISO/IEC 19794-5:2005 record with one full-frontal JPEG face, no feature points."""
    image = b"".join(
        (
            b"\x01\x00"
            if jpeg[:3] == b"\xff\xd8\xff"
            else b"\x01\x01",  # full frontal; JPEG or 2000
            WIDTH_PX.to_bytes(2, "big"),
            HEIGHT_PX.to_bytes(2, "big"),
            b"\x01\x00",  # 24-bit RGB, source unspecified
            bytes(4),  # device and quality unspecified
            jpeg,
        )
    )
    block = 20 + len(image)
    face = block.to_bytes(4, "big") + bytes(16) + image
    return b"FAC\x00010\x00" + (14 + block).to_bytes(4, "big") + b"\x00\x01" + face


def security_object(
    groups: Mapping[str, bytes], key: PrivateKey, certificate: x509.Certificate, signature: str
) -> bytes:
    """Return EF.SOD over `groups`, signed with SHA-256 (RFC 5652 with signed attributes)."""
    content = LdsSecurityObject(
        {
            "version": 0,
            "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
            "hashes": [
                {"number": int(name[2:]), "digest": hashlib.sha256(data).digest()}
                for name, data in sorted(groups.items(), key=lambda item: _number(item[0]))
            ],
        }
    ).dump()
    attributes = _signed_attributes(content)
    signed = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {
                "content_type": LDS_SECURITY_OBJECT,
                "content": cms.ParsableOctetString(content),
            },
            "certificates": [_asn1(certificate)],
            "signer_infos": [_signer_info(attributes, key, certificate, signature)],
        }
    )
    info = cms.ContentInfo({"content_type": "signed_data", "content": signed})
    return tlv.write(0x77, info.dump())


def _signed_attributes(content: bytes) -> cms.CMSAttributes:
    digest = hashlib.sha256(content).digest()
    moment = cms.Time({"utc_time": _SIGNED_AT})
    return cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": [LDS_SECURITY_OBJECT]}),
            cms.CMSAttribute({"type": "signing_time", "values": [moment]}),
            cms.CMSAttribute({"type": "message_digest", "values": [digest]}),
        ]
    )


def _signer_info(
    attributes: cms.CMSAttributes, key: PrivateKey, certificate: x509.Certificate, signature: str
) -> cms.SignerInfo:
    parsed = _asn1(certificate)
    sid = {"issuer": parsed.issuer, "serial_number": parsed.serial_number}
    return cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier("issuer_and_serial_number", sid),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": _ALGORITHMS[signature],
            "signature": _sign(key, attributes.dump(), signature),
        }
    )


_SHA256 = {"algorithm": "sha256"}
_ALGORITHMS: Mapping[str, Mapping[str, object]] = {
    "rsa": {"algorithm": "sha256_rsa"},
    "ecdsa": {"algorithm": "sha256_ecdsa"},
    "rsa-pss": {
        "algorithm": "rsassa_pss",
        "parameters": {
            "hash_algorithm": _SHA256,
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": _SHA256},
            "salt_length": 32,
        },
    },
}


def _sign(key: PrivateKey, text: bytes, signature: str) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(text, ec.ECDSA(hashes.SHA256()))
    return key.sign(text, _padding(signature), hashes.SHA256())


def _padding(signature: str) -> padding.PKCS1v15 | padding.PSS:
    if signature == "rsa-pss":
        return padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    return padding.PKCS1v15()


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


# ── certificates ─────────────────────────────────────────────────────────────


def _authority(signature: str) -> _Signer:
    key = _new_key(signature)
    name = _name("CSCA Utopia")
    builder = _builder(name, name, key, key, _CSCA_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return _Signer(
        key, _issue(builder.add_extension(_usage(ca=True), critical=True), key, signature)
    )


def _document_signer(authority: _Signer, signature: str, *, expired: bool) -> _Signer:
    key = _new_key(signature)
    life = _EXPIRED_LIFE if expired else _SIGNER_LIFE
    name = _name("Document Signer Utopia 1")
    builder = _builder(name, authority.certificate.subject, key, authority.key, life)
    builder = builder.add_extension(_usage(ca=False), critical=True)
    return _Signer(key, _issue(builder, authority.key, signature))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: PrivateKey,
    issuer_key: PrivateKey,
    life: tuple[datetime, datetime],
) -> x509.CertificateBuilder:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(life[0])
        .not_valid_after(life[1])
        .add_extension(identifier, critical=False)
        .add_extension(authority, critical=False)
    )


def _issue(builder: x509.CertificateBuilder, key: PrivateKey, signature: str) -> x509.Certificate:
    if isinstance(key, rsa.RSAPrivateKey):
        return builder.sign(key, hashes.SHA256(), rsa_padding=_padding(signature))
    return builder.sign(key, hashes.SHA256())


def _new_key(signature: str) -> PrivateKey:
    if signature == "ecdsa":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "UT"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Kingdom of Utopia"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
