"""Hubs as processes of their own: as shipped, with batches of one, or under strace."""

from __future__ import annotations

import importlib.util
import os
import re
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from hub.admin import AddStation, perform
from hub.authority import create_authority
from hub.clock import SystemClock
from hub.demo.hours import first_opening
from hub.house import create_house
from hub.office import SAMPLE_OFFICE, load_office
from hub.serve import Asked
from hub.settings import settings_for

SHIPPED = "hub.command"
BATCH_OF_ONE = "bench.batch_of_one"
# the folder is made at the machine's time, maybe long after the import, and time never goes back
_LATER = SystemClock().now() + timedelta(hours=2)
OPEN_HOUR = f"{first_opening(load_office(SAMPLE_OFFICE), _LATER):%Y-%m-%dT%H:%M:%S}"
_SYNC = re.compile(r"^\d+ +([\d.]+) f(?:data)?sync\(", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Running:
    """A served hub with the token of one kiosk; `trace` is strace's log if it runs under it."""

    port: int
    token: str
    folder: Path
    pid: int
    log: Path
    trace: Path | None = None
    authority: Path | None = None
    """Whom a client over TLS has to trust; None where it is served plainly."""

    def syncs_between(self, began: float, ended: float) -> int:
        """Return how many fdatasync and fsync calls began between two instants of time.time()."""
        assert self.trace is not None
        instants = map(float, _SYNC.findall(self.trace.read_text()))
        return sum(began <= instant <= ended for instant in instants)

    def end(self) -> None:
        """Send SIGTERM and wait until the process is gone."""
        watched, ended = os.pidfd_open(self.pid), select.poll()
        ended.register(watched, select.POLLIN)
        os.kill(self.pid, signal.SIGTERM)
        ended.poll(30_000)
        os.close(watched)

    def processor_s(self) -> float:
        """Return the seconds of processor time that the process has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_kib(self) -> int:
        """Return the resident memory of the process."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        [kib] = re.findall(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
        return int(kib)


def strace_is_here() -> bool:
    """Return whether system calls can be counted."""
    return shutil.which("strace") is not None


@contextmanager
def hub(
    folder: Path,
    module: str = SHIPPED,
    *,
    traced: bool = False,
    tls: bool = False,
    sync_later_us: int = 0,
) -> Iterator[Running]:
    """Create a hub in `folder` and serve it on loopback until the block ends."""
    create_house(settings_for(folder), SystemClock())
    with served(folder, module, traced=traced, tls=tls, sync_later_us=sync_later_us) as running:
        yield running


@contextmanager
def served(
    folder: Path,
    module: str = SHIPPED,
    *,
    traced: bool = False,
    tls: bool = False,
    sync_later_us: int = 0,
) -> Iterator[Running]:
    """Serve the hub that stands in `folder` on loopback until the block ends.

    With `sync_later_us` strace lets every fdatasync and fsync return that much later.
    """
    traced = traced or sync_later_us > 0
    if tls:
        create_authority(folder, office="Kantor Contoh", at=SystemClock().now())
    trace = folder.with_suffix(".strace") if traced else None
    log = folder.with_suffix(".log")
    with log.open("w") as told:
        serving = subprocess.Popen(
            [*_under(trace, sync_later_us), sys.executable, "-m", module,
             *_asked(module, folder, tls=tls)],
            stdout=subprocess.PIPE, stderr=told, text=True,
        )  # fmt: skip
    assert serving.stdout is not None
    pid = serving.pid
    with serving:
        try:
            url = serving.stdout.readline().removeprefix("ready ").strip()
            pid = _child_of(serving.pid) if traced else serving.pid
            [token] = perform(settings_for(folder), SystemClock(), AddStation("kiosk", "bench"))
            authority = folder / "tls" / "ca.pem" if tls else None
            yield Running(int(url.rpartition(":")[2]), token, folder, pid, log, trace, authority)
        finally:
            if serving.poll() is None:
                os.kill(pid, signal.SIGTERM)
            serving.wait(timeout=30)


def _asked(module: str, folder: Path, *, tls: bool) -> list[str]:
    if module == SHIPPED:
        return ["hub", "serve", "--data", str(folder), *([] if tls else ["--plain"]), "--port", "0",
                "--interface", "127.0.0.1", "--practice-clock", OPEN_HOUR]  # fmt: skip
    asked = Asked(
        data=str(folder),
        database=None,
        key_file=None,
        host="127.0.0.1",
        port=0,
        plain=True,
        practice_clock=datetime.fromisoformat(OPEN_HOUR),
        interfaces=("127.0.0.1",),
    )
    return [msgspec.json.encode(asked).decode()]


def flask_is_here() -> bool:
    """Return whether the peer can be served."""
    return all(importlib.util.find_spec(name) for name in ("flask", "waitress"))


@contextmanager
def flask_service(folder: Path, *options: str) -> Iterator[Running]:
    """Serve the plain Flask peer in `folder` until the block ends."""
    folder.mkdir()
    token = "peer"
    log = folder.with_suffix(".log")
    with log.open("w") as told:
        serving = subprocess.Popen(
            [sys.executable, "-m", "bench.flask_service", folder, token, *options],
            stdout=subprocess.PIPE, stderr=told, text=True,
        )  # fmt: skip
    assert serving.stdout is not None
    with serving:
        try:
            url = serving.stdout.readline().removeprefix("ready ").strip()
            yield Running(int(url.rpartition(":")[2]), token, folder, serving.pid, log)
        finally:
            serving.terminate()
            serving.wait(timeout=30)


def sync_us_under_strace(folder: Path, later_us: int) -> float:
    """Return how long a sync takes that strace lets return later, its own work included."""
    code = f"import pathlib, bench.machine as m; print(m.sync_us(pathlib.Path({str(folder)!r})))"
    command = [*_under(folder / "sync.strace", later_us), sys.executable, "-c", code]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _under(trace: Path | None, sync_later_us: int) -> list[str]:
    if trace is None:
        return []
    later = f"inject=fdatasync,fsync:delay_exit={sync_later_us}"
    # seccomp-bpf stops the process at these two calls only
    return ["strace", "-f", "--seccomp-bpf", "-ttt", "-e", "trace=fdatasync,fsync",
            *(["-e", later] if sync_later_us else []),
            "-e", "signal=none", "-o", str(trace)]  # fmt: skip


def _child_of(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0])
