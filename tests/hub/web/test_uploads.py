"""What may be uploaded in place of a scan: it opens for everybody, whatever its name says."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from pypdf import PdfWriter

from hub.errors import BadInput
from hub.web.forms import Attached
from hub.web.uploads import media_of


def picture(kind: str) -> bytes:
    held = io.BytesIO()
    Image.effect_noise((120, 80), 60).save(held, kind)
    return held.getvalue()


def pdf(password: str = "") -> bytes:
    writer, held = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password)
    writer.write(held)
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (pdf(), "application/pdf"),
    ],
)
def test_a_picture_or_a_pdf_is_told_by_its_content(content: bytes, media: str) -> None:
    assert media_of("slip", Attached("pindai.exe", "text/plain", content)) == media


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_missing"),
        (b"MZ\x90\x00" + bytes(2000), "file_media"),
        (b"GIF89a" + bytes(200), "file_media"),
        (pdf("rahasia"), "file_encrypted"),
        (pdf()[:-60], "file_broken"),
        (b"%PDF-1.7 tanpa isi", "file_broken"),
        (picture("PNG")[:900], "file_broken"),
        (b"\xff\xd8\xff" + bytes(500), "file_broken"),
    ],
)
def test_what_nobody_could_open_later_is_refused_in_words(content: bytes, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        media_of("slip", Attached("slip.jpg", "image/jpeg", content))

    assert refused.value.code == code
    assert [fault.field for fault in refused.value.fields] == ["slip"]
    assert refused.value.id
    assert refused.value.id != refused.value.en
