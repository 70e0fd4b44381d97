"""The hub's clock. Subjects take the instant as an argument; only the writer and pages ask here."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo


@runtime_checkable
class Clock(Protocol):
    """Where the instant of a command comes from."""

    def now(self) -> datetime:
        """Return the present instant as aware UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's time."""
        return datetime.now(UTC)  # noqa: TID251 — this is the one place


class PracticeClock:
    """A practice office's clock: it starts at any instant, and from there only goes forward."""

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        self._real = SystemClock()
        self._ahead = ahead

    def now(self) -> datetime:
        """Return the practice time."""
        return self._real.now() + self._ahead

    def move_to(self, instant: datetime) -> timedelta:
        """Set the clock forward to `instant`; return the lead. Raises ValueError if back."""
        ahead = instant - self._real.now()
        if ahead < self._ahead:
            message = "the clock never goes back"
            raise ValueError(message)
        self._ahead = ahead
        return ahead


def office_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day at the office."""
    return instant.astimezone(zone).date()
