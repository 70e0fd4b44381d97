"""The opening of the office: hours, stops, numbers, days, the roster."""

from hub.opening.doors import (
    Now,
    end_message,
    notices,
    now_of,
    require_calls,
    require_numbers,
    resume,
    show_message,
    stop,
    why_no_numbers,
)
from hub.opening.quotas import numbers_left, require_quota

__all__ = [
    "Now",
    "end_message",
    "notices",
    "now_of",
    "numbers_left",
    "require_calls",
    "require_numbers",
    "require_quota",
    "resume",
    "show_message",
    "stop",
    "why_no_numbers",
]
