"""Minutiae in a finger image: ridges thinned to one pixel, ends and forks counted.

The classical way (crossing numbers on a skeleton): good for interchange and for showing an officer
what was seen, no match for a trained extractor. Nothing here decides who somebody is.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from devices.capabilities import FingerImage
from devices.fingers.iso import MOST_MINUTIAE, Kind, Minutia, MinutiaeRecord, Position

_BLOCK: Final = 15
_BORDER_PX: Final = 10
_LEAST_CONTRAST: Final = 22.0
_TRACE_PX: Final = 8
_APART_PX: Final = 6
_AROUND: Final = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""The eight neighbours in order, clockwise from above (row, column)."""


def minutiae_of(image: FingerImage, position: Position = Position.UNKNOWN) -> MinutiaeRecord:
    """Return the minutiae of `image`, at most 255, those in the middle of the print first."""
    grey = np.frombuffer(image.pixels, np.uint8).reshape(image.height_px, image.width_px)
    ridges, inside = _ridges(grey.astype(np.float32))
    skeleton = _thinned(ridges & inside)
    found = _sorted_out(_points(skeleton, _deep(inside)))
    return MinutiaeRecord(
        image.width_px, image.height_px, image.dpi, tuple(found[:MOST_MINUTIAE]), position
    )


def _ridges(grey: Any) -> tuple[Any, Any]:
    """Return where ridges are (darker than around) and where there is a print at all."""
    import cv2

    smooth = cv2.GaussianBlur(grey, (0, 0), 1.6)
    mean = cv2.blur(smooth, (_BLOCK, _BLOCK))
    spread = np.sqrt(np.maximum(cv2.blur(smooth * smooth, (_BLOCK, _BLOCK)) - mean * mean, 0))
    return smooth < mean, cv2.blur(spread, (_BLOCK, _BLOCK)) > _LEAST_CONTRAST


def _deep(inside: Any) -> Any:
    import cv2

    size = 2 * _BORDER_PX + 1
    padded = np.pad(inside.astype(np.uint8), 1)
    return cv2.erode(padded, np.ones((size, size), np.uint8))[1:-1, 1:-1].astype(bool)


def _thinned(ridges: Any) -> Any:
    """Thin by Zhang and Suen (1984), all pixels of a pass at once."""
    picture = np.pad(ridges, 1)
    while True:
        before = int(picture.sum())
        for first, second in (((0, 2, 4), (2, 4, 6)), ((0, 2, 6), (0, 4, 6))):
            around = _neighbours(picture)
            total = around.sum(axis=0)
            turns = (~around & np.roll(around, -1, axis=0)).sum(axis=0)
            open_one = ~(around[first[0]] & around[first[1]] & around[first[2]])
            open_two = ~(around[second[0]] & around[second[1]] & around[second[2]])
            goes = (turns == 1) & (total >= 2) & (total <= 6) & open_one & open_two
            picture[1:-1, 1:-1] &= ~goes
        if int(picture.sum()) == before:
            return picture[1:-1, 1:-1]


def _neighbours(picture: Any) -> Any:
    height, width = picture.shape
    return np.stack(
        [picture[1 + row : height - 1 + row, 1 + col : width - 1 + col] for row, col in _AROUND]
    )


def _points(skeleton: Any, deep: Any) -> list[Minutia]:
    around = _neighbours(np.pad(skeleton, 1))
    crossings = (around != np.roll(around, -1, axis=0)).sum(axis=0) // 2
    found = []
    for kind, number in ((Kind.ENDING, 1), (Kind.BIFURCATION, 3)):
        for row, col in np.argwhere(skeleton & deep & (crossings == number)):
            angle = _angle(skeleton, int(row), int(col))
            if angle is not None:
                found.append(Minutia(int(col), int(row), angle, kind))
    return found


def _angle(skeleton: Any, row: int, col: int) -> float | None:
    """Return the ridge's direction at an end or fork, None for a spur too short to be one.

    An end points along its ridge; a fork points between its two closest branches (19794-2 §6.4).
    """
    branches = []
    for step in _AROUND:
        at = (row + step[0], col + step[1])
        if _is_on(skeleton, at):
            end = _followed(skeleton, (row, col), at)
            if end is None:
                return None
            branches.append(math.atan2(row - end[0], end[1] - col))
    if not branches:
        return None
    if len(branches) < 3:
        return math.degrees(branches[0]) % 360
    pairs = [(a, b) for place, a in enumerate(branches) for b in branches[place + 1 :]]
    one, two = min(pairs, key=lambda pair: abs(math.remainder(pair[0] - pair[1], math.tau)))
    middle = math.atan2(math.sin(one) + math.sin(two), math.cos(one) + math.cos(two))
    return math.degrees(middle) % 360


def _followed(skeleton: Any, start: tuple[int, int], at: tuple[int, int]) -> tuple[int, int] | None:
    """Walk a ridge away from `start`; None if it ends at once."""
    seen = {start, at}
    for _ in range(_TRACE_PX):
        ahead = [(at[0] + row, at[1] + col) for row, col in _AROUND]
        nexts = [one for one in ahead if one not in seen and _is_on(skeleton, one)]
        if not nexts:
            return None
        at = max(nexts, key=lambda one: math.hypot(one[0] - start[0], one[1] - start[1]))
        seen.update(nexts)
    return at


def _is_on(skeleton: Any, at: tuple[int, int]) -> bool:
    height, width = skeleton.shape
    return 0 <= at[0] < height and 0 <= at[1] < width and bool(skeleton[at])


def _sorted_out(points: list[Minutia]) -> list[Minutia]:
    """Drop points that stand too close together: both are of one break or bridge."""
    kept = [
        one
        for one in points
        if all(
            other is one or math.hypot(one.x - other.x, one.y - other.y) > _APART_PX
            for other in points
        )
    ]
    if not kept:
        return []
    x, y = np.mean([one.x for one in kept]), np.mean([one.y for one in kept])
    return sorted(kept, key=lambda one: math.hypot(one.x - x, one.y - y))
