"""Is the stay long enough for a SKIM? 5 years in a row or 10 years in all, over permit intervals.

    5Y_CONSEC   the last unbroken chain of permits reaches 5 years on the day of filing
    10Y_CUMUL   all permits together reach 10 years

The answer is shown with its reason and never refuses anybody by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from hub.cases.stays import Stay
from hub.letters.wording import in_words
from hub.wire import Words

Route = Literal["", "5Y_CONSEC", "10Y_CUMUL"]
CONSECUTIVE_YEARS = 5
CUMULATIVE_YEARS = 10
DAYS_OF_A_YEAR = 365
"""Days left over from several stays make a year when they are this many."""


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time in whole years, whole months beyond them, and days beyond those."""

    years: int = 0
    months: int = 0
    days: int = 0

    @property
    def words(self) -> Words:
        """Return the length in words; days only when it is under a month."""
        if not self.years and not self.months:
            return Words(id=f"{self.days} hari", en=f"{self.days} days")
        return Words(id=f"{self.years} th {self.months} bln", en=f"{self.years} y {self.months} mo")


@dataclass(frozen=True, slots=True)
class Chain:
    """Permits that follow each other without an end of the stay."""

    stays: tuple[Stay, ...]

    @property
    def start(self) -> date:
        """Return the first day."""
        return self.stays[0].start

    @property
    def end(self) -> date:
        """Return the last day."""
        return self.stays[-1].end


@dataclass(frozen=True, slots=True)
class Gap:
    """Days without a permit between two that are said to follow each other."""

    after: Stay
    days: int


@dataclass(frozen=True, slots=True)
class Eligibility:
    """What the permits add up to on the day of filing, and why."""

    filing: date
    route: Route
    consecutive: Length
    cumulative: Length
    since: date | None
    reached_on: date | None
    """The day on which the last chain reaches five years."""
    chains: tuple[Chain, ...]
    gaps: tuple[Gap, ...]
    reason: Words


def judge(stays: Sequence[Stay], filing: date) -> Eligibility:
    """Return what `stays` add up to on the day `filing`; visit permits (ITK) do not count."""
    counted = sorted(s for s in stays if s.kind in ("ITAS", "ITAP") and s.start <= filing)
    chains = _chains(counted)
    last = chains[-1] if chains else None
    running = last is not None and last.end >= filing and last.stays[-1].ended_by != "EPO"
    since = last.start if last is not None and running else None
    consecutive = length(since, filing) if since else Length()
    cumulative = _sum(counted, filing)
    reached = anniversary(since, CONSECUTIVE_YEARS) if since else None
    route: Route = ""
    if reached is not None and reached <= filing:
        route = "5Y_CONSEC"
    elif cumulative.years >= CUMULATIVE_YEARS:
        route = "10Y_CUMUL"
    return Eligibility(
        filing=filing,
        route=route,
        consecutive=consecutive,
        cumulative=cumulative,
        since=since,
        reached_on=reached,
        chains=chains,
        gaps=_gaps(chains),
        reason=_reason(route, consecutive, cumulative, since, reached),
    )


def anniversary(day: date, years: int) -> date:
    """Return the first day after `years` whole years; 29 February leads to 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def months_after(day: date, months: int) -> date:
    """Return the same day `months` later, or the last day of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    following = date(first.year + (first.month == 12), first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def length(start: date, end: date) -> Length:
    """Return the whole years, months and days that have passed from `start` to `end`."""
    if end <= start:
        return Length()
    years = end.year - start.year
    while anniversary(start, years) > end:
        years -= 1
    base = anniversary(start, years)
    months = 0
    while months < 11 and months_after(base, months + 1) <= end:
        months += 1
    return Length(years, months, (end - months_after(base, months)).days)


def _chains(stays: Sequence[Stay]) -> tuple[Chain, ...]:
    found: list[list[Stay]] = []
    for stay in stays:
        if found and _continues(found[-1][-1], stay):
            found[-1].append(stay)
        else:
            found.append([stay])
    return tuple(Chain(tuple(chain)) for chain in found)


def _continues(before: Stay, after: Stay) -> bool:
    if before.ended_by == "EPO":
        return False
    if before.ended_by in ("EXTENDED", "CONVERTED"):
        return True  # days of handling between two permits do not end a stay; they are shown
    return after.start <= before.end + timedelta(days=1)


def _gaps(chains: Sequence[Chain]) -> tuple[Gap, ...]:
    found = []
    for chain in chains:
        for before, after in zip(chain.stays, chain.stays[1:], strict=False):
            days = (after.start - before.end).days - 1
            if days > 0:
                found.append(Gap(before, days))
    return tuple(found)


def _sum(stays: Sequence[Stay], filing: date) -> Length:
    """Add up stays: whole years by the calendar, what is left over by days."""
    years = days = 0
    for stay in stays:
        end = min(stay.end, filing)
        # the last day of a permit counts: the next day is when its time has passed
        passed = end + timedelta(days=1) if end < filing else end
        whole = length(stay.start, passed)
        years += whole.years
        days += (passed - anniversary(stay.start, whole.years)).days
    more, rest = divmod(days, DAYS_OF_A_YEAR)
    return Length(years + more, min(11, rest * 12 // DAYS_OF_A_YEAR), rest % 30)


def _reason(
    route: Route,
    consecutive: Length,
    cumulative: Length,
    since: date | None,
    reached: date | None,
) -> Words:
    began, enough = in_words(since), in_words(reached)
    if route == "5Y_CONSEC":
        return Words(
            id=f"{consecutive.words.id} berturut-turut sejak {began.id}; cukup sejak {enough.id}",
            en=f"{consecutive.words.en} in a row since {began.en}; enough since {enough.en}",
        )
    if route == "10Y_CUMUL":
        return Words(
            id=f"{cumulative.words.id} tidak berturut-turut; 10 tahun tercapai",
            en=f"{cumulative.words.en} in all; 10 years are reached",
        )
    short = Words(
        id=f"Belum 5 tahun berturut-turut ({consecutive.words.id}) "
        f"dan belum 10 tahun seluruhnya ({cumulative.words.id})",
        en=f"Not 5 years in a row ({consecutive.words.en}) "
        f"and not 10 years in all ({cumulative.words.en})",
    )
    if reached is None:
        return short
    return Words(
        id=f"{short.id}; 5 tahun tercapai pada {enough.id}",
        en=f"{short.en}; 5 years are reached on {enough.en}",
    )
