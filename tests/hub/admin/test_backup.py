"""`loket hub backup`: a copy taken while tickets are given is a hub that can be served from."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest

from hub.backup import Copied, back_up
from hub.clock import SystemClock
from hub.demo.processes import Crew, loket, run
from hub.errors import BadInput, Busy
from hub.settings import settings_for


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    with Crew(tmp_path / "logs") as started:
        yield started


@pytest.fixture
def folder(empty_house: Path, tmp_path: Path) -> Path:
    shutil.copy(empty_house.with_name("hub.key"), tmp_path / "hub.key")
    return shutil.copytree(empty_house, tmp_path / "hub")


def _backup(folder: Path, to: Path) -> Copied:
    return back_up(settings_for(folder), to, SystemClock())


def _check(copy: Path, key: Path) -> str:
    return run("check", loket("hub", "check", "--data", copy, "--key-file", key))


def test_a_copy_taken_while_stations_are_admitted_is_sound_and_holds_what_was_acknowledged(
    folder: Path, crew: Crew, tmp_path: Path
) -> None:
    hub = crew.start("hub", loket("hub", "serve", "--data", folder, "--port", "0", "--plain"))
    hub.ready()
    run("token", loket("hub", "token", "--data", folder, "--kiosk", "before"))
    enough = threading.Event()

    def admit() -> None:
        number = 0
        while not enough.is_set():
            number += 1
            run("token", loket("hub", "token", "--data", folder, "--kiosk", f"during {number}"))

    admitting = threading.Thread(target=admit)
    admitting.start()
    try:
        for _ in range(2):
            run("backup", loket("hub", "backup", "--data", folder, "--to", tmp_path / "copy"))
    finally:
        enough.set()
        admitting.join()

    assert _check(tmp_path / "copy", folder.with_name("hub.key")).startswith("sound")
    with closing(sqlite.connect(tmp_path / "copy" / "loket.db")) as copied:
        (held,) = copied.execute("SELECT count(*) FROM stations WHERE name = 'before'").fetchone()
    assert held == 1


def test_files_are_copied_once_and_what_the_hub_dropped_leaves_the_copy(
    folder: Path, tmp_path: Path
) -> None:
    stored = folder / "blobs" / "ab" / ("ab" + "0" * 30)
    stored.parent.mkdir()
    stored.write_bytes(b"sealed")

    first = _backup(folder, tmp_path / "copy")
    second = _backup(folder, tmp_path / "copy")
    copied = tmp_path / "copy" / stored.relative_to(folder)
    held = copied.read_bytes()
    stored.unlink()
    _backup(folder, tmp_path / "copy")

    assert (first.files, first.new_files) == (3, 3)
    assert (second.files, second.new_files) == (3, 0)
    assert held == b"sealed"
    assert not copied.exists()


def test_no_key_is_in_the_copy(folder: Path, tmp_path: Path) -> None:
    _backup(folder, tmp_path / "copy")

    names = {path.name for path in (tmp_path / "copy").rglob("*")}
    held = b"".join(p.read_bytes() for p in (tmp_path / "copy").rglob("*") if p.is_file())
    assert {"backup", "loket.db", "office.toml", "office-code.pub.pem"} <= names
    assert b"PRIVATE KEY" not in held
    assert folder.with_name("hub.key").read_bytes().split()[0] not in held


@pytest.mark.parametrize(
    ("where", "code"),
    [("hub/copy", "backup_inside"), (".", "backup_inside"), ("full", "backup_foreign")],
)
def test_a_folder_that_is_no_place_for_a_copy_is_refused(
    folder: Path, tmp_path: Path, where: str, code: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("somebody's")

    with pytest.raises(BadInput) as refused:
        _backup(folder, tmp_path / where)

    assert refused.value.code == code
    assert not (tmp_path / "full" / "loket.db").exists()


def test_a_folder_without_a_hub_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        _backup(tmp_path / "nothing", tmp_path / "copy")

    assert refused.value.code == "backup_missing"


def test_a_disk_without_room_leaves_the_copy_of_before(folder: Path, tmp_path: Path) -> None:
    _backup(folder, tmp_path / "copy")
    before = (tmp_path / "copy" / "loket.db").read_bytes()
    command = ["prlimit", "--fsize=65536"]
    command += loket("hub", "backup", "--data", folder, "--to", tmp_path / "copy")
    refused = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert refused.returncode == 1
    assert "pastikan ada ruang" in refused.stderr
    assert (tmp_path / "copy" / "loket.db").read_bytes() == before
    assert _check(tmp_path / "copy", folder.with_name("hub.key")).startswith("sound")


def test_two_backups_at_once_do_not_mix(folder: Path, tmp_path: Path) -> None:
    _backup(folder, tmp_path / "copy")

    with (tmp_path / "copy" / "backup").open("r+") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        with pytest.raises(Busy) as refused:
            _backup(folder, tmp_path / "copy")

    assert refused.value.code == "backup_running"
