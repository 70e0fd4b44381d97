"""`loket demo`: the whole office by one command, with every program as it is delivered."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.demo import papers
from hub.demo.processes import Crew, loket, run

STEPS = (
    *("step 1", "step 2", "step 3", "step 4", "step 5", "gate biometrics", "gate external"),
    *("step 6", "step 7", "step 8", "step 9", "step 10", "step 11", "step 12"),
)
LEFT = ("application-receipt.pdf", "payment-proof.pdf", "skim.pdf", "collection-slip.pdf")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a short name: a Unix socket's path has at most 107 characters."""
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        yield Path(folder)


def test_one_applicant_goes_the_whole_way(place: Path) -> None:
    command = loket("demo", "--once", "--out", place)
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)

    assert done.returncode == 0, done.stdout + done.stderr
    assert _steps(done.stdout) == list(STEPS)
    assert "hub check: sound" in done.stdout
    assert [path.name[7] for path in sorted(place.glob("ticket-*.png"))] == ["A", "C", "P"]
    codes = [papers.codes_on(place / name)[0].split(":") for name in LEFT]
    assert [code[1] for code in codes] == ["R", "B", "S", "C"]
    receipt, proof = codes[0][2], codes[1][2]
    assert proof == f"{receipt}-B1"
    files = [path for path in place.iterdir() if path.is_file()]
    assert {path.suffix for path in files} == {".tar", ".jpg", ".png", ".pdf"}
    for path in files:
        papers.examine(path)


def _steps(told: str) -> list[str]:
    """What stands before actor and time in the lines of steps."""
    lines = (re.match(r"(step \d+|gate \w+) ", line) for line in told.splitlines())
    return [line[1] for line in lines if line]


def test_a_signal_ends_every_program(place: Path) -> None:
    data, out = place / "office", place / "out"
    with Crew(place / "logs") as crew:
        demo = crew.start("demo", loket("demo", "--data", data, "--out", out))
        while not demo.line(limit_s=480).startswith("Ctrl-C ends"):
            pass

        demo.signal(signal.SIGTERM)
        demo.wait(limit_s=60)

    assert demo.code == 0, demo.last_lines()
    assert _left_running(str(place)) == []
    assert _check(data).startswith("sound")


def test_a_journey_that_falls_short_says_where_and_why(place: Path) -> None:
    with Crew(place / "logs") as crew:
        where = ("--data", place / "office", "--out", place / "out")
        demo = crew.start("demo", loket("demo", "--once", *where))
        while not demo.line(limit_s=480).startswith("office open"):
            pass
        os.kill(_pid_of(str(place), "kiosk"), signal.SIGKILL)
        demo.wait(limit_s=480)

    assert demo.code == 1
    assert "loket demo: visit 1" in demo.last_lines()
    assert "kiosk ended with code -9" in demo.last_lines()
    assert _left_running(str(place)) == []
    assert _check(place / "office").startswith("sound")


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")

    command = loket("demo", "--data", tmp_path, "--out", tmp_path / "out")
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    assert done.returncode == 1
    assert "--data" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "letter.txt").read_text() == "mine"


def test_a_killed_demo_leaves_no_program_behind(tmp_path: Path) -> None:
    starts_a_child = (
        "import sys, time; from pathlib import Path; from hub.demo.processes import Crew\n"
        f"with Crew(Path({str(tmp_path)!r})) as crew:\n"
        f"    child = crew.start('child', [sys.executable, '-c',"
        f" 'import time; print(\"ready\", flush=True); time.sleep(600)', {str(tmp_path)!r}])\n"
        "    child.ready()\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(600)\n"
    )
    command = [sys.executable, "-c", starts_a_child]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        parent.kill()
        parent.wait()

    assert _left_running(str(tmp_path)) == []


def _check(office: Path) -> str:
    """What `loket hub check` says of a practice office that stands still."""
    return run("check", loket("hub", "check", "--data", office / "hub"))


def _left_running(argument: str) -> list[str]:
    """What still runs with `argument` when every signal that is on its way had its time."""
    until = time.monotonic() + 60
    while (left := _running_with(argument)) and time.monotonic() < until:
        time.sleep(0.02)  # a killed program is gone a moment later
    return left


def _running_with(argument: str) -> list[str]:
    """The command lines of running programs that name `argument`."""
    return [line for _, line in _processes() if argument in line]


def _pid_of(argument: str, command: str) -> int:
    lines = ((pid, line) for pid, line in _processes() if argument in line)
    return next(pid for pid, line in lines if f"hub.command {command} " in line)


def _processes() -> Iterator[tuple[int, str]]:
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = process.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        yield int(process.parent.name), line
