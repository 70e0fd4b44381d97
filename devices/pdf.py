"""Scanned pages as one PDF: the scanner's own JPEGs, byte for byte, on pages of their real size."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

from PIL import Image

from devices.capabilities import ScannedPage

_POINTS_PER_INCH: Final = 72
_SPACES: Final = {"L": b"/DeviceGray", "RGB": b"/DeviceRGB"}
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
