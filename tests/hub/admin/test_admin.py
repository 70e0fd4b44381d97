"""Administrative commands reach the running hub, however deep its folder lies."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.demo.processes import Crew, loket, run

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
