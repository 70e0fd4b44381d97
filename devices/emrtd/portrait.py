"""A synthetic portrait of nobody, drawn from ellipses, for the simulated chip."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFilter

WIDTH_PX, HEIGHT_PX = 413, 531
"""35 × 45 mm at 300 dpi (ICAO 9303-9)."""
_SKIN, _SHADE, _HAIR, _COAT = (214, 172, 142), (188, 142, 114), (58, 44, 38), (52, 66, 92)


def draw_portrait(max_bytes: int = 13_180) -> bytes:
    """Return the portrait as the best JPEG that fits into `max_bytes`."""
    picture = _picture()
    best = _jpeg(picture, 30)
    for quality in range(40, 100, 3):
        made = _jpeg(picture, quality)
        if len(made) > max_bytes:
            break
        best = made
    return best


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, dpi=(300, 300))
    return out.getvalue()


def _picture() -> Image.Image:
    picture = _background()
    pen = ImageDraw.Draw(picture)
    _bust(pen)
    _head(pen)
    picture = picture.filter(ImageFilter.GaussianBlur(2.2))
    _features(ImageDraw.Draw(picture))
    picture = picture.filter(ImageFilter.GaussianBlur(0.9))
    return _grained(picture)


def _background() -> Image.Image:
    ramp = Image.linear_gradient("L").resize((WIDTH_PX, HEIGHT_PX))
    return Image.composite(
        Image.new("RGB", ramp.size, (212, 217, 222)), Image.new("RGB", ramp.size, "#eef1f3"), ramp
    )


def _bust(pen: ImageDraw.ImageDraw) -> None:
    pen.ellipse((62, 108, 351, 452), fill=_HAIR)
    pen.ellipse((16, 418, 397, 720), fill=_COAT)
    pen.polygon([(160, 424), (253, 424), (206, 505)], fill=(232, 232, 230))
    pen.rounded_rectangle((166, 350, 247, 452), 36, fill=_SHADE)


def _head(pen: ImageDraw.ImageDraw) -> None:
    pen.ellipse((92, 232, 122, 304), fill=_SHADE)
    pen.ellipse((291, 232, 321, 304), fill=_SHADE)
    pen.ellipse((106, 112, 307, 402), fill=_SKIN)
    pen.pieslice((98, 88, 315, 330), 182, 358, fill=_HAIR)
    pen.ellipse((124, 168, 290, 330), fill=_SKIN)
    pen.ellipse((118, 296, 168, 346), fill=(220, 164, 138))
    pen.ellipse((245, 296, 295, 346), fill=(220, 164, 138))


def _features(pen: ImageDraw.ImageDraw) -> None:
    for middle in (158, 255):
        pen.arc((middle - 32, 206, middle + 32, 246), 205, 335, fill=_HAIR, width=6)
        pen.ellipse((middle - 22, 234, middle + 22, 258), fill=(246, 243, 240))
        pen.ellipse((middle - 11, 234, middle + 11, 257), fill=(86, 62, 44))
        pen.ellipse((middle - 5, 240, middle + 5, 251), fill=(18, 14, 12))
        pen.ellipse((middle + 1, 240, middle + 5, 244), fill=(250, 250, 250))
        pen.arc((middle - 24, 231, middle + 24, 262), 190, 350, fill=_HAIR, width=3)
    pen.line([(202, 250), (194, 300), (199, 310)], fill=_SHADE, width=5)
    pen.arc((184, 292, 230, 318), 20, 160, fill=(160, 112, 90), width=5)
    pen.chord((168, 336, 245, 368), 10, 170, fill=(176, 92, 88))
    pen.chord((170, 338, 243, 362), 190, 350, fill=(190, 108, 102))
    pen.line([(170, 351), (243, 351)], fill=(128, 62, 60), width=2)


def _grained(picture: Image.Image) -> Image.Image:
    """Lay a fixed grain over the drawing: a photograph is never as smooth."""
    size = WIDTH_PX * HEIGHT_PX
    state, grain = 1, bytearray(size)
    for place in range(size):
        state = (state * 1_103_515_245 + 12_345) & 0x7FFFFFFF
        grain[place] = 122 + (state >> 16) % 12
    noise = Image.frombytes("L", (WIDTH_PX, HEIGHT_PX), bytes(grain)).convert("RGB")
    return Image.blend(picture, noise, 0.06)
