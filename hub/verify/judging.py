"""Judge a document or a code: legalised, only registered, paid, forged, unknown.

A code printed at step 8 says *registered* and no more. *Legalised* comes from the signature on
the document of step 9, or from the hub; *void* only from the hub.
"""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.errors import BadInput
from hub.seals import Verdict, judge_code, read_public_keys

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
_SIGNED = b"/ByteRange"
_PICTURES = ("PNG", "JPEG")
_GOOD = ("legalised", "registered", "paid")
_NAMED = 60
_SCANNED_PAGES = 10
"""So many pages of a scanned file are searched for a code."""
_SCAN_DPI = 200.0
_SHEET = '#set page(width: auto, height: auto, margin: 0pt)\n#image("scan.pdf", page: PAGE)'


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
    recorded: str = ""
    """What the hub says of the number that stands on a paper which is not good by itself."""

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
    """Judge a file by its path, or the text of a scanned code. Raises BadInput, OSError."""
    if what.startswith("LOKET:"):
        return _of_code(judge_code(what, keys.codes))
    file = Path(what)
    if not _is_file(file):
        named = what if len(what) <= _NAMED else f"{what[:_NAMED]}…"
        raise BadInput(
            "file_missing",
            f"'{named}' is no file here, and no code of an office: that begins with LOKET:",
            id=f"'{named}' bukan berkas di sini, dan bukan isi kode kantor: itu berawalan LOKET:",
        )
    return _judge_file(file.read_bytes(), keys)


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except (OSError, ValueError):  # longer than a name may be, or with a zero: the text of a code
        return False


def _judge_file(content: bytes, keys: Keys) -> Judgement:
    if content.startswith(b"%PDF-"):
        return _judge_pdf(content, keys)
    return _judge_picture(content, keys)


def _judge_picture(content: bytes, keys: Keys) -> Judgement:
    import zxingcpp
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=_PICTURES) as picture:
            texts = [found.text for found in zxingcpp.read_barcodes(picture.convert("L"))]
    except UnidentifiedImageError:
        raise BadInput(
            "file_unknown",
            "Give a PDF, a picture (PNG, JPEG) or the text of a code.",
            id="Berikan PDF, gambar (PNG, JPEG), atau isi kode.",
        ) from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadInput(
            "picture_unreadable",
            "This picture is broken or too large: take it again.",
            id="Gambar ini rusak atau terlalu besar: ambil sekali lagi.",
        ) from error
    ours = [text for text in texts if text.startswith("LOKET:")]
    if not ours:
        return Judgement("unknown")
    return _of_code(judge_code(ours[0], keys.codes))


def _judge_scan(content: bytes, pages: int, keys: Keys) -> Judgement:
    """Judge a PDF that does not say its code: a paper that was scanned shows it as a picture."""
    import typst

    with tempfile.TemporaryDirectory(prefix="loket-verify-") as scratch:
        main = Path(scratch) / "main.typ"
        (Path(scratch) / "scan.pdf").write_bytes(content)
        for page in range(1, min(pages, _SCANNED_PAGES) + 1):
            main.write_text(_SHEET.replace("PAGE", str(page)), "utf-8")
            try:
                drawn = typst.compile(main, format="png", ppi=_SCAN_DPI)
            except typst.TypstError:
                break
            found = _judge_picture(drawn, keys)
            if found.state != "unknown":
                return found
    return Judgement("unknown")


def _judge_pdf(content: bytes, keys: Keys) -> Judgement:
    import logging

    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # it logs each refusal with a traceback
    try:
        reader = PdfFileReader(io.BytesIO(content))
        words = _keywords(reader)
        signatures = reader.embedded_signatures
        pages = int(reader.root["/Pages"]["/Count"])
    except KeyError:
        return Judgement("unknown")
    except (PdfError, ValueError, AttributeError, TypeError, IndexError) as error:
        # what scanners write is not always strict; a signed file has to be
        scanned = Judgement("unknown") if _SIGNED in content else _judge_scan(content, 1, keys)
        if scanned.state != "unknown":
            return scanned
        raise BadInput(
            "pdf_unreadable", "This PDF cannot be read.", id="PDF ini tidak terbaca."
        ) from error
    code = judge_code(words, keys.codes)
    if not signatures:
        return _judge_scan(content, pages, keys) if code.state == "unknown" else _of_code(code)
    from hub.verify.signed import signature_state

    try:
        made_at = signatures[-1].self_reported_timestamp
        state, signer = signature_state(signatures[-1], keys.certificates, made_at)
    except (PdfError, ValueError, AttributeError, TypeError, LookupError):
        return Judgement("altered", code)  # so the library stumbles over bytes that were changed
    if state == "legalised" and code.state != "registered":
        state = "altered"  # signed by us, but no register number of ours stands in it
    return Judgement(state, code, signer)


def _keywords(reader: PdfFileReader) -> str:
    """Return what a paper of ours says there, its code; an empty text if nothing stands there."""
    try:
        return str(reader.trailer["/Info"]["/Keywords"])
    except KeyError:
        return ""


def _of_code(code: Verdict) -> Judgement:
    return Judgement(code.state, code)


def with_hub(judged: Judgement, known: str) -> Judgement:
    """Return the judgement with what the hub knows of the number: legalised, registered, void.

    It speaks for a paper that is good by itself; one that is forged, altered or a stranger's stays
    so, whatever number it carries.
    """
    if not known or known == judged.state:
        return judged
    if judged.state in _GOOD:
        return replace(judged, state=known, by_records=True)
    return replace(judged, recorded=known)
