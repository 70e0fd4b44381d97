"""Judge a document or a code: legalised, only registered, paid, forged, unknown.

A code printed at step 8 says *registered* and no more. *Legalised* comes from the signature on
the document of step 9, or from the hub; *void* only from the hub.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.errors import BadInput
from hub.seals import Verdict, judge_code, read_public_keys

_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
_PICTURES = {".png", ".jpg", ".jpeg"}


@dataclass(frozen=True, slots=True)
class Keys:
    """What the office published: the keys of its codes, the certificates of its signers."""

    codes: tuple[Ed25519PublicKey, ...]
    certificates: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a paper is worth: `state` legalised, registered, paid, altered, forged, … and why."""

    state: str
    code: Verdict | None = None
    signer: str = ""
    by_records: bool = False
    """The hub says so of the number; the paper itself was not signed."""

    @property
    def exit_code(self) -> int:
        """Return 0 for legalised or paid, 3 for registered only, 1 for everything else."""
        return {"legalised": 0, "paid": 0, "registered": 3}.get(self.state, 1)


def read_keys(file: Path) -> Keys:
    """Return the keys of a published file. Raises BadInput `key_unreadable`."""
    pem = file.read_bytes()
    end = b"-----END CERTIFICATE-----"
    blocks = [block + end for block in pem.split(end)[:-1]]
    certificates = tuple(block[block.index(_CERTIFICATE) :] for block in blocks)
    for one in certificates:
        pem = pem.replace(one, b"")
    return Keys(read_public_keys(pem), certificates)


def judge(what: str, keys: Keys) -> Judgement:
    """Judge a file by its path, or the text of a scanned code. Raises BadInput."""
    file = Path(what)
    if not what.startswith("LOKET:") and file.is_file():
        return _judge_file(file, keys)
    return _of_code(judge_code(what, keys.codes))


def _judge_file(file: Path, keys: Keys) -> Judgement:
    content = file.read_bytes()
    if content.startswith(b"%PDF-"):
        return _judge_pdf(content, keys)
    if file.suffix.lower() in _PICTURES:
        return _judge_picture(content, keys)
    raise BadInput(
        "file_unknown",
        "Give a PDF, a picture (PNG, JPEG) or the text of a code.",
        id="Berikan PDF, gambar (PNG, JPEG), atau isi kode.",
    )


def _judge_picture(content: bytes, keys: Keys) -> Judgement:
    import zxingcpp
    from PIL import Image

    with Image.open(io.BytesIO(content)) as picture:
        texts = [found.text for found in zxingcpp.read_barcodes(picture.convert("L"))]
    ours = [text for text in texts if text.startswith("LOKET:")]
    if not ours:
        return Judgement("unknown")
    return _of_code(judge_code(ours[0], keys.codes))


def _judge_pdf(content: bytes, keys: Keys) -> Judgement:
    import logging

    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # it logs each refusal with a traceback
    try:
        reader = PdfFileReader(io.BytesIO(content))
        words = str(reader.trailer["/Info"]["/Keywords"])
        signatures = reader.embedded_signatures
    except KeyError:
        return Judgement("unknown")
    except (PdfError, ValueError, AttributeError, TypeError, IndexError) as error:
        raise BadInput(
            "pdf_unreadable", "This PDF cannot be read.", id="PDF ini tidak terbaca."
        ) from error
    code = judge_code(words, keys.codes)
    if not signatures:
        return _of_code(code)
    from hub.verify.signed import signature_state

    try:
        made_at = signatures[-1].self_reported_timestamp
        state, signer = signature_state(signatures[-1], keys.certificates, made_at)
    except (PdfError, ValueError, AttributeError, TypeError, LookupError):
        return Judgement("altered", code)  # so the library stumbles over bytes that were changed
    if state == "legalised" and code.state != "registered":
        state = "altered"  # signed by us, but no register number of ours stands in it
    return Judgement(state, code, signer)


def _of_code(code: Verdict) -> Judgement:
    return Judgement(code.state, code)


def with_hub(judged: Judgement, known: str) -> Judgement:
    """Return the judgement with what the hub knows of the number: legalised, void, or nothing."""
    if not known or known == judged.state:
        return judged
    return replace(judged, state=known, by_records=True)
