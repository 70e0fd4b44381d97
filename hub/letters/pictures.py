"""The pictures papers carry, as SVG text: portrait and signature on record."""

from __future__ import annotations

import base64
import io

from PIL import Image, ImageOps, UnidentifiedImageError

from hub.letters.errors import Unprintable

PORTRAIT = (720, 960)  # 30 × 40 mm at 610 dpi, 3 : 4
SIGNATURE = (900, 300)  # 30 × 10 mm at 760 dpi
INK = 200  # darker than the paper of a scan


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
