"""The weights of the terms, and the thresholds for lists of several sizes: a file to read.

{"learned": "2026-11-24", "seed": 7, "terms": {"born_same_day": 4.1, …},
 "thresholds": {"0.01": {"10000": 0.62, "100000": 0.71, …}, …}}
"""

from __future__ import annotations

import math
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import msgspec

from hub.cekal.terms import TERMS

SHIPPED = "weights.json"


class Weights(msgspec.Struct, frozen=True):
    """What was learned, when and from which seed."""

    learned: str
    seed: int
    terms: dict[str, float]
    thresholds: dict[str, dict[str, float]] = {}

    def score(self, logit: float) -> float:
        """Return a sum of weighted terms as a score from 0 to 1."""
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))

    def threshold(self, false_alarms: float, size: int) -> float:
        """Return the learned threshold for a list of `size`, between the measured sizes."""
        measured = self.thresholds.get(f"{false_alarms:g}", {})
        points = sorted((math.log(int(at)), _logit(score)) for at, score in measured.items())
        if not points:
            message = f"no threshold was learned for a share of {false_alarms:g} false alarms"
            raise KeyError(message)
        return self.score(_between(points, math.log(max(size, 1))))


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


def _logit(score: float) -> float:
    kept = min(max(score, 1e-9), 1 - 1e-9)
    return math.log(kept / (1 - kept))
