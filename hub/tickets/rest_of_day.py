"""What is left of a lane's day, and what a waiting time may promise in it.

Pure, and in words: hours, breaks and holidays of the office file in; a range that is believed to
its end, one that is cut at closing time, or none that anybody should count on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import msgspec

from hub.office import OfficeConfig
from hub.office.hours import joined
from hub.wire import Estimate

Breaks = Sequence[tuple[float, float]]
"""Times in which nobody is called, as (from, to) seconds from now, in order."""


@dataclass(frozen=True, slots=True)
class RestOfDay:
    """From one moment on: seconds until a lane closes today, 0 if it has, and its breaks."""

    left_s: float
    breaks: Breaks = ()


def rest_of_day(office: OfficeConfig, lanes: Iterable[str], at: datetime) -> RestOfDay:
    """Return what is left at `at` of the day in which one of `lanes` is served, if anything."""
    day, zone = office.today(at), office.zone
    spans = [
        tuple((datetime.combine(day, clock, zone) - at).total_seconds() for clock in span)
        for span in joined(span for lane in lanes for span in office.lane_spans(lane, day))
    ]
    if not spans:
        return RestOfDay(0.0)
    breaks = tuple((end, start) for (_, end), (start, _) in pairwise(spans) if start > 0)
    return RestOfDay(max(spans[-1][1], 0.0), breaks)


def with_breaks(work_s: float, breaks: Breaks) -> float:
    """Return the seconds on the clock after which `work_s` seconds were worked."""
    wait = work_s
    for start, end in breaks:
        if wait >= start:
            wait += end - max(start, 0.0)
    return wait


def told_today(estimate: Estimate, left_s: float) -> Estimate:
    """Return what a range may promise `left_s` seconds before the lane closes.

    | the range           | is told                                               |
    |---------------------|-------------------------------------------------------|
    | ends before closing | as it is                                              |
    | straddles closing   | cut there: `until_closing`                            |
    | begins after it     | `unsure`: the range is kept, but nobody should see it |
    """
    left_min = math.ceil(left_s / 60)  # the minute in which it closes is still one of its day
    if estimate.high_min <= left_min:
        return estimate
    if estimate.low_min < left_min:
        return msgspec.structs.replace(estimate, high_min=left_min, today="until_closing")
    return msgspec.structs.replace(estimate, today="unsure")
