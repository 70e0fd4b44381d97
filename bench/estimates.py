"""Waiting estimates beside what happened: invented days at the real queue, on a clock of their own.

People really take longer than the office file says (`SLOWER`), and not equally long. The first days
are history; on the last ones every number is told its range, once from the forecasting process's
tables and once from the file's usual minutes alone: the same people, the same service times.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random

from bench.report import Report
from hub import queue
from hub.forecast.process import Forecaster
from hub.house import SYSTEM, House, create_house, open_house
from hub.queue import counters
from hub.settings import settings_for
from hub.tickets import estimate_error, waiting_times
from hub.tickets.estimate_error import EstimateError
from hub.wire import IssueTicket
from hub.writer import Writer

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HISTORY_DAYS, MEASURED_DAYS = 2, 2
OPEN_FOR = timedelta(hours=3)
SLOWER, SPREAD = 1.3, 0.5
WALK = timedelta(seconds=20)
EVERY = timedelta(seconds=50)
"""How old a table may get here; in the hub it is five seconds."""
BUSY = 0.95
"""How much of the counters' time the people ask for."""


@dataclass
class DayClock:
    """The instant of the invented day."""

    at: datetime = MONDAY

    def now(self) -> datetime:
        return self.at


@dataclass
class Days:
    """One hub through its days; `seed` decides who comes when and takes how long."""

    house: House
    clock: DayClock
    seed: int
    forecaster: Forecaster | None
    writer: Writer = field(init=False)
    told_at: datetime | None = None

    def __post_init__(self) -> None:
        self.writer = self.house.writer()

    def live(self, first: datetime) -> None:
        """Open all counters, let people come for three hours, serve everybody."""
        office, chance = self.house.procedure.office, Random(f"{self.seed} {first}")
        numbers = [one.number for one in office.counters if "information" in one.lanes]
        self.clock.at = first
        for number in numbers:
            self._do(lambda tx, at=number: counters.open_counter(tx, office, counter=at))
        waiting, order = list(self._arrivals(first, chance, len(numbers))), count()
        steps = [(at, next(order), self._come) for at in waiting]
        for number in numbers:
            served = Random(f"{self.seed} {first} {number}")
            steps.append((first, next(order), self._desk(number, served)))
        heapq.heapify(steps)
        until = first + OPEN_FOR
        while steps:
            at, _, act = heapq.heappop(steps)
            self.clock.at = max(at, self.clock.at)
            again = act(until)
            if again is not None:
                heapq.heappush(steps, (again, next(order), act))
        for number in numbers:
            self._do(lambda tx, at=number: counters.close_counter(tx, office, counter=at))

    def _arrivals(self, first: datetime, chance: Random, desks: int) -> Iterator[datetime]:
        minutes = self._minutes() * SLOWER / desks / BUSY
        at = first
        while (at := at + timedelta(minutes=chance.expovariate(1 / minutes))) < first + OPEN_FOR:
            yield at

    def _come(self, _until: datetime) -> None:
        office = self.house.procedure.office
        if self.forecaster is not None:
            self._tell_again(self.forecaster)
        self._do(lambda tx: queue.issue(tx, office, IssueTicket(service="information")))

    def _tell_again(self, forecaster: Forecaster) -> None:
        now = self.clock.at
        if self.told_at is None or not timedelta(0) <= now - self.told_at < EVERY:
            tables = forecaster.tables(now)
            self._do(lambda tx: waiting_times.store(tx, tables))
            self.told_at = now

    def _desk(self, number: int, chance: Random) -> Callable[[datetime], datetime | None]:
        """Return a counter's act: finish whom it has, call the next, look again in a moment."""
        office = self.house.procedure.office
        has: list[str] = []

        def act(until: datetime) -> datetime | None:
            if has:
                ticket = has.pop()
                self._do(lambda tx: queue.finish(tx, ticket=ticket))
            called = self._do(lambda tx: queue.call_next(tx, office, counter=number))
            if called is None:
                return self.clock.at + WALK if self.clock.at < until else None
            self.clock.at += timedelta(microseconds=1)
            self._do(lambda tx: queue.start(tx, ticket=called.id))
            has.append(called.id)
            usual = self._minutes() * SLOWER
            return (
                self.clock.at
                + WALK
                + timedelta(minutes=usual * chance.lognormvariate(-(SPREAD**2) / 2, SPREAD))
            )

        return act

    def _minutes(self) -> float:
        service = self.house.procedure.office.service("information")
        assert service is not None
        return service.minutes

    def _do(self, command: Callable) -> object:  # type: ignore[type-arg]
        return self.writer.run_alone(command, actor=SYSTEM)


def measure(report: Report, folder: Path) -> None:
    """Print bias, mean error and how often the range held, learned and usual."""
    report.section("waiting estimates beside what happened (minutes)")
    for name, learns in (("learned from history", True), ("usual minutes of the file", False)):
        error = _error(folder / f"estimates-{learns}", learns=learns)
        print(
            f"{name:<28} {error.count:>4} called  bias {error.bias_min:+.1f}  "
            f"mean error {error.mean_error_min:.1f}  inside the range {error.inside:.0%}"
        )
        if learns:
            report.holds("somebody was told and called", reached=error.count > 0)


def _error(folder: Path, *, learns: bool) -> EstimateError:
    clock = DayClock()
    settings = settings_for(folder)
    create_house(settings, clock)
    house = open_house(settings, clock)
    days = Days(house, clock, 1, None)
    starts = [MONDAY + timedelta(days=n) for n in range(HISTORY_DAYS + MEASURED_DAYS)]
    for first in starts[:HISTORY_DAYS]:
        days.live(first)
    office = house.procedure.office
    if learns:
        days.forecaster = Forecaster(house.database, house.office_no, office)
    for first in starts[HISTORY_DAYS:]:
        days.live(first)
    with house.database.reading_core() as connection:
        error = estimate_error.of_days(
            connection,
            house.office_no,
            office,
            office.today(starts[HISTORY_DAYS]),
            office.today(starts[-1]),
        )
    house.database.close()
    return error
