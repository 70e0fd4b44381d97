"""Judge the signature in a PDF against the certificates that the office published."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from asn1crypto import algos, cms, pem, x509
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from devices.emrtd import tlv

_SEQUENCE, _SET, _EXPLICIT = 0x30, 0x31, 0xA0
_NULL = b"\x05\x00"
_BY_ISSUER, _BY_KEY_ID = b"\x02\x01\x01", b"\x02\x01\x03"
"""The versions of a signature whose certificate is named by issuer and number, or by its key."""


def signature_state(
    signature: EmbeddedPdfSignature, certificates: Sequence[bytes], made_at: datetime | None
) -> tuple[str, str]:
    """Return `legalised`, `altered`, `stranger` or `expired`, and the name in the certificate.

    `expired`: it was made, as it says itself, outside of the certificate's validity.
    """
    ours = [x509.Certificate.load(pem.unarmor(one)[2]) for one in certificates]
    name = str(signature.signer_cert.subject.native.get("common_name", ""))
    if not _is_plain(signature):
        return "altered", name
    context = ValidationContext(trust_roots=ours, allow_fetching=False)
    try:
        # the library's own synchronous door starts a loop of its own, too
        status = asyncio.run(
            async_validate_pdf_signature(signature, signer_validation_context=context)
        )
    except SignatureValidationError:
        return "altered", name
    if not (status.intact and status.valid):
        return "altered", name
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        return "altered", name
    published = {one.sha256 for one in ours}
    if signature.signer_cert.sha256 not in published and not status.trusted:
        return "stranger", name
    return ("legalised" if _was_valid(signature, made_at) else "expired"), name


def _is_plain(signature: EmbeddedPdfSignature) -> bool:
    """Say whether the only bytes that no signature covers are as the signer left them.

    The gap in the byte range holds the signature in hexadecimal and zeros to its end; whoever
    changes a zero there, or what only holds the signature, changes nothing that is signed, and the
    file is not what was handed out.
    """
    stream = signature.reader.stream
    _, first, second, _ = (int(part) for part in signature.byte_range)
    stream.seek(first)
    written = stream.read(second - first)
    exact = _held_anew(cms.ContentInfo.load(bytes(signature.pkcs7_content))).hex()
    forms = (exact.encode(), exact.upper().encode())
    return written in [b"<" + form.ljust(len(written) - 2, b"0") + b">" for form in forms]


def _held_anew(container: cms.ContentInfo) -> bytes:
    """Return a signature's container written anew: what it holds stays, the rest follows from it.

    Nobody verifies versions, lengths and the list of digests (RFC 5652 §5.1, §5.3): the library
    reads over whatever stands there. Raises ValueError for more than one signer.
    """
    held = container["content"]
    [signer] = held["signer_infos"]
    [listed] = held["digest_algorithms"]
    version = _BY_KEY_ID if signer["sid"].name == "subject_key_identifier" else _BY_ISSUER
    names = ("signed_attrs", "signature_algorithm", "signature", "unsigned_attrs")
    digest = signer["digest_algorithm"]["algorithm"]
    told = [version, signer["sid"].dump(), _digest(signer["digest_algorithm"], digest)]
    one = tlv.write(_SEQUENCE, b"".join(told + [signer[name].dump() for name in names]))
    parts = [version, tlv.write(_SET, _digest(listed, digest)), held["encap_content_info"].dump()]
    parts += [held[name].dump() for name in ("certificates", "crls")]
    signed = tlv.write(_SEQUENCE, b"".join([*parts, tlv.write(_SET, one)]))
    return tlv.write(_SEQUENCE, container["content_type"].dump() + tlv.write(_EXPLICIT, signed))


def _digest(given: algos.DigestAlgorithm, named: algos.DigestAlgorithmId) -> bytes:
    """Return the digest `named` as it may be written, with NULL behind it or nothing."""
    alone = tlv.write(_SEQUENCE, named.dump())
    return alone if given.dump() == alone else tlv.write(_SEQUENCE, named.dump() + _NULL)


def _was_valid(signature: EmbeddedPdfSignature, made_at: datetime | None) -> bool:
    if made_at is None:
        return False
    validity = signature.signer_cert["tbs_certificate"]["validity"]
    return bool(validity["not_before"].native <= made_at <= validity["not_after"].native)
