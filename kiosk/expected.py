"""When a person is likely to be called: one window of clock times for the screen and the paper."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.wire import Estimate, ServiceState

SLOT = timedelta(minutes=5)


def served_at_once(service: ServiceState) -> bool:
    """Return whether nobody waits and nothing else, such as a closed counter, is waited for."""
    estimate = service.estimate
    if is_unsure(estimate):
        return False
    return service.waiting == 0 and (estimate is None or estimate.low_min == 0)


def is_unsure(estimate: Estimate | None) -> bool:
    """Return whether the call is expected only after closing time: no range is told then."""
    return estimate is not None and estimate.today == "unsure"


def is_cut(estimate: Estimate | None) -> bool:
    """Return whether the range was cut at closing time, which is to be said beside it."""
    return estimate is not None and estimate.today == "until_closing"


def call_window(
    issued_at: datetime, low_min: int, high_min: int, zone: str
) -> tuple[datetime, datetime]:
    """Return the first and last expected call in the office's zone, widened to five minutes.

    Nobody is told to expect a call that lies before the ticket itself.
    """
    local = issued_at.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0)
    first = _slot(local + timedelta(minutes=low_min), up=False)
    last = _slot(local + timedelta(minutes=high_min), up=True)
    return max(first, local), max(last, local)


def _slot(at: datetime, *, up: bool) -> datetime:
    over = timedelta(minutes=at.minute % 5)
    if not over:
        return at
    return at - over + (SLOT if up else timedelta())
