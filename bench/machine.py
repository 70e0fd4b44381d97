"""What was measured on: processor, memory, disk, versions, and the commit of this checkout."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from pathlib import Path

from pysqlite3 import dbapi2

ROOT = Path(__file__).parents[1]
SYNCS = 300
PAGE = b"x" * 4096


def describe(folder: Path) -> str:
    """Return the lines that stand above the tables; `folder` is where the databases will lie."""
    return "\n".join(
        (
            f"machine   {_processor()}, {os.cpu_count()} cores, {_memory_gib():.0f} GiB",
            f"system    {platform.system()} {platform.release()}, Python "
            f"{platform.python_version()}, SQLite {dbapi2.sqlite_version}",
            f"load      {', '.join(f'{load:.1f}' for load in os.getloadavg())}",
            f"commit    {_commit()}",
            f"disk      {1e6 / sync_us(folder):,.0f} times a second 4 KiB and fdatasync",
        )
    )


def sync_us(folder: Path) -> float:
    """Return the microseconds that one 4 KiB append with fdatasync takes in `folder`."""
    file = folder / "sync"
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY)
    began = time.perf_counter()
    for _ in range(SYNCS):
        os.write(descriptor, PAGE)
        os.fdatasync(descriptor)
    took = time.perf_counter() - began
    os.close(descriptor)
    file.unlink()
    return took / SYNCS * 1e6


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _commit() -> str:
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return told.stdout.strip() or "no git here"
