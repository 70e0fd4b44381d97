"""One finger compared with one: the matcher in its own process, as at the hand-over (step 11)."""

from __future__ import annotations

import asyncio
import io
import time
from pathlib import Path

from PIL import Image

from bench.report import Report
from devices.r30x.finger_picture import draw_finger
from hub.comparing import Afis, installed
from hub.office.case_rules import BiometricRules

ROUNDS = 5
LIMIT_S = 2.0
WIDTH, HEIGHT = 256, 288
ENROLLED, TAKEN, OTHER = (1, 0), (1, 8), (2, 0)
"""Which finger, and by how many degrees it is turned."""
ASKED = BiometricRules().match_threshold


def measure(report: Report, folder: Path) -> None:
    """Compare a finger with itself turned, and with another; nothing without the extra.

    The gate is what an officer waits for: the sensor has just delivered the image, the matcher was
    started when it was asked for. A first comparison without that stands beside it.
    """
    del folder
    report.section("fingers, 1:1, in a process beside the hub")
    if not installed():
        print("  not measured: the extra `fingers` is not installed (docs/office.md)")
        return
    asyncio.run(_measure(report))


async def _measure(report: Report) -> None:
    enrolled, another = _finger(*ENROLLED), _finger(*OTHER)
    matcher = Afis()
    try:
        cold_s, _ = await _timed(matcher, enrolled, another)
        report.rounds("first comparison, process started for it", [cold_s], "s")
        _, other = await _timed(matcher, enrolled, another)
        rounds = [await _timed(matcher, enrolled, _finger(*TAKEN, n)) for n in range(ROUNDS)]
        taken_s, scores = zip(*rounds, strict=True)
        report.at_most("comparison, s", report.rounds("comparison", list(taken_s), "s"), LIMIT_S)
        report.rounds("score of the same finger, turned", list(scores), "")
        report.rounds("score of another finger", [other], "")
        report.holds("the same finger reaches the office's threshold", reached=min(scores) >= ASKED)
        report.holds("another finger stays below it", reached=other < ASKED)
    finally:
        await matcher.close()


async def _timed(matcher: Afis, enrolled: bytes, taken: bytes) -> tuple[float, float]:
    began = time.monotonic()
    compared = await matcher.compare(enrolled, taken)
    return time.monotonic() - began, compared.score


def _finger(number: int, turned_deg: int, moved_px: int = 0) -> bytes:
    image = Image.frombytes("L", (WIDTH, HEIGHT), draw_finger(number, WIDTH, HEIGHT))
    out = io.BytesIO()
    image.rotate(turned_deg, fillcolor=255, translate=(moved_px, 0)).save(out, "PNG")
    return out.getvalue()
