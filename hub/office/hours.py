"""When the office is open: weekly spans, holidays of the country and its own, breaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Literal, TypeVar

import msgspec

from hub.office.national_days import national_day
from hub.rulefile import Rule
from hub.wire import Words

Clock = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Span = tuple[Clock, Clock]
LocalSpan = tuple[time, time]
T = TypeVar("T", time, float)

CLOSED_DAY = Words(id="Hari ini tutup", en="Closed today")
CLOSED_HOUR = Words(id="Di luar jam layanan", en="Outside service hours")
BREAK = Words(id="Sedang istirahat", en="Break")
DAYS_AHEAD = 60


class Hours(Rule, frozen=True, kw_only=True):
    """Opening spans by weekday, local time; a break is the gap between two spans.

    With `valid_from` and `valid_to` it takes the place of the ordinary hours of the same name on
    those days, both included: Ramadan, a week of extra evenings.
    """

    name: str
    valid_from: date | None = None
    valid_to: date | None = None
    monday: tuple[Span, ...] = ()
    tuesday: tuple[Span, ...] = ()
    wednesday: tuple[Span, ...] = ()
    thursday: tuple[Span, ...] = ()
    friday: tuple[Span, ...] = ()
    saturday: tuple[Span, ...] = ()
    sunday: tuple[Span, ...] = ()

    @property
    def seasonal(self) -> bool:
        """Return whether these hours hold for some days only."""
        return self.valid_from is not None or self.valid_to is not None

    def hold_on(self, day: date) -> bool:
        """Return whether these hours are meant for `day`."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)

    def on(self, day: date) -> tuple[LocalSpan, ...]:
        """Return the spans of `day`'s weekday."""
        week = (
            self.monday,
            self.tuesday,
            self.wednesday,
            self.thursday,
            self.friday,
            self.saturday,
            self.sunday,
        )
        return _times(week[day.weekday()])


def hours_for(kinds: Iterable[Hours], name: str, day: date) -> Hours | None:
    """Return the hours `name` in force on `day`: those of a season before the ordinary ones."""
    fit = [one for one in kinds if one.name == name and one.hold_on(day)]
    return next((one for one in fit if one.seasonal), fit[0] if fit else None)


class Holiday(Rule, frozen=True, kw_only=True):
    """A day on which the office stays closed."""

    date: date
    name: Words


class Workday(Rule, frozen=True, kw_only=True):
    """A national day on which this office is open all the same."""

    date: date


class Calendar(Rule, frozen=True, kw_only=True):
    """Whose national days close the office; `joint_leave`: the days of the joint decree too."""

    country: Literal["", "ID"] = ""
    joint_leave: bool = True

    def holiday(self, day: date) -> Words | None:
        """Return the national day's name, None for a working day."""
        if not self.country:
            return None
        return national_day(self.country, day, joint_leave=self.joint_leave)


@lru_cache
def _times(spans: tuple[Span, ...]) -> tuple[LocalSpan, ...]:
    # asked for with every number that is given
    return tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in spans)


def closed_at(spans: tuple[LocalSpan, ...], moment: time) -> Words | None:
    """Return why a day with these spans is closed at `moment`, None while it is open."""
    if not spans:
        return CLOSED_DAY
    if any(start <= moment < end for start, end in spans):
        return None
    return BREAK if spans[0][0] <= moment < spans[-1][1] else CLOSED_HOUR


def joined(spans: Iterable[tuple[T, T]]) -> tuple[tuple[T, T], ...]:
    """Return the same times in order, those that touch or overlap as one."""
    found: list[tuple[T, T]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


@lru_cache
def last_shortened(spans: tuple[LocalSpan, ...], by_min: int) -> tuple[LocalSpan, ...]:
    """Return the spans with the last one ending `by_min` minutes earlier."""
    if not spans or not by_min:
        return spans
    start, end = spans[-1]
    stop = datetime.combine(date.min, end) - timedelta(minutes=by_min)
    return (*spans[:-1], (start, stop.time()))


def days_from(day: date) -> Iterator[date]:
    """Return `day` and the days after it, as far as somebody would plan a visit."""
    return (day + timedelta(days=n) for n in range(DAYS_AHEAD))
