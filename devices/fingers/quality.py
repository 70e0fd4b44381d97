"""How good a finger image is, from 0 to 100, and what to tell the person: measured, not judged.

Blocks of ridges with one clear direction count (orientation certainty, ISO/IEC TR 29794-4 §6.2.1),
and how much of the glass is covered. A number of our own: it is not NFIQ 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from devices.capabilities import FingerImage

ALGORITHM: Final = "loket-ocl-1"
_BLOCK_PX: Final = 16
_LEAST_SPREAD: Final = 18.0
"""A block with less contrast than this (standard deviation of grey) is bare glass."""
_ENOUGH_COVERED: Final = 0.40
_NO_DIRECTION, _CLEAR_DIRECTION = 0.25, 0.97
_DRY_ABOVE, _WET_BELOW = 175.0, 70.0


@dataclass(frozen=True, slots=True)
class FingerQuality:
    """`score` 0 to 100; `covered` and `certainty` from 0 to 1; `advice` is a stable word or empty.

    Advice: `small` (too little of the finger), `dry`, `wet`, `unclear` (smeared or scarred).
    """

    score: int
    covered: float
    certainty: float
    advice: str = ""


def quality_of(image: FingerImage, least: int = 0) -> FingerQuality:
    """Measure `image`; below `least` the quality carries advice for the person."""
    grey = np.frombuffer(image.pixels, np.uint8).reshape(image.height_px, image.width_px)
    picture = grey.astype(np.float32)
    ridges = _blocks(picture).std(axis=(2, 3)) >= _LEAST_SPREAD
    covered = float(ridges.mean()) if ridges.size else 0.0
    certainty = float(_certainty(picture)[ridges].mean()) if ridges.any() else 0.0
    clear = (certainty - _NO_DIRECTION) / (_CLEAR_DIRECTION - _NO_DIRECTION)
    score = round(100 * min(max(clear, 0.0), 1.0) * min(1.0, covered / _ENOUGH_COVERED))
    advice = "" if score >= least else _advice(picture, ridges, covered)
    return FingerQuality(score, covered, certainty, advice)


def _blocks(picture: Any) -> Any:
    """Cut a picture into whole blocks: rows of blocks, blocks, rows, columns."""
    down, across = picture.shape[0] // _BLOCK_PX, picture.shape[1] // _BLOCK_PX
    whole = picture[: down * _BLOCK_PX, : across * _BLOCK_PX]
    return whole.reshape(down, _BLOCK_PX, across, _BLOCK_PX).swapaxes(1, 2)


def _certainty(picture: Any) -> Any:
    """Return for each block how much its gradients agree in direction, 0 to 1."""
    down, across = np.gradient(picture)
    xx = _blocks(across * across).sum(axis=(2, 3))
    yy = _blocks(down * down).sum(axis=(2, 3))
    xy = _blocks(across * down).sum(axis=(2, 3))
    return np.sqrt((xx - yy) ** 2 + 4 * xy**2) / np.maximum(xx + yy, 1e-6)


def _advice(picture: Any, ridges: Any, covered: float) -> str:
    if covered < _ENOUGH_COVERED / 2:
        return "small"
    brightness = float(_blocks(picture).mean(axis=(2, 3))[ridges].mean())
    if brightness > _DRY_ABOVE:
        return "dry"
    return "wet" if brightness < _WET_BELOW else "unclear"
