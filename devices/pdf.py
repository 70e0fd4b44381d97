"""Scanned pages as one PDF: the scanner's own JPEGs, byte for byte, on pages of their real size."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Final

from PIL import Image

from devices.capabilities import ScannedPage

_POINTS_PER_INCH: Final = 72
_SPACES: Final = {"L": b"/DeviceGray", "RGB": b"/DeviceRGB"}
_TABLE: Final = re.compile(rb"xref\n0 \d+\n((?:\d{10} \d{5} [fn] \n)+)trailer")
_SHEET: Final = re.compile(rb"/MediaBox \[ 0 0 ([\d.]+) [\d.]+ \]")
_PICTURE: Final = re.compile(
    rb"/Subtype /Image /Width (\d+) /Height (\d+) .{0,80}?/Length (\d+) >>\nstream\n"
)
_FOREIGN: Final = "not a document of scanned pages"
_HEAD: Final = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"


def pages_to_pdf(pages: Sequence[ScannedPage]) -> bytes:
    """Join scanned pages into one PDF without touching their pictures. Raises ValueError."""
    if not pages:
        message = "no pages to join"
        raise ValueError(message)
    # 1 catalogue, 2 page tree, then page, content and picture of each
    kids = b" ".join(b"%d 0 R" % (3 + 3 * place) for place in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [ %s ] >>" % (len(pages), kids),
    ]
    for place, page in enumerate(pages):
        objects += _objects_of(page, first=3 + 3 * place)
    return _written(objects)


def pages_of_pdf(pdf: bytes) -> list[ScannedPage]:
    """Return the pages that `pages_to_pdf` joined, byte for byte. Raises ValueError."""
    places = _places(pdf)
    if len(places) < 5 or (len(places) - 2) % 3:
        raise ValueError(_FOREIGN)
    return [_page_at(pdf, places[n], places[n + 2]) for n in range(2, len(places), 3)]


def _places(pdf: bytes) -> list[int]:
    """Return where each object stands, by the table at the end."""
    table = _TABLE.search(pdf, max(0, pdf.rfind(b"xref\n0 ")))
    if not pdf.startswith(_HEAD) or table is None:
        raise ValueError(_FOREIGN)
    return [int(line[:10]) for line in table[1].split(b"\n")[1:-1]]


def _page_at(pdf: bytes, sheet_at: int, picture_at: int) -> ScannedPage:
    sheet, picture = _SHEET.search(pdf, sheet_at), _PICTURE.search(pdf, picture_at)
    if sheet is None or picture is None:
        raise ValueError(_FOREIGN)
    width_px, height_px, length = (int(part) for part in picture.groups())
    dpi = round(width_px * _POINTS_PER_INCH / float(sheet[1]))
    jpeg = pdf[picture.end() : picture.end() + length]
    return ScannedPage(jpeg, width_px, height_px, dpi)


def _objects_of(page: ScannedPage, *, first: int) -> tuple[bytes, bytes, bytes]:
    width, height = (_points(side, page.dpi) for side in (page.width_px, page.height_px))
    content = b"q %s 0 0 %s 0 0 cm /P Do Q" % (width, height)
    sheet = b"<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 %s %s ] /Contents %d 0 R" % (
        width, height, first + 1,
    )  # fmt: skip
    picture = (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace %s "
        b"/BitsPerComponent 8 /Filter /DCTDecode /Length %d >>"
        % (page.width_px, page.height_px, _space(page.jpeg), len(page.jpeg))
    )
    return (
        sheet + b" /Resources << /XObject << /P %d 0 R >> >> >>" % (first + 2),
        _stream(b"<< /Length %d >>" % len(content), content),
        _stream(picture, page.jpeg),
    )


def _written(objects: Sequence[bytes]) -> bytes:
    out = bytearray(_HEAD)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def _stream(head: bytes, body: bytes) -> bytes:
    return head + b"\nstream\n" + body + b"\nendstream"


def _points(side_px: int, dpi: int) -> bytes:
    return b"%.3f" % (side_px * _POINTS_PER_INCH / dpi)


def _space(jpeg: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as picture:
            return _SPACES[picture.mode]
    except (OSError, KeyError) as error:
        message = "a page is no grey or colour JPEG"
        raise ValueError(message) from error
