import io

import pytest
from PIL import Image
from pypdf import PdfReader

from devices.capabilities import ScannedPage
from devices.pdf import pages_of_pdf, pages_to_pdf


def page(mode: str, size: tuple[int, int], dpi: int) -> ScannedPage:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(out, "JPEG", quality=85)
    return ScannedPage(out.getvalue(), *size, dpi)


def test_each_page_has_its_real_size_and_the_scanners_own_bytes() -> None:
    pages = [page("RGB", (1240, 1754), 150), page("L", (620, 877), 75)]

    document = PdfReader(io.BytesIO(pages_to_pdf(pages)), strict=True)

    assert len(document.pages) == 2
    for seen, scanned in zip(document.pages, pages, strict=True):
        assert (round(float(seen.mediabox.width)), round(float(seen.mediabox.height))) == (595, 842)
        [picture] = seen.images
        assert picture.data[:2] == b"\xff\xd8"
        stream = seen["/Resources"]["/XObject"]["/P"]
        assert stream._data == scanned.jpeg


def test_nothing_and_what_is_no_jpeg_are_refused() -> None:
    with pytest.raises(ValueError, match="no pages"):
        pages_to_pdf([])
    with pytest.raises(ValueError, match="no grey or colour JPEG"):
        pages_to_pdf([ScannedPage(b"\x89PNG", 1, 1, 72)])


def test_pages_are_taken_out_as_they_were_put_in() -> None:
    pages = [page("RGB", (1240, 1754), 150), page("L", (620, 877), 75), page("RGB", (413, 585), 50)]

    assert pages_of_pdf(pages_to_pdf(pages)) == pages


@pytest.mark.parametrize("other", [b"", b"%PDF-1.7\n%%EOF", b"\xff\xd8\xff\xe0"])
def test_a_document_of_somebody_else_is_not_taken_apart(other) -> None:
    with pytest.raises(ValueError, match="not a document of scanned pages"):
        pages_of_pdf(other)
