"""The weights of the terms, and the levels of lists of several sizes: a file to read.

{"learned": "2026-11-24", "seed": 7, "terms": {"born_same_day": 4.1, …},
 "levels": {"0.01": {"10000": 1.2, "100000": 0.5, …}, …}}
"""

from __future__ import annotations

import math
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import msgspec

from hub.cekal.learned import SHIPPED
from hub.cekal.terms import TERMS


class Weights(msgspec.Struct, frozen=True):
    """What was learned, when and from which seed.

    `levels` are the sums that a share of strangers reaches on lists of several sizes. The level of
    1 % is score 0.5 on every list, so that a score means the same whatever the list's size is.
    """

    learned: str
    seed: int
    terms: dict[str, float]
    levels: dict[str, dict[str, float]] = {}

    def level(self, false_alarms: float, size: int) -> float:
        """Return the sum that this share of strangers reaches on a list of `size`."""
        measured = self.levels.get(f"{false_alarms:g}", {})
        points = sorted((math.log(int(at)), value) for at, value in measured.items())
        if not points:
            message = f"no threshold was learned for a share of {false_alarms:g} false alarms"
            raise KeyError(message)
        return _between(points, math.log(max(size, 1)))

    def base(self, size: int) -> float:
        """Return the sum that is score 0.5 on a list of `size`."""
        return self.level(0.01, size) if self.levels else 0.0

    def threshold(self, false_alarms: float, size: int) -> float:
        """Return the learned threshold for a list of `size`, between the measured sizes."""
        return score_of(self.level(false_alarms, size) - self.base(size))


def score_of(total: float) -> float:
    """Return a sum of weighted terms as a score from 0 to 1."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))


def load_weights(path: Path | None = None) -> Weights:
    """Return the weights of a file, by default those that come with the program."""
    text = path.read_bytes() if path else files("hub.cekal").joinpath(SHIPPED).read_bytes()
    weights = msgspec.json.decode(text, type=Weights)
    if missing := [term for term in TERMS if term not in weights.terms]:
        message = f"weights are missing for {', '.join(missing)}"
        raise ValueError(message)
    return weights


def _between(points: list[tuple[float, float]], at: float) -> float:
    if len(points) == 1:
        return points[0][1]
    pair = next((p for p in pairwise(points) if at <= p[1][0]), points[-2:])
    (low, low_value), (high, high_value) = pair
    # beyond the measured sizes the nearest one counts: extrapolated, 1 % became 3 %
    share = min(max((at - low) / (high - low), 0.0), 1.0)
    return low_value + share * (high_value - low_value)
