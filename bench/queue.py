"""Issue over HTTP: disk writes per acknowledged ticket, and the speed beside three peers."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import uvloop

from bench.load import Load, issue_tickets
from bench.processes import (
    BATCH_OF_ONE,
    Running,
    flask_is_here,
    flask_service,
    hub,
    strace_is_here,
    sync_us_under_strace,
)
from bench.processes import SHIPPED as HUB
from bench.report import Report, percentile

CLIENTS = (1, 16, 64)
ROUNDS = 5
EACH_S = 1.0
TRACED = {1: 200, 16: 600, 64: 1500}
SYNCS_PER_TICKET = {1: 1.05, 16: 0.20, 64: 0.06}
FASTER_THAN_ALONE = {16: 3.0, 64: 5.0}
FASTER_THAN_FLASK = {1: 1.5, 16: 6.0, 64: 10.0}
LATE_BESIDE_FLASK = {16: 0.15}
SYNC_LATER_US = 1000
LATER_ROUNDS = 3
SHIPPED, ALONE = "hub", "hub, batches of one"
FLASK, LOCKED = "Flask", "Flask, writer lock"


def measure(report: Report, folder: Path) -> None:
    """Measure the durable writes, then the speed in interleaved rounds, on a slower disk too."""
    _writes(report, folder)
    _speed(report, folder)
    _speed_on_a_slower_disk(report, folder)


def _writes(report: Report, folder: Path) -> None:
    traced = strace_is_here()
    how = "strace" if traced else "committed batches; strace is not installed"
    report.section(f"fdatasync per acknowledged ticket ({how})")
    with hub(folder / "writes", traced=traced) as running:
        for clients in CLIENTS:
            load = uvloop.run(issue_tickets(running, clients=clients, tickets=TRACED[clients]))
            batches = _batches(running, load)
            syncs = running.syncs_between(load.began, load.ended) if traced else batches
            print(f"{clients:>3} clients: {len(load.tickets)} tickets, {batches} batches, "
                  f"{syncs} syncs")  # fmt: skip
            report.at_most(
                f"syncs per ticket at {clients}", syncs / len(load.tickets),
                SYNCS_PER_TICKET[clients],
            )  # fmt: skip
            report.holds(f"a sync for every batch at {clients}", reached=syncs >= batches)


def _batches(running: Running, load: Load) -> int:
    """Return in how many commits the tickets were stored.

    Inside a batch every command is a microsecond after the one before it; between batches lies
    at least a write to the disk.
    """
    with sqlite3.connect(f"file:{running.folder}/loket.db?mode=ro", uri=True) as connection:
        instants = dict(connection.execute("SELECT subject, at FROM events"))
    stored = sorted(instants[ticket] for ticket in load.tickets)
    gaps = [later - earlier for earlier, later in pairwise(stored)]
    return 1 + len([gap for gap in gaps if gap != 1])


def _speed(report: Report, folder: Path) -> None:
    report.section("issue over HTTP: the hub, the hub with batches of one, and Flask, interleaved")
    loads: dict[tuple[str, int], list[Measured]] = defaultdict(list)
    with ExitStack() as serving:
        running = {
            SHIPPED: serving.enter_context(hub(folder / "shipped")),
            ALONE: serving.enter_context(hub(folder / "alone", BATCH_OF_ONE)),
        }
        if flask_is_here():
            running[FLASK] = serving.enter_context(flask_service(folder / "flask"))
            locked = flask_service(folder / "flask-locked", "--lock")
            running[LOCKED] = serving.enter_context(locked)
        else:
            report.holds("flask and waitress are installed: make setup-dev", reached=False)
        for one in running.values():
            uvloop.run(issue_tickets(one, clients=8, tickets=100))  # caches are warm then
        for _ in range(ROUNDS):
            for clients in CLIENTS:
                for name, one in running.items():
                    loads[name, clients].append(_load(one, clients))
        for clients in CLIENTS:
            figures = {name: _figures(report, name, clients, loads) for name in running}
            _compare(report, clients, figures)


def _speed_on_a_slower_disk(report: Report, folder: Path) -> None:
    """Compare with batches of one where a sync takes as long as on an ordinary SSD."""
    report.section(f"the same where strace lets each sync return {SYNC_LATER_US} µs later")
    if not strace_is_here():
        report.holds("strace is installed", reached=False)
        return
    took_us = sync_us_under_strace(folder, SYNC_LATER_US)
    print(f"a sync of 4 KiB takes {took_us:,.0f} µs there")
    loads: dict[tuple[str, int], list[Measured]] = defaultdict(list)
    with ExitStack() as serving:
        running = {
            name: serving.enter_context(hub(folder / place, module, sync_later_us=SYNC_LATER_US))
            for name, place, module in (
                (SHIPPED, "shipped-later", HUB),
                (ALONE, "alone-later", BATCH_OF_ONE),
            )
        }
        for one in running.values():
            uvloop.run(issue_tickets(one, clients=8, tickets=100))  # caches are warm then
        for _ in range(LATER_ROUNDS):
            for clients in FASTER_THAN_ALONE:
                for name, one in running.items():
                    loads[name, clients].append(_load(one, clients))
    for clients in FASTER_THAN_ALONE:
        figures = {name: _figures(report, name, clients, loads) for name in running}
        _compare(report, clients, figures, where=f", syncs {SYNC_LATER_US} µs later")


def _load(service: Running, clients: int) -> Measured:
    before = service.processor_s()
    load = uvloop.run(issue_tickets(service, clients=clients, seconds=EACH_S))
    return Measured(load, (service.processor_s() - before) / len(load.tickets))


@dataclass(frozen=True)
class Measured:
    """A round: what the clients saw, and the processor time of the service for each ticket."""

    load: Load
    processor_s: float


@dataclass(frozen=True)
class Figures:
    """Medians of the rounds of one service at one number of clients."""

    per_second: float
    p99_ms: float


def _figures(
    report: Report, name: str, clients: int, loads: Mapping[tuple[str, int], list[Measured]]
) -> Figures:
    title, rounds = f"{name}, {clients} clients", loads[name, clients]
    late = 0.0
    for part in (0.5, 0.99):
        values = [percentile(one.load.latencies_s, part) * 1000 for one in rounds]
        late = report.rounds(f"{title}: p{part * 100:.0f}", values, "ms")
    used = [one.processor_s * 1e6 for one in rounds]
    report.rounds(f"{title}: processor time", used, "µs/ticket")
    rates = [one.load.per_second for one in rounds]
    return Figures(report.rounds(f"{title}: rate", rates, "tickets/s"), late)


def _compare(
    report: Report, clients: int, figures: Mapping[str, Figures], *, where: str = ""
) -> None:
    ours = figures[SHIPPED]
    if clients in FASTER_THAN_ALONE:
        times = ours.per_second / figures[ALONE].per_second
        name = f"times as fast as batches of one at {clients}{where}"
        report.at_least(name, times, FASTER_THAN_ALONE[clients])
    if FLASK not in figures:
        return
    times = ours.per_second / figures[FLASK].per_second
    report.at_least(f"times as fast as Flask at {clients}", times, FASTER_THAN_FLASK[clients])
    if clients in LATE_BESIDE_FLASK:
        share = ours.p99_ms / figures[FLASK].p99_ms
        report.at_most(f"p99 as a share of Flask's at {clients}", share, LATE_BESIDE_FLASK[clients])
    beside = ours.per_second / figures[LOCKED].per_second
    print(f"        {beside:.3g} times as fast as Flask with one writer lock at {clients}")
