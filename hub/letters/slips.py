"""What the queue ticket says that a counter prints for somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.wire import Today, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSlip:
    """A queue ticket; the person's `language` stands first, Indonesian is always there.

    `today` is that of the wire's estimate; `unsure`: no range is printed.
    """

    office: str
    number: str
    service: Words
    issued_at: datetime
    zone: str
    language: str = "id"
    ahead: int | None = None
    low_min: int | None = None
    high_min: int | None = None
    today: Today = "yes"
    copy: bool = False
    specimen: bool = True
