"""What may be uploaded in place of a scan: a picture or a PDF that opens for everybody."""

from __future__ import annotations

import io
import re

from hub.errors import BadInput
from hub.web.forms import Attached
from hub.wire import FieldFault

PDF = "application/pdf"
_MAGIC = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": PDF,
}
# ISO 32000-1 §7.5.5: the trailer, or a stream in its place, names the encryption in the clear
_ENCRYPTED = re.compile(rb"/Encrypt\s*(<<|\d+\s+\d+\s+R)")
_TRAILER = 2048
"""The last bytes in which a reader looks for the end of a PDF (ISO 32000-1 annex H.3.18)."""


def media_of(field: str, file: Attached | None) -> str:
    """Return the media type of an upload. Raises BadInput naming `field`.

    `file_missing` | `file_media` | `file_encrypted` | `file_broken`.
    """
    if file is None or not file.content:
        raise _fault(field, "missing", "Pilih berkas dahulu. / Choose a file first.")
    media = next((m for magic, m in _MAGIC.items() if file.content.startswith(magic)), "")
    if not media:
        raise _fault(field, "media", "Hanya JPEG, PNG, atau PDF. / Only JPEG, PNG or PDF.")
    if media == PDF and _ENCRYPTED.search(file.content):
        raise _fault(
            field,
            "encrypted",
            "PDF ini terkunci kata sandi: simpan tanpa kata sandi, lalu unggah lagi. / "
            "This PDF is locked with a password: save it without one, then upload it again.",
        )
    if not (_ends(file.content) if media == PDF else _opens(file.content)):
        raise _fault(
            field,
            "broken",
            "Berkas ini rusak atau terpotong: pindai atau unggah lagi. / "
            "This file is broken or cut off: scan or upload it again.",
        )
    return media


def _ends(content: bytes) -> bool:
    end = content[-_TRAILER:]
    return b"startxref" in end and b"%%EOF" in end


def _opens(content: bytes) -> bool:
    from PIL import Image  # loaded with the first upload

    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True


def _fault(field: str, code: str, message: str) -> BadInput:
    indonesian, _, english = message.partition(" / ")
    fault = FieldFault(field=field, code=code, message=message)
    return BadInput(f"file_{code}", english, id=indonesian, fields=[fault])
