"""The programs of the demo as child processes: started together, watched, ended together.

Each child leads a session of its own and gets SIGTERM when we die (`setpriv --pdeathsig`), so not
even a killed demo leaves a program behind.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from hub.demo.errors import ChildFailed

END_WITHIN_S = 2.5
"""Programs that do not end by themselves are killed then; Ctrl-C promises three seconds."""
_LAST_LINES = 6
_LOOK_EVERY_S = 0.02


class Child:
    """One program: its lines go to a log file, and those it writes to us are kept to be read."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self.name = name
        self.log = log
        self._process = process
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name=f"reads {name}", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Return the process id, which is the id of the program's process group too."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """Return the exit code, or None while the program runs."""
        return self._process.poll()

    def line(self, *, limit_s: float) -> str:
        """Return the next line that the program wrote. Raises ChildFailed."""
        try:
            line = self._lines.get(timeout=limit_s)
        except queue.Empty:
            message = f"{self.name} wrote nothing for {limit_s:.0f} s: {self.last_lines()}"
            raise ChildFailed(message) from None
        if line is None:
            raise ChildFailed(self.ending())
        return line

    def ready(self, *, limit_s: float = 60.0) -> str:
        """Wait for the line `ready WHAT` and return WHAT. Raises ChildFailed."""
        until = time.monotonic() + limit_s
        while True:
            verb, _, what = self.line(limit_s=max(until - time.monotonic(), 0.0)).partition(" ")
            if verb == "ready":
                return what

    def say(self, line: str, *, limit_s: float = 60.0) -> str:
        """Write a line to the program and return its answer. Raises ChildFailed."""
        if self._process.stdin is None or self.code is not None:
            raise ChildFailed(self.ending())
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()
        return self.line(limit_s=limit_s)

    def ending(self) -> str:
        """Return in words how the program ended, with its last lines."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        return f"{self.name} ended with code {self.code}: {self.last_lines()}"

    def last_lines(self) -> str:
        """Return the end of the program's log."""
        lines = self.log.read_text("utf-8", errors="replace").splitlines()
        return " | ".join(lines[-_LAST_LINES:]) or "(its log is empty)"

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program alone; nothing happens if it has ended."""
        self._process.send_signal(number)

    def wait(self, limit_s: float) -> int:
        """Return the exit code once the program has ended. Raises ChildFailed after `limit_s`."""
        try:
            return self._process.wait(limit_s)
        except subprocess.TimeoutExpired:
            message = f"{self.name} did not end within {limit_s:.0f} s: {self.last_lines()}"
            raise ChildFailed(message) from None

    def kill(self) -> None:
        """Kill the program with all it started, and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join(1.0)  # what the program left behind may hold the pipe
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 — Popen was asked for a pipe
        with self._process.stdout as written, self.log.open("ab") as log:
            for raw in written:
                log.write(raw)
                log.flush()
                self._lines.put(raw.decode("utf-8", "replace").rstrip("\n"))
        self._lines.put(None)


class Crew:
    """The programs that belong together; leaving the `with` block ends them all."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._children: list[Child] = []

    def __enter__(self) -> Crew:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
    ) -> Child:
        """Start a program under `name`. Call from the main thread: its death ends the program."""
        log = self._logs / f"{name.replace(' ', '-')}.log"
        with log.open("ab") as errors:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "--", *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
                start_new_session=True,
            )
        child = Child(name, process, log)
        self._children.append(child)
        return child

    def watch(self) -> Child:
        """Wait until a program ends, and return it."""
        while True:
            for child in self._children:
                if child.code is not None:
                    return child
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)

    def lost(self, *, within_s: float = 1.0) -> list[Child]:
        """Return the programs that ended, waiting a moment for one that is just going down."""
        until = time.monotonic() + within_s
        while not (gone := [child for child in self._children if child.code is not None]):
            if time.monotonic() > until:
                break
            time.sleep(_LOOK_EVERY_S)
        return gone

    def end(self) -> None:
        """End every program, the last one started first; what stays is killed."""
        running = [child for child in reversed(self._children) if child.code is None]
        for child in running:
            child.signal(signal.SIGTERM)
        until = time.monotonic() + END_WITHIN_S
        while any(child.code is None for child in running) and time.monotonic() < until:
            time.sleep(_LOOK_EVERY_S)
        for child in self._children:
            child.kill()
        self._children.clear()


def run(name: str, command: Sequence[str | Path], *, said: str = "", limit_s: float = 300.0) -> str:
    """Run a command to its end and return what it wrote. Raises ChildFailed naming it."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            input=said,
            capture_output=True,
            text=True,
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        message = f"{name} did not end within {limit_s:.0f} s"
        raise ChildFailed(message) from None
    if done.returncode:
        words = " | ".join((done.stdout + done.stderr).split("\n")[-_LAST_LINES:])
        message = f"{name} ended with code {done.returncode}: {words}"
        raise ChildFailed(message)
    return done.stdout


def loket(*arguments: str | Path) -> list[str]:
    """Return the command line of a `loket` command of this very installation."""
    return [sys.executable, "-m", "hub.command", *map(str, arguments)]
