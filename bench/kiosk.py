"""A touch of the kiosk: until the first pixel changes, and until the next screen stands.

The program itself in a window of a kiosk's size under Xvfb with software GL, against a hub that
gives numbers; touched through the X server. A graphics chip draws faster than this.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.panel import HEIGHT_PX, WIDTH_PX, Panel, Seen, panel
from bench.processes import Running, hub
from bench.report import Report
from hub.demo.touch import Glass

# what is touched, and the screen that it leads to
WALK = (
    ("language-id", "service"),
    ("booking", "booking"),
    ("key-A", "booking"),
    ("back", "service"),
    ("service-skim", "notice"),
    ("next", "number"),
    ("back", "notice"),
    ("back", "service"),
    ("service-information", "confirm"),
    ("next", "ticket"),
    ("done", "language"),
)
ROUNDS = 3
PROBE = "probe"
FIRST_CHANGE_MS = 100
FINGER_DOWN_S = 0.06
STILL_S = 0.2
REST_S = 0.3
"""The kiosk takes a second touch of the same part within 0.4 s for a tremble."""
LONGEST_S = 15.0


@dataclass(frozen=True, slots=True)
class Touched:
    """A touch: to the first changed pixel, from letting go to the finished screen, processor."""

    first_ms: float
    finished_ms: float
    main_thread_ms: float
    process_ms: float


def measure(report: Report, folder: Path) -> None:
    """Walk the same way again and again; the first round is each screen's first visit."""
    report.section(f"a touch of the kiosk, {WIDTH_PX}×{HEIGHT_PX} under Xvfb, software GL")
    if not all(map(shutil.which, ("Xvfb", "xdotool"))):
        report.holds("Xvfb and xdotool (its libXtst) are installed", reached=False)
        return
    rounds: dict[str, list[Touched]] = defaultdict(list)
    with (
        hub(folder / "kiosk-hub") as running,
        panel(folder / "panel") as shown,
        kiosk(running, shown, folder / "kiosk") as program,
    ):
        person = Person(shown, folder / "kiosk" / PROBE, program)
        for _ in range(ROUNDS):
            for place, (name, screen) in enumerate(WALK, 1):
                title = f"{place}. {name} → {screen}"
                rounds[title].append(person.touch(name, screen))
    for title, touched in rounds.items():
        _tell(report, title, touched)


def _tell(report: Report, title: str, touched: list[Touched]) -> None:
    first = report.rounds(f"{title}: first pixel", [one.first_ms for one in touched], "ms")
    report.rounds(f"{title}: finished", [one.finished_ms for one in touched], "ms")
    used = [one.process_ms for one in touched]
    report.rounds(f"{title}: processor time", used, "ms")
    main = [one.main_thread_ms for one in touched]
    report.rounds(f"{title}: of it the main thread", main, "ms")
    report.at_most(f"{title}: first changed pixel, ms", first, FIRST_CHANGE_MS)


@contextmanager
def kiosk(running: Running, shown: Panel, state: Path) -> Iterator[int]:
    """Run the kiosk on the panel until the block ends; yield its process id."""
    state.mkdir()
    (state / "token").write_text(running.token)
    named = {"DISPLAY": shown.display, "LOKET_KIOSK_PROBE": str(state / PROBE)}
    with (state / "log").open("w") as log:
        program = subprocess.Popen(
            [sys.executable, "-m", "hub.command", "kiosk",
             "--hub", f"http://127.0.0.1:{running.port}", "--interface", "127.0.0.1",
             "--windowed", f"{WIDTH_PX}x{HEIGHT_PX}", "--state", state],
            env={**os.environ, **named}, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
    assert program.stdout is not None
    with program:
        try:
            ready = program.stdout.readline()
            assert ready == "ready kiosk\n", (state / "log").read_text()
            yield program.pid
        finally:
            program.terminate()


class Person:
    """Touches what the probe says is there, and looks at the pixels."""

    def __init__(self, shown: Panel, probe: Path, program: int) -> None:
        self._shown = shown
        self._kiosk = program
        self._glass = Glass(shown.display, probe, pid=program)
        self._glass.on(WALK[-1][1])

    def touch(self, name: str, screen: str) -> Touched:
        """Touch `name`, wait until `screen` stands still, and rest."""
        spot = self._glass.look().spots[name]
        finger, picture = self._shown.finger, self._shown.picture
        finger.move(spot.x, spot.y)
        time.sleep(REST_S)
        seen, used = picture.seen(), _processor(self._kiosk)
        down = time.perf_counter()
        finger.press(down=True)
        first = picture.changed(seen, within_s=LONGEST_S)
        assert first is not None, f"{name}: nothing changed"
        time.sleep(max(0.0, FINGER_DOWN_S - (first - down)))
        pressed, up = picture.seen(), time.perf_counter()
        finger.press(down=False)
        finished = self._finished(screen, pressed, up)
        main, process = _processor(self._kiosk)
        return Touched(
            first_ms=(first - down) * 1000,
            finished_ms=(finished - up) * 1000,
            main_thread_ms=main - used[0],
            process_ms=process - used[1],
        )

    def _finished(self, screen: str, seen: Seen, up: float) -> float:
        """Return when the last pixel changed before `screen` stood still.

        The kiosk says that it is there before it is drawn: something has to change at all.
        """
        picture, last = self._shown.picture, up
        while True:
            change = picture.changed(seen, within_s=STILL_S)
            if change is not None:
                seen, last = picture.seen(), change
            elif last > up and self._glass.look().name == screen:
                return last
            assert time.perf_counter() < up + LONGEST_S, f"no {screen}"


def _processor(pid: int) -> tuple[float, float]:
    """Return the milliseconds that the main thread and all threads have run."""
    tasks = Path(f"/proc/{pid}/task")
    ran = {
        task.name: int((task / "schedstat").read_text().split()[0]) / 1e6
        for task in tasks.iterdir()
    }
    return ran[str(pid)], sum(ran.values())
