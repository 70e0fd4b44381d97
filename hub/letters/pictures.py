"""The pictures papers carry, as SVG text: verification code, portrait, signature on record."""

from __future__ import annotations

import base64
import io

import segno
from PIL import Image, ImageOps, UnidentifiedImageError

from hub.letters.errors import Unprintable

QR_QUIET_MODULES = 4
QR_MOST_MODULES = 65  # version 10 with its zone: 33.02 mm on the card, 6 dots of 300 dpi a module
PORTRAIT = (720, 960)  # 30 × 40 mm at 610 dpi, 3 : 4
SIGNATURE = (900, 300)  # 30 × 10 mm at 760 dpi
INK = 200  # darker than the paper of a scan
_LEVELS = "hqml"
FOR_PHONES = "ml"
"""A camera reads an address from clean paper; fewer modules make them larger."""


def qr_svg(payload: str, levels: str = _LEVELS) -> str:
    """Return `payload` as a QR of one filled path, quiet zone included.

    The strongest correction of `levels` that keeps the code within 65 modules wins. Raises
    Unprintable.
    """
    for level in levels:
        try:
            code = segno.make_qr(payload, error=level, boost_error=False)
        except segno.DataOverflowError as error:
            raise Unprintable("qr_too_long", "imprint.payload") from error
        if code.symbol_size(border=QR_QUIET_MODULES)[0] <= QR_MOST_MODULES:
            return _svg(code)
    raise Unprintable("qr_too_long", "imprint.payload")


def qr_modules(svg: str) -> int:
    """Return how many modules wide a QR of `qr_svg` is, its zone included."""
    return int(svg.split('viewBox="0 0 ', 1)[1].split(" ", 1)[0])


def _svg(code: segno.QRCode) -> str:
    rows = [list(row) for row in code.matrix_iter(border=QR_QUIET_MODULES)]
    path = "".join(_runs(y, row) for y, row in enumerate(rows))
    size = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path fill="#000" d="{path}"/></svg>'
    )


def _runs(y: int, row: list[int]) -> str:
    """Return one rectangle per run of dark modules: no stroke, so no gap between them."""
    out, x = [], 0
    while x < len(row):
        end = x
        while end < len(row) and row[end]:
            end += 1
        if end > x:
            out.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
        x = end + 1
    return "".join(out)


def portrait_svg(jpeg: bytes) -> str:
    """Return a portrait cut to 3 : 4, upright, without the camera's notes (place, time, maker).

    Raises Unprintable if it is no picture.
    """
    try:
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(jpeg))).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise Unprintable("photo_unreadable", "photo_jpeg") from error
    out = io.BytesIO()
    ImageOps.fit(picture, PORTRAIT, Image.Resampling.LANCZOS).save(out, "JPEG", quality=88)
    image = base64.b64encode(out.getvalue()).decode()
    width, height = PORTRAIT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/jpeg;base64,{image}"/></svg>'
    )


def signature_svg(picture: bytes) -> str:
    """Return a captured signature cut to its ink, grey on white, without notes.

    Raises Unprintable if it is no picture, or an empty one.
    """
    try:
        drawn = ImageOps.exif_transpose(Image.open(io.BytesIO(picture))).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise Unprintable("signature_unreadable", "on_record") from error
    paper = Image.new("RGBA", drawn.size, "white")
    grey = Image.alpha_composite(paper, drawn).convert("L")
    ink = grey.point(lambda level: 255 if level < INK else 0).getbbox()
    if ink is None:
        raise Unprintable("signature_unreadable", "on_record")
    cut = grey.crop(ink)
    cut.thumbnail(SIGNATURE, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    cut.save(out, "PNG")
    image = base64.b64encode(out.getvalue()).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {cut.width} {cut.height}">'
        f'<image width="{cut.width}" height="{cut.height}" href="data:image/png;base64,{image}"/>'
        "</svg>"
    )
