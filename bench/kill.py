"""kill -9 under load, again and again: what was acknowledged is there, once, and soon again."""

from __future__ import annotations

import asyncio
import time
from contextlib import nullcontext
from pathlib import Path

from bench.cluster import Cluster
from bench.hall import COUNTERS, Crowd, Findings, MortalHub, admit_program, compare, open_hall
from bench.report import Report
from hub.settings import Settings

KILLS = 20
KIOSKS, OFFICERS = 12, 4
BETWEEN_KILLS = 40
AGAIN_WITHIN_S = 3.0


def measure(report: Report, folder: Path) -> None:
    """Kill a hub on SQLite and one on PostgreSQL."""
    for name in ("SQLite", "PostgreSQL"):
        report.section(f"kill -9 under load on {name}, {KILLS} times")
        with Cluster(durable=True) if name == "PostgreSQL" else nullcontext() as cluster:
            url = cluster.create("killed") if cluster else None
            settings = open_hall(folder / f"killed-{name.lower()}", url)
            crowd, back_s, found = kill_under_load(settings, KILLS)
        print(f"{len(crowd.issued)} tickets and {len(crowd.called)} calls were acknowledged")
        report.rounds("killed → the next acknowledgement", back_s, "s")
        report.at_most("slowest return, seconds", max(back_s), AGAIN_WITHIN_S)
        report.at_most("acknowledged and lost", found.lost, 0)
        report.at_most("numbers given twice", found.numbers_twice, 0)
        report.at_most("people called twice", found.called_twice, 0)
        report.holds("loket hub check finds nothing", reached=not found.broken)


def kill_under_load(settings: Settings, kills: int) -> tuple[Crowd, list[float], Findings]:
    """Return what people were told, the seconds to each return, and what the records say."""
    hub = MortalHub(settings)
    hub.start()
    try:
        crowd = Crowd([hub], admit_program(settings))
        back_s = asyncio.run(_work_and_kill(crowd, hub, kills))
    finally:
        hub.stop()
    return crowd, back_s, compare(settings, crowd)


async def _work_and_kill(crowd: Crowd, hub: MortalHub, kills: int) -> list[float]:
    people = [asyncio.create_task(crowd.issue(kiosk)) for kiosk in range(KIOSKS)]
    people += [asyncio.create_task(crowd.serve(counter)) for counter in COUNTERS[:OFFICERS]]
    back_s = []
    for _ in range(kills):
        await _until_issued(crowd, people, len(crowd.issued) + BETWEEN_KILLS)
        hub.kill()
        began, before = time.perf_counter(), len(crowd.issued)
        hub.start()  # the people wait meanwhile, as they do at a hub that is down
        await _until_issued(crowd, people, before + 1)
        back_s.append(time.perf_counter() - began)
    crowd.stop.set()
    await asyncio.gather(*people)
    return back_s


async def _until_issued(crowd: Crowd, people: list[asyncio.Task[None]], count: int) -> None:
    while len(crowd.issued) < count:
        for person in people:
            if person.done():
                person.result()  # nobody leaves before the end: raises what went wrong
        await asyncio.sleep(0.005)
