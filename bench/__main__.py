"""Measure everything in one run; exit code 1 if a figure is beyond its gate.

Usage: python -m bench [queue] [calling] [feed] [postgres] [kill] [devices] [routing] [estimates]
       [rooms] [cases] [fingers] [kiosk]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from bench import (
    calling,
    cases,
    devices,
    estimates,
    feed,
    fingers,
    kill,
    kiosk,
    machine,
    postgres,
    queue,
    rooms,
    routing,
)
from bench.report import Report
from bench.screening import figures

PARTS = {
    "queue": queue.measure,
    "calling": calling.measure,
    "feed": feed.measure,
    "postgres": postgres.measure,
    "kill": kill.measure,
    "screening": figures.quick,
    "routing": routing.measure,
    "estimates": estimates.measure,
    "devices": devices.measure,
    "rooms": rooms.measure,
    "cases": cases.measure,
    "fingers": fingers.measure,
    "kiosk": kiosk.measure,
}


def main(wanted: list[str]) -> int:
    """Run the wanted parts (none: all) and return the exit code."""
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        print(f"bench: no part {', '.join(unknown)}. Known: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    report, began = Report(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as folder:
        print(machine.describe(Path(folder)))
        for name in wanted or PARTS:
            PARTS[name](report, Path(folder))
    print(f"\n{time.monotonic() - began:.0f} s; {len(report.failed)} figures beyond their gate")
    for failure in report.failed:
        print(f"SHORT  {failure}")
    return int(bool(report.failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
