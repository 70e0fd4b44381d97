"""Administrative commands reach the running hub, however deep its folder lies."""

from __future__ import annotations

import os
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub import admin
from hub.admin import CheckRecords, perform
from hub.clock import SystemClock
from hub.demo.processes import Crew, loket, run
from hub.errors import Busy
from hub.settings import settings_for

LONGEST_SOCKET_ADDRESS = 107  # bytes; unix(7), without the final NUL


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    """A folder whose path has 300 characters."""
    room = 300 - len(str(tmp_path)) - len("/") - len("/hub")
    name, rest = "d" * (room // 2), "e" * (room - room // 2 - 1)
    folder = tmp_path / name / rest / "hub"
    assert len(str(folder)) == 300
    return folder


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    with Crew(tmp_path / "logs") as started:
        yield started


def test_a_hub_in_a_folder_300_characters_deep_is_administered_while_it_runs(
    deep: Path, crew: Crew
) -> None:
    deep.parent.mkdir(parents=True)
    run("init", loket("hub", "init", "--data", deep))
    hub = crew.start("hub", loket("hub", "serve", "--data", deep, "--port", "0", "--plain"))
    hub.ready()

    token = run("token", loket("hub", "token", "--data", deep, "--kiosk", "kios-1"))
    checked = run("check", loket("hub", "check", "--data", deep))

    socket_file = deep / "admin.sock"
    assert len(os.fsencode(socket_file)) > LONGEST_SOCKET_ADDRESS
    assert stat.S_IMODE(socket_file.stat().st_mode) == 0o600
    assert token.strip()
    assert checked.startswith("sound")


def test_a_hub_in_a_deep_folder_is_administered_while_it_stands_still(deep: Path) -> None:
    deep.parent.mkdir(parents=True)
    run("init", loket("hub", "init", "--data", deep))

    token = run("token", loket("hub", "token", "--data", deep, "--counter", "1"))

    assert token.strip()
    assert run("check", loket("hub", "check", "--data", deep)).startswith("sound")


def test_a_check_may_take_as_long_as_it_takes(deep: Path, crew: Crew, monkeypatch) -> None:
    deep.parent.mkdir(parents=True)
    run("init", loket("hub", "init", "--data", deep))
    hub = crew.start("hub", loket("hub", "serve", "--data", deep, "--port", "0", "--plain"))
    hub.ready()
    monkeypatch.setattr(admin, "CHANGES_WITHIN_S", 0.001)  # time only: no answer comes sooner

    assert perform(settings_for(deep), SystemClock(), CheckRecords()) == []


def test_a_hub_that_ends_before_it_answers_is_said_in_words(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)

    def answer_nothing() -> None:
        peer, _ = listening.accept()
        peer.recv(1000)
        peer.close()

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(settings.admin_socket))
        listening.listen()
        dying = threading.Thread(target=answer_nothing)
        dying.start()
        with pytest.raises(Busy) as refused:
            perform(settings, SystemClock(), CheckRecords())
        dying.join()

    assert refused.value.code == "hub_gone"
