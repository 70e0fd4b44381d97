"""The opening of the office: hours, stops, numbers, days, the roster."""

from hub.opening.doors import (
    Now,
    end_message,
    notices,
    now_of,
    numbers_left,
    quota_used,
    require_calls,
    require_numbers,
    resume,
    show_message,
    stop,
    why_no_numbers,
)

__all__ = [
    "Now",
    "end_message",
    "notices",
    "now_of",
    "numbers_left",
    "quota_used",
    "require_calls",
    "require_numbers",
    "resume",
    "show_message",
    "stop",
    "why_no_numbers",
]
