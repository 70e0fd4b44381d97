"""Judge the signature in a PDF against the certificates that the office published."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from asn1crypto import pem, x509
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext


def signature_state(
    signature: EmbeddedPdfSignature, certificates: Sequence[bytes]
) -> tuple[str, str]:
    """Return `legalised`, `altered` or `stranger`, and the signer's name in the certificate."""
    ours = [x509.Certificate.load(pem.unarmor(one)[2]) for one in certificates]
    name = str(signature.signer_cert.subject.native.get("common_name", ""))
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
    if signature.signer_cert.sha256 in published or status.trusted:
        return "legalised", name
    return "stranger", name
