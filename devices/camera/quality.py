"""What a portrait must be: measured values, rules and the faults found (ISO/IEC 19794-5 §7-8).

Pure values; `portrait` measures them. A fault is advice to take the photo again; the officer may
override it with a reason.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from devices.capabilities import Camera, Photo


class Background(enum.StrEnum):
    """Colour of the wall behind the applicant."""

    WHITE = "white"
    RED = "red"


class Fault(enum.StrEnum):
    """Why a portrait should be taken again; stable codes for the screen's texts."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    TOO_FAR = "too_far"
    TOO_NEAR = "too_near"
    OFF_CENTRE = "off_centre"
    TILTED = "tilted"
    EYES_NOT_SEEN = "eyes_not_seen"
    BLURRED = "blurred"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    BACKGROUND_NOT_PLAIN = "background_not_plain"
    BACKGROUND_COLOUR = "background_colour"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured on one portrait; 0 where no face was found.

    `face_share` is the face box's height by the picture's, `offset` the distance of its centre from
    the middle by the picture's width, `tilt_deg` the slope of the line through the eyes (None if
    they were not both found), `sharpness` the variance of the Laplacian by the face's own variance
    at 256 px, in percent, `brightness` the face's mean grey (0-255), `clipped` the share of its
    pixels at either end, `background_spread` the standard deviation of the wall in CIE L*a*b*
    units, `background` the colour it is nearest to, or None.
    """

    faces: int
    face_share: float = 0.0
    offset: float = 0.0
    tilt_deg: float | None = None
    sharpness: float = 0.0
    brightness: float = 0.0
    clipped: float = 0.0
    background_spread: float = 0.0
    background: Background | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The office's limits; the defaults fit a head-and-shoulders portrait."""

    background: Background = Background.WHITE
    face_share: tuple[float, float] = (0.28, 0.62)
    largest_offset: float = 0.10
    largest_tilt_deg: float = 8.0  # ISO/IEC 19794-5 §7.2.2
    least_sharpness: float = 3.0
    brightness: tuple[float, float] = (60.0, 215.0)
    largest_clipped: float = 0.05
    largest_background_spread: float = 9.0


@dataclass(frozen=True, slots=True)
class Portrait:
    """A photo, what was measured on it, and what is wrong with it."""

    photo: Photo
    measured: Measured
    faults: tuple[Fault, ...]


@runtime_checkable
class PortraitCamera(Camera, Protocol):
    """A camera that measures its own portraits."""

    def portrait(self, rules: Rules | None = None) -> Portrait:
        """Take a photo and measure it; its faults are advice to take it again."""
        ...


def faults(measured: Measured, rules: Rules) -> tuple[Fault, ...]:
    """Return what is wrong with the portrait, most important first; empty if nothing is."""
    if measured.faces != 1:
        return (Fault.NO_FACE if measured.faces == 0 else Fault.SEVERAL_FACES,)
    return tuple(fault for fault, broken in _CHECKS if broken(measured, rules))


_Check = Callable[[Measured, Rules], bool]
_CHECKS: tuple[tuple[Fault, _Check], ...] = (
    (Fault.TOO_FAR, lambda m, r: m.face_share < r.face_share[0]),
    (Fault.TOO_NEAR, lambda m, r: m.face_share > r.face_share[1]),
    (Fault.OFF_CENTRE, lambda m, r: m.offset > r.largest_offset),
    (Fault.EYES_NOT_SEEN, lambda m, _: m.tilt_deg is None),
    (Fault.TILTED, lambda m, r: abs(m.tilt_deg or 0.0) > r.largest_tilt_deg),
    (Fault.BLURRED, lambda m, r: m.sharpness < r.least_sharpness),
    (Fault.TOO_DARK, lambda m, r: m.brightness < r.brightness[0]),
    (
        Fault.TOO_BRIGHT,
        lambda m, r: m.brightness > r.brightness[1] or m.clipped > r.largest_clipped,
    ),
    (Fault.BACKGROUND_NOT_PLAIN, lambda m, r: m.background_spread > r.largest_background_spread),
    (Fault.BACKGROUND_COLOUR, lambda m, r: m.background is not r.background),
)
