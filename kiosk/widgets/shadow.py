"""The soft shadow under what is raised: a small picture, stretched between its corners.

Kivy's own BoxShadow compiles a program of its own for each one that is drawn, keeps 0.3 MB for it,
and works the blur out anew for every pixel of every frame.
"""

from __future__ import annotations

from functools import cache

from kivy.graphics import BorderImage
from kivy.graphics.texture import Texture
from PIL import Image, ImageDraw, ImageFilter

from kiosk.theme import Look

BLUR, DROP = 22, 5
"""How far it fades, and how much lower it lies; panel pixels."""

Place = tuple[float, float]


def shadow(pos: Place, size: Place, radius: float, look: Look) -> BorderImage:
    """Return the shadow of a box with rounded corners, to be drawn before it in any colour."""
    blur, rounding = max(1, round(look.px(BLUR))), max(1, round(radius))
    return BorderImage(
        texture=_picture(rounding, blur),
        pos=(pos[0] - blur, pos[1] - blur - look.px(DROP)),
        size=(size[0] + 2 * blur, size[1] + 2 * blur),
        border=(_edge(rounding, blur),) * 4,
        auto_scale="both_lower",
    )


def _edge(radius: int, blur: int) -> int:
    """Return from where on the shadow is the same along a side: blurred corner, in pixels."""
    return 2 * blur + radius


@cache
def _picture(radius: int, blur: int) -> Texture:
    """Return the smallest shadow with these corners, white; the window has one size, so few."""
    side = 2 * _edge(radius, blur) + 2
    mask = Image.new("L", (side, side))
    box = (blur, blur, side - blur - 1, side - blur - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, radius, fill=255)
    mask = mask.filter(ImageFilter.GaussianBlur(blur / 2))
    texture = Texture.create(size=mask.size, colorfmt="rgba")
    white = Image.new("L", mask.size, 255)
    pixels = Image.merge("RGBA", (white, white, white, mask)).tobytes()
    texture.blit_buffer(pixels, colorfmt="rgba")
    return texture
