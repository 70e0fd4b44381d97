"""The process that signs: reads length | question | length | PDF … , writes length | PDF … .

The signature is PAdES B-B (ETSI EN 319 142-1 §5.3): CAdES detached, SHA-256, no time stamp. The
key is judged before anything is signed; one that may not sign now ends with a code of `reasons`.
"""

from __future__ import annotations

import io
import json
import sys
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import PdfSignatureMetadata, sign_pdf
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import SimpleSigner

from hub.clock import SystemClock
from hub.signatures import framed, reasons, unframed

FIELD = "Pengesahan"


class Unusable(Exception):
    """The key or the document cannot be used; the text is the reason's code."""


def main() -> None:
    """Sign all documents; exit 1 with the reason's code on standard error when one cannot be."""
    question, *pdfs = unframed(sys.stdin.buffer.read())
    said = json.loads(question)
    try:
        signer = open_key(said["key"], said["passphrase"], SystemClock().now())
        signed = [_signed(pdf, said, signer) for pdf in pdfs]
    except Unusable as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from error
    sys.stdout.buffer.write(framed(signed))
    sys.stdout.buffer.flush()


def open_key(key_file: str, passphrase_file: str, at: datetime) -> SimpleSigner:
    """Return the office's key if it may sign at this instant. Raises Unusable."""
    content = _read(key_file, reasons.KEY_MISSING)
    passphrase = _read(passphrase_file, reasons.PASSPHRASE_MISSING).strip()
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(content, passphrase)
    except ValueError as error:  # the library tells a wrong passphrase by these words alone
        wrong = "password" in str(error)
        raise Unusable(reasons.PASSPHRASE_WRONG if wrong else reasons.NO_KEY) from error
    if key is None or certificate is None:
        raise Unusable(reasons.NO_KEY)
    _must_be_valid(certificate, at)
    signer = SimpleSigner.load_pkcs12(  # type: ignore[no-untyped-call]  # untyped upstream
        key_file, passphrase=passphrase
    )
    if not isinstance(signer, SimpleSigner):
        raise Unusable(reasons.NO_KEY)
    return signer


def _read(file: str, missing: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise Unusable(missing) from error


def _must_be_valid(certificate: x509.Certificate, at: datetime) -> None:
    if at > certificate.not_valid_after_utc:
        raise Unusable(reasons.EXPIRED)
    if at < certificate.not_valid_before_utc:
        raise Unusable(reasons.NOT_YET)
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise Unusable(reasons.USAGE)


def _signed(pdf: bytes, said: dict[str, str], signer: SimpleSigner) -> bytes:
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=said["signer"],
        reason=said["reason"],
        location=said["place"],
    )
    out = io.BytesIO()
    try:
        sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), metadata, signer=signer, output=out)
    except (PdfError, SigningError, ValueError) as error:
        raise Unusable(reasons.DOCUMENT) from error
    return out.getvalue()


if __name__ == "__main__":
    main()
