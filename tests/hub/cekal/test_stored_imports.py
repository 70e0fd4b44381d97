"""What an import leaves on the disk: whole, sealed, or nothing."""

from __future__ import annotations

import fcntl
import random
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from list_files import NOW, lines, person, take

from hub.cekal import listing
from hub.cekal.listing import StoredList
from hub.errors import Busy


def kept(store: StoredList) -> set[str]:
    """Return the pieces that lie in the folder, whole or not."""
    return {file.name for file in store._folder.glob("*.piece*")}


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """Let no file grow beyond `size` bytes, which is said as a full disk is (EFBIG)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_said_and_keeps_the_old_list_and_nothing_else(
    store: StoredList, tmp_path: Path, monkeypatch
) -> None:
    take(store, lines(tmp_path, person(1)))
    before = kept(store)
    monkeypatch.setattr(listing, "CHUNK", 1)
    draw = random.Random(1)
    large = ["".join(draw.choices("ABDEGHIKLMNOPRSTU", k=200)) for _ in range(100)]
    file = lines(tmp_path, person(2), person(3, names=large), name="next.jsonl")

    with disk_of(4096), pytest.raises(Busy) as refused:
        take(store, file)

    assert refused.value.code == "storage_failed"
    assert kept(store) == before
    assert [entry.id for entry in store.entries(NOW)] == ["E1"]
    assert take(store, file).stored


def test_what_a_crash_left_is_removed_unless_another_import_is_writing_it(
    store: StoredList, tmp_path: Path
) -> None:
    take(store, lines(tmp_path, person(1)))
    folder, before = store._folder, kept(store)
    left = {"0123.piece", "4567.piece.new"}
    for name in left:
        (folder / name).write_bytes(b"sealed")

    with (folder / "writing.lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        take(store, lines(tmp_path, person(2), name="a.jsonl"), kind="update")
    assert left < kept(store)

    take(store, lines(tmp_path, person(3), name="b.jsonl"), kind="update")
    assert before < kept(store)
    assert not left & kept(store)
    assert [entry.id for entry in store.entries(NOW)] == ["E3", "E2", "E1"]


def test_nothing_of_the_list_is_readable_on_disk(store: StoredList, tmp_path: Path) -> None:
    take(store, lines(tmp_path, person(1, names=["Rahasia Sekali"], passports=["X7654321"])))

    stored = b"".join(file.read_bytes() for file in (tmp_path / "hub").rglob("*") if file.is_file())

    assert stored
    assert b"Rahasia" not in stored
    assert b"X7654321" not in stored
