"""PostgreSQL: one hub and two hubs on one database, and 16 counters that call at both."""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.cluster import Cluster
from bench.hall import COUNTERS, Crowd, Findings, MortalHub, admit_program, compare, open_hall
from bench.load import issue_tickets
from bench.report import Report, percentile
from hub.settings import Settings

ROUNDS = 3
KIOSKS = 32
TICKETS = 800
WAITING = 400
HEARD = 200


def measure(report: Report, folder: Path) -> None:
    """Measure issue with one and two hubs, the feed between them, then double calls."""
    with Cluster(durable=True) as cluster:
        _speed(report, folder, cluster)
        _between_hubs(report, folder, cluster)
        _calls(report, folder, cluster)


def _speed(report: Report, folder: Path, cluster: Cluster) -> None:
    report.section(f"issue over HTTP by {KIOSKS} kiosks: SQLite, PostgreSQL, two hubs on it")
    on_sqlite = open_hall(folder / "on-sqlite")
    on_postgresql = open_hall(folder / "on-postgresql", cluster.create("speed"))
    rates: dict[str, list[float]] = defaultdict(list)
    with _serving(on_sqlite, 1) as sqlite, _serving(on_postgresql, 2) as both:
        sides = {
            "SQLite, one hub": (on_sqlite, sqlite),
            "PostgreSQL, one hub": (on_postgresql, both[:1]),
            "PostgreSQL, two hubs": (on_postgresql, both),
        }
        for settings, hubs in sides.values():
            asyncio.run(_rate(settings, hubs))  # caches are warm then
        for _ in range(ROUNDS):
            for name, (settings, hubs) in sides.items():
                rates[name].append(asyncio.run(_rate(settings, hubs)))
    for name, values in rates.items():
        report.rounds(name, values, "tickets/s")


async def _rate(settings: Settings, hubs: list[MortalHub]) -> float:
    token, share = admit_program(settings), len(hubs)
    loads = await asyncio.gather(
        *(
            issue_tickets(hub.with_token(token), clients=KIOSKS // share, tickets=TICKETS // share)
            for hub in hubs
        )
    )
    took_s = max(load.ended for load in loads) - min(load.began for load in loads)
    return sum(len(load.tickets) for load in loads) / took_s


def _between_hubs(report: Report, folder: Path, cluster: Cluster) -> None:
    report.section("acknowledged at one hub → heard on the feed of the other")
    settings = open_hall(folder / "between", cluster.create("between"))
    with _serving(settings, 2) as (one, other):
        late_ms = asyncio.run(_hear(one, other, admit_program(settings)))
    for part in (0.5, 0.99):
        print(f"p{part * 100:.0f}  {percentile(late_ms, part):.1f} ms")
    report.holds(f"all {HEARD} were heard, in order", reached=len(late_ms) == HEARD)


async def _hear(one: MortalHub, other: MortalHub, token: str) -> list[float]:
    crowd = Crowd([one], token)
    heard_at: dict[str, float] = {}
    listening = asyncio.create_task(_listen(other, token, heard_at))
    acknowledged: list[float] = []
    async with crowd.client(0) as kiosk:
        for _ in range(HEARD):
            await crowd.issue_one(kiosk)
            acknowledged.append(time.perf_counter())
            await asyncio.sleep(0.005)
    await listening
    tickets = [ticket for ticket, _ in crowd.issued.values()]
    assert list(heard_at) == tickets
    return [
        max(0.0, heard_at[ticket] - at) * 1000
        for ticket, at in zip(tickets, acknowledged, strict=True)
    ]


async def _listen(hub: MortalHub, token: str, heard_at: dict[str, float]) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx.AsyncClient(base_url=hub.url, headers=headers, timeout=30) as client,
        client.stream("GET", "/api/feed", params={"after": 0}) as answer,
    ):
        async for line in answer.aiter_lines():
            if line.startswith("data: ") and '"ticket.issued"' in line:
                heard_at[json.loads(line.removeprefix("data: "))["subject"]] = time.perf_counter()
                if len(heard_at) == HEARD:
                    return


def _calls(report: Report, folder: Path, cluster: Cluster) -> None:
    report.section(f"two hubs, {len(COUNTERS)} counters call {WAITING} people")
    settings = open_hall(folder / "calls", cluster.create("calls"))
    crowd, took_s, found = call_at_two_hubs(settings, WAITING)
    print(f"{len(crowd.called)} calls in {took_s:.1f} s")
    report.at_most("double calls", found.called_twice, 0)
    report.at_most("never called", found.never_called, 0)
    report.holds("loket hub check finds nothing", reached=not found.broken)


def call_at_two_hubs(settings: Settings, waiting: int) -> tuple[Crowd, float, Findings]:
    """Let everybody be called by 16 counters at two hubs, two officers at each counter."""
    with _serving(settings, 2) as hubs:
        crowd = Crowd(hubs, admit_program(settings))
        took_s = asyncio.run(_issue_and_call(crowd, waiting))
    return crowd, took_s, compare(settings, crowd)


async def _issue_and_call(crowd: Crowd, waiting: int) -> float:
    async with crowd.client(0) as here, crowd.client(1) as there:
        await asyncio.gather(*(crowd.issue_one((here, there)[n % 2]) for n in range(waiting)))
    began = time.perf_counter()
    await asyncio.gather(*(crowd.serve(counter, until_empty=True) for counter in COUNTERS))
    return time.perf_counter() - began


@contextmanager
def _serving(settings: Settings, count: int) -> Iterator[list[MortalHub]]:
    hubs = [MortalHub(settings) for _ in range(count)]
    try:
        for hub in hubs:
            hub.start()
        yield hubs
    finally:
        for hub in hubs:
            hub.stop()
