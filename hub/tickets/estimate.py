"""Waiting times as honest ranges, from the place in line, open counters and service minutes."""

from __future__ import annotations

import math
from functools import lru_cache

from hub.office import OfficeConfig
from hub.tickets.rest_of_day import Breaks, with_breaks
from hub.wire import Estimate

LOW_SHARE = 0.7
HIGH_SHARE = 1.4
ROUND_TO_MIN = 5


@lru_cache  # asked for with every number that is given
def lane_minutes(office: OfficeConfig, lane: str) -> float:
    """Return the usual minutes at the counter of a ticket in `lane`: the mean of its services."""
    minutes = [service.minutes for service in office.services if service.lane == lane]
    return sum(minutes) / len(minutes) if minutes else 10.0


def estimate_wait(
    office: OfficeConfig, lane: str, *, ahead: int, open_counters: int, breaks: Breaks = ()
) -> Estimate:
    """Return the range for somebody with `ahead` people before them; the usual share each way.

    Breaks that lie before the call are waited through. With no open counter the office's first
    one is assumed: the range is then a lower bound.
    """
    middle = (ahead + 0.5) * lane_minutes(office, lane) / max(open_counters, 1)
    low_min, high_min = (
        with_breaks(middle * share * 60, breaks) / 60 for share in (LOW_SHARE, HIGH_SHARE)
    )
    low = math.floor(low_min)
    high = math.ceil(high_min / ROUND_TO_MIN) * ROUND_TO_MIN
    if low >= ROUND_TO_MIN:
        low = low // ROUND_TO_MIN * ROUND_TO_MIN
    return Estimate(low_min=low, high_min=max(high, low + ROUND_TO_MIN))
