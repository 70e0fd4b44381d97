"""The process that signs: reads length | question | PDF from standard input, writes the PDF.

The signature is PAdES B-B (ETSI EN 319 142-1 §5.3): CAdES detached, SHA-256, no time stamp.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, sign_pdf
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import SimpleSigner

from hub.signatures import LENGTH

FIELD = "Pengesahan"


def main() -> None:
    """Sign one document; exit 1 with the reason on standard error when it cannot be done."""
    source = sys.stdin.buffer
    (length,) = LENGTH.unpack(source.read(LENGTH.size))
    question = json.loads(source.read(length))
    try:
        signed = _signed(source.read(), question)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        raise SystemExit(1) from error
    sys.stdout.buffer.write(signed)
    sys.stdout.buffer.flush()


def _signed(pdf: bytes, question: dict[str, str]) -> bytes:
    passphrase = Path(question["passphrase"]).read_text("utf-8").strip().encode()
    signer = SimpleSigner.load_pkcs12(  # type: ignore[no-untyped-call]  # untyped upstream
        question["key"], passphrase=passphrase
    )
    if signer is None:
        message = "the key file does not open with this passphrase"
        raise ValueError(message)
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=question["signer"],
        reason=question["reason"],
        location=question["place"],
    )
    out = io.BytesIO()
    sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), metadata, signer=signer, output=out)
    return out.getvalue()


if __name__ == "__main__":
    main()
