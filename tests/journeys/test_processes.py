"""The demo's supervisor of programs: failures have names, and nothing outlives it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from bench import hall
from hub.demo.errors import ChildFailed
from hub.demo.processes import Crew, run

GIVES_UP = "import sys; print('cannot find the hub', file=sys.stderr); sys.exit(1)"
STUBBORN = (
    "import signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print('ready', child.pid, flush=True)\n"
    "time.sleep(600)\n"
)


def test_a_program_that_gives_up_is_named_with_its_last_words(tmp_path: Path) -> None:
    with Crew(tmp_path) as crew:
        agent = crew.start("agent 2", [sys.executable, "-c", GIVES_UP])

        with pytest.raises(ChildFailed, match="agent 2 ended with code 1: cannot find the hub"):
            agent.ready()


def test_a_silent_program_is_named(tmp_path: Path) -> None:
    with Crew(tmp_path) as crew:
        silent = crew.start("hub", [sys.executable, "-c", "import time; time.sleep(600)"])

        with pytest.raises(ChildFailed, match="hub wrote nothing"):
            silent.ready(limit_s=0.2)


def test_the_one_that_ends_is_noticed(tmp_path: Path) -> None:
    with Crew(tmp_path) as crew:
        crew.start("stays", [sys.executable, "-c", "import time; time.sleep(600)"])
        crew.start("goes", [sys.executable, "-c", "pass"])

        assert crew.watch().name == "goes"


def test_a_stubborn_program_ends_with_all_it_started(tmp_path: Path) -> None:
    with Crew(tmp_path) as crew:
        grandchild = int(crew.start("stubborn", [sys.executable, "-c", STUBBORN]).ready())
        asked = time.monotonic()
    took_s = time.monotonic() - asked

    assert took_s < 60  # it would go on for ten minutes
    until = time.monotonic() + 60
    while _alive(grandchild) and time.monotonic() < until:
        time.sleep(0.01)  # killed, and on its way out
    assert not _alive(grandchild)


def test_a_command_that_fails_is_named() -> None:
    with pytest.raises(ChildFailed, match="loket hub init ended with code 1: cannot find the hub"):
        run("loket hub init", [sys.executable, "-c", GIVES_UP])


def _alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z" and os.getpgid(pid) > 0


def test_a_lasting_port_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a hub that comes back finds another one where its clients call it."""
    monkeypatch.setattr(hall, "_LASTING", (15_000, 15_099))

    given = {hall.lasting_port() for _ in range(40)}

    assert len(given) == 40
