"""What the waiting room sees: numbers and counters, never a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.wire import NoticeState, Today, Words


@dataclass(frozen=True, slots=True)
class Calling:
    """A number called to a counter; `fresh` while it should catch the eye."""

    number: str
    counter: int
    service: Words
    at: datetime
    times: int
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class LaneBoard:
    """A lane with how many wait and how long, as far as the day goes, or why it is closed."""

    prefix: str
    name: Words
    waiting: int
    span: str
    closed: Words | None
    today: Today = "yes"


@dataclass(frozen=True, slots=True)
class DisplayView:
    """The board of the waiting room."""

    seq: int
    at: datetime
    current: Calling | None
    last: tuple[Calling, ...]
    lanes: tuple[LaneBoard, ...]
    open_counters: int
    fee_notice: Words
    complaints: str
    stop: NoticeState | None = None
    messages: tuple[NoticeState, ...] = ()
