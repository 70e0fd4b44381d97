"""A portrait of nobody for the papers: an outline on white."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw


def outline_portrait() -> bytes:
    """Return a passport photo's outline, 600 × 800 pixels, as JPEG."""
    picture = Image.new("RGB", (600, 800), "#fbfbfb")
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((90, 500, 510, 900), 160, fill="#93a0aa")
    pen.ellipse((195, 160, 405, 450), fill="#93a0aa")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()
