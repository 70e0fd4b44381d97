"""Draw a person who does not exist, sitting before a plain white wall; for the simulator only."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

SIZE = (900, 1200)

_SKIN = (201, 152, 118)
_SHADE = (171, 121, 91)
_LIGHT = (219, 175, 143)
_HAIR = (38, 30, 28)
_LIPS = (163, 92, 84)
_SHIRT = (58, 84, 122)
_COLLAR = (226, 229, 233)


def portrait() -> Image.Image:
    """Return the picture: head and shoulders, 900 × 1200, white background."""
    picture = Image.new("RGB", SIZE, "white")
    _blend(picture, _shoulders, blur=3)
    _blend(picture, _neck, blur=3)
    _blend(picture, _hair_behind, blur=4)
    _blend(picture, _head, blur=3)
    _blend(picture, _cheeks, blur=26)
    _blend(picture, _sockets, blur=12)
    _blend(picture, _features, blur=2)
    _blend(picture, _fringe, blur=4)
    return picture


def frames(count: int) -> list[bytes]:
    """Return `count` JPEGs of the portrait, each with its own sensor noise and breath."""
    still = portrait()
    noise = random.Random(1)  # noqa: S311 -- sensor noise is no secret
    return [_frame(still, index, noise) for index in range(count)]


def _frame(still: Image.Image, index: int, noise: random.Random) -> bytes:
    moved = Image.new("RGB", SIZE, "white")
    moved.paste(still, (round(2 * (-1) ** index), index % 3))
    grain = Image.frombytes("L", (225, 300), noise.randbytes(225 * 300)).resize(SIZE)
    noisy = Image.blend(moved, Image.merge("RGB", (grain, grain, grain)), 0.012)
    return jpeg(noisy)


def jpeg(picture: Image.Image) -> bytes:
    """Return the picture as a camera would send it."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


def _blend(picture: Image.Image, draw: Callable[[ImageDraw.ImageDraw], None], blur: int) -> None:
    layer = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    draw(ImageDraw.Draw(layer))
    colours = layer.convert("RGB")
    mask = layer.getchannel("A").filter(ImageFilter.GaussianBlur(blur))
    spread = Image.composite(colours, picture, layer.getchannel("A"))
    picture.paste(spread.filter(ImageFilter.GaussianBlur(blur)), (0, 0), mask)


def _shoulders(pen: ImageDraw.ImageDraw) -> None:
    pen.ellipse((60, 900, 840, 1700), fill=(*_SHIRT, 255))
    pen.polygon(
        [(330, 900), (450, 1060), (570, 900), (610, 950), (450, 1150), (290, 950)],
        fill=(*_COLLAR, 255),
    )


def _neck(pen: ImageDraw.ImageDraw) -> None:
    pen.rounded_rectangle((355, 740, 545, 985), 70, fill=(*_SHADE, 255))


def _hair_behind(pen: ImageDraw.ImageDraw) -> None:
    pen.ellipse((228, 200, 672, 700), fill=(*_HAIR, 255))


def _head(pen: ImageDraw.ImageDraw) -> None:
    pen.ellipse((222, 510, 282, 640), fill=(*_SHADE, 255))
    pen.ellipse((618, 510, 678, 640), fill=(*_SHADE, 255))
    pen.ellipse((252, 270, 648, 860), fill=(*_SKIN, 255))


def _cheeks(pen: ImageDraw.ImageDraw) -> None:
    pen.ellipse((290, 600, 390, 700), fill=(*_LIGHT, 200))
    pen.ellipse((510, 600, 610, 700), fill=(*_LIGHT, 200))
    pen.ellipse((340, 360, 560, 470), fill=(*_LIGHT, 220))
    pen.rectangle((430, 520, 470, 650), fill=(*_LIGHT, 255))
    pen.ellipse((390, 800, 510, 850), fill=(*_SHADE, 200))


def _sockets(pen: ImageDraw.ImageDraw) -> None:
    for left in (300, 490):
        pen.ellipse((left, 500, left + 110, 580), fill=(*_SHADE, 235))
    pen.ellipse((400, 655, 500, 690), fill=(*_SHADE, 220))


def _features(pen: ImageDraw.ImageDraw) -> None:
    for left in (306, 498):
        pen.rounded_rectangle((left, 478, left + 98, 500), 11, fill=(*_HAIR, 255))
        pen.ellipse((left + 6, 524, left + 92, 570), fill=(240, 238, 234, 255))
        pen.ellipse((left + 27, 522, left + 71, 568), fill=(58, 38, 28, 255))
        pen.arc((left + 2, 518, left + 96, 580), 190, 350, fill=(40, 28, 24, 255), width=7)
    for left in (412, 466):
        pen.ellipse((left, 668, left + 24, 682), fill=(104, 66, 52, 255))
    pen.ellipse((372, 736, 528, 786), fill=(*_LIPS, 255))
    pen.line((376, 760, 524, 760), fill=(110, 56, 52, 255), width=5)


def _fringe(pen: ImageDraw.ImageDraw) -> None:
    pen.chord((236, 200, 664, 640), 188, 352, fill=(*_HAIR, 255))
