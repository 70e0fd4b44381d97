"""What is left of a lane's day, and what a waiting time may promise in it.

Pure, and in words: hours, breaks and holidays of the office file in; a range that is believed to
its end, one that is cut at closing time, or none that anybody should count on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
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
    local = at.astimezone(office.zone)
    day, now_s = local.date(), _seconds(local.time())
    spans = _spans_s(office, tuple(lanes), day)
    if not spans:
        return RestOfDay(0.0)
    breaks = tuple(
        (end - now_s, start - now_s) for (_, end), (start, _) in pairwise(spans) if start > now_s
    )
    return RestOfDay(max(spans[-1][1] - now_s, 0.0), breaks)


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


@lru_cache
def _spans_s(
    office: OfficeConfig, lanes: tuple[str, ...], day: date
) -> tuple[tuple[float, float], ...]:
    # asked for with every number that is given
    served = joined(span for lane in lanes for span in office.lane_spans(lane, day))
    return tuple((_seconds(start), _seconds(end)) for start, end in served)


def _seconds(clock: time) -> float:
    return clock.hour * 3600 + clock.minute * 60 + clock.second + clock.microsecond / 1e6
