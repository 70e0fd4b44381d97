"""Colours, sizes and fonts. Text stands at 7:1 against its ground, borders and icons at 3:1.

Sizes are pixels of a panel of 1080×1920; `Look` turns them into pixels of the real window.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PANEL = (1080, 1920)
FONTS = Path(__file__).parent / "assets" / "fonts"
ICON_FONT = "Lucide"

Rgba = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by what they are for, as `#rrggbb`."""

    ground: str
    surface: str
    sunken: str
    pressed: str
    text: str
    quiet: str
    border: str
    primary: str
    on_primary: str
    tint: str
    header: str
    on_header: str
    on_header_quiet: str
    gold: str
    good: str
    warn: str
    bad: str
    good_ground: str
    warn_ground: str
    bad_ground: str
    shadow: float


LIGHT = Theme(
    ground="#F2F5FA",
    surface="#FFFFFF",
    sunken="#DDE4EE",
    pressed="#C3D2E6",
    text="#0B1B33",
    quiet="#36465C",
    border="#7A8799",
    primary="#0A4A85",
    on_primary="#FFFFFF",
    tint="#E4EEF8",
    header="#0A2847",
    on_header="#FFFFFF",
    on_header_quiet="#D3DDEA",
    gold="#B8892B",
    good="#075A38",
    warn="#6A3E00",
    bad="#8F1420",
    good_ground="#E6F4EC",
    warn_ground="#FFF4DC",
    bad_ground="#FDECEC",
    shadow=0.14,
)
CONTRAST = Theme(
    ground="#000000",
    surface="#000000",
    sunken="#000000",
    pressed="#454545",
    text="#FFFFFF",
    quiet="#FFFFFF",
    border="#FFFFFF",
    primary="#FFE600",
    on_primary="#000000",
    tint="#000000",
    header="#000000",
    on_header="#FFFFFF",
    on_header_quiet="#FFFFFF",
    gold="#FFE600",
    good="#7CFFB2",
    warn="#FFE600",
    bad="#FFB0B0",
    good_ground="#000000",
    warn_ground="#000000",
    bad_ground="#000000",
    shadow=0.0,
)


@dataclass(frozen=True, slots=True)
class Role:
    """How a kind of text is set: size at scale 1, weight, and the most it grows.

    Nothing is set under `least_px`: 28 are capitals of 4.8 mm on a panel of 21.5 inches.
    """

    px: float
    weight: int = 500
    grows_to: float = 1.4
    line: float = 1.12
    least_px: float = 28.0


ROLES: Mapping[str, Role] = {
    "display": Role(92, 800, 1.2, 1.05),
    "title": Role(62, 800, 1.25, 1.08),
    "lead": Role(36, 500),
    "heading": Role(44, 700, 1.3, 1.08),
    "strong": Role(36, 700),
    "body": Role(34, 500),
    "small": Role(29, 500),
    "label": Role(29, 600),
    "button": Role(38, 700, 1.3),
    "bar": Role(28, 700, 1.15),
    "key": Role(44, 600, 1.0),
    "field": Role(58, 700, 1.15),
    "clock": Role(58, 700, 1.0),
    "office": Role(36, 700, 1.1),
    "number": Role(236, 800, 1.0, 1.0, least_px=204),
    "fact": Role(56, 800, 1.15),
}
TARGET_PX = 88.0
"""Least height and width of everything that is touched (20 mm on 21.5 inches is 81 px)."""


@dataclass(frozen=True, slots=True)
class Look:
    """How everything is drawn now: `unit` from the window, `scale` and `theme` from the person.

    `fit` below 1 tightens text and gaps where a screen would otherwise overflow.
    """

    unit: float = 1.0
    scale: float = 1.0
    fit: float = 1.0
    theme: Theme = LIGHT

    def px(self, size: float) -> float:
        """Return a size that neither scale nor fit changes."""
        return size * self.unit

    def gap(self, size: float) -> float:
        """Return a distance, tightened where the screen is full."""
        return size * self.unit * self.fit

    def font(self, role: Role) -> float:
        """Return the font size of `role`, never under the floor."""
        wanted = role.px * min(self.scale, role.grows_to) * self.fit
        return max(wanted, role.least_px) * self.unit

    def colour(self, name: str, alpha: float = 1.0) -> Rgba:
        """Return the theme's colour `name`, transparent for an empty name."""
        if not name:
            return 0.0, 0.0, 0.0, 0.0
        return rgba(str(getattr(self.theme, name)), alpha)


def font_file(weight: int) -> str:
    """Return the bundled font of `weight` (400 to 800)."""
    return str(FONTS / f"PlusJakartaSans-{weight}.ttf")


def rgba(colour: str, alpha: float = 1.0) -> Rgba:
    """Return `#rrggbb` as four floats."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, alpha


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, 1.4.3)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in rgba(colour)[:3]
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
