"""Issue over HTTP: disk writes per acknowledged ticket, and the group commit against one by one."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from pathlib import Path

import uvloop

from bench.load import Load, issue_tickets
from bench.processes import BATCH_OF_ONE, Running, hub, strace_is_here
from bench.report import Report, percentile

CLIENTS = (1, 16, 64)
ROUNDS = 3
TICKETS = {1: 100, 16: 500, 64: 900}
TRACED = {1: 200, 16: 600, 64: 1500}
SYNCS_PER_TICKET = {1: 1.05, 16: 0.20, 64: 0.06}
FASTER_THAN_ALONE = {16: 3.0, 64: 5.0}


def measure(report: Report, folder: Path) -> None:
    """Measure the durable writes, then the speed in interleaved rounds."""
    _writes(report, folder)
    _speed(report, folder)


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
    """Return in how many commits the tickets were stored: a batch has one instant."""
    with sqlite3.connect(f"file:{running.folder}/loket.db?mode=ro", uri=True) as connection:
        instants = dict(connection.execute("SELECT subject, at FROM events"))
    return len({instants[ticket] for ticket in load.tickets})


def _speed(report: Report, folder: Path) -> None:
    report.section("issue over HTTP: the hub as shipped and with batches of one, interleaved")
    loads: dict[tuple[str, int], list[Load]] = defaultdict(list)
    with (
        hub(folder / "shipped") as shipped,
        hub(folder / "alone", BATCH_OF_ONE) as alone,
    ):
        for running in (shipped, alone):
            uvloop.run(issue_tickets(running, clients=8, tickets=100))  # caches are warm then
        for _ in range(ROUNDS):
            for clients in CLIENTS:
                for name, running in (("shipped", shipped), ("alone", alone)):
                    load = issue_tickets(running, clients=clients, tickets=TICKETS[clients])
                    loads[name, clients].append(uvloop.run(load))
    for clients in CLIENTS:
        _compare(report, clients, loads["shipped", clients], loads["alone", clients])


def _compare(report: Report, clients: int, shipped: list[Load], alone: list[Load]) -> None:
    ours = _rates(report, f"shipped, {clients} clients", shipped)
    theirs = _rates(report, f"batches of one, {clients} clients", alone)
    if clients in FASTER_THAN_ALONE:
        name = f"times as fast as batches of one at {clients}"
        report.at_least(name, ours / theirs, FASTER_THAN_ALONE[clients])


def _rates(report: Report, name: str, loads: list[Load]) -> float:
    for part in (0.5, 0.99):
        values = [percentile(load.latencies_s, part) * 1000 for load in loads]
        report.rounds(f"{name}: p{part * 100:.0f}", values, "ms")
    return report.rounds(f"{name}: rate", [load.per_second for load in loads], "tickets/s")
