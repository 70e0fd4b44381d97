"""The index that the matching process keeps sealed: ready at once, and only for its own list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.cekal.listing import FOLDER, StoredList
from hub.cekal.matcher import LEAST_SCORE
from hub.cekal.records import Entry, Query
from hub.keys import Keyring
from hub.matching.placing import KEPT
from hub.matching.process import LoadedList
from hub.matching.task import Look, Person

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
DAY = "2026-11-23"
ANNA = Person(Query("q", "ANNA MARIA ERIKSSON", "1974-08-12", "F", "UTO", "L898902C3"), DAY, 3)
LIST = [
    Entry("C-1", ["ERIKSON ANA M"], "1974-12-08", "F", "XXA", kind="cegah"),
    Entry("C-2", ["BUDI SANTOSO"], "1960-03-04", kind="cegah", valid_to="2026-12-10"),
]


@pytest.fixture
def stored(tmp_path: Path) -> StoredList:
    return StoredList(tmp_path, Keyring.create(tmp_path / "hub.key"))


def add(stored: StoredList, name: str, entries: list[Entry], kind="full", withdrawn=()) -> None:
    after = AT + timedelta(seconds=len(stored.manifest().versions))
    stored.add(name, entries, kind=kind, effective=after, at=AT, withdrawn=withdrawn)


def loaded(stored: StoredList) -> LoadedList:
    return LoadedList(stored, stored.in_force(AT + timedelta(days=1)))


def seen(listed: LoadedList) -> list[tuple[str, str, float]]:
    return [(found.entry.id, found.standing, found.score) for found in listed.screen(ANNA).found]


def test_a_kept_index_reads_no_entry_and_answers_the_same(stored, tmp_path) -> None:
    add(stored, "V1", LIST)
    first = loaded(stored)
    pieces = list((tmp_path / FOLDER).glob("*.piece"))
    away = [piece.rename(piece.with_suffix(".away")) for piece in pieces]

    second = loaded(stored)

    assert second.size == 2
    for piece, moved in zip(pieces, away, strict=True):
        moved.rename(piece)
    assert seen(second) == seen(first)
    assert seen(second)[0][:2] == ("C-1", "in_force")
    soon = second.look(Look(DAY, count=5, ending_by="2026-12-23"))
    assert [found.entry.id for found in soon.found] == ["C-2"]
    counted = second.look(Look(DAY, ending_by="2026-12-23"))
    assert (counted.found, counted.ending, counted.size) == ([], 1, 2)


def test_a_new_version_has_an_index_of_its_own(stored) -> None:
    add(stored, "V1", LIST)
    loaded(stored)
    add(stored, "V2", [Entry("C-3", ["ANNA ERIKSSON"], "1974-08-12")], "update", ["C-1"])

    changed = loaded(stored)

    assert changed.size == 3
    assert {one[:2] for one in seen(changed)} >= {("C-3", "in_force"), ("C-1", "withdrawn")}
    assert seen(loaded(stored)) == seen(changed)


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty", "another index"])
def test_a_damaged_index_is_made_anew(stored, tmp_path, harm) -> None:
    add(stored, "V1", LIST)
    right = seen(loaded(stored))
    file = tmp_path / FOLDER / KEPT
    raw = file.read_bytes()
    middle = len(raw) // 2
    if harm == "another index":
        stored.keep(KEPT, b"\x82")
    else:
        harmed = {
            "cut": raw[:middle],
            "flipped": raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :],
            "empty": b"",
        }
        file.write_bytes(harmed[harm])

    assert seen(loaded(stored)) == right
    assert stored.kept(KEPT) is not None


def test_nothing_of_a_list_lies_in_clear(stored, tmp_path) -> None:
    add(stored, "V1", LIST)

    loaded(stored)

    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert (tmp_path / FOLDER / KEPT) in files
    for word in (b"ERIKSON", b"SANTOSO", b"1974-12-08", b"C-2"):
        assert not [file for file in files if word in file.read_bytes()]


def test_the_nearest_entries_are_shown_however_far_they_are(stored) -> None:
    """Who says that nobody on the list is this person has to see who comes nearest."""
    add(stored, "V1", LIST)
    far = Person(Query("q", "BUDI HARTONO WIBISONO", "1999-01-31", "F", "CHN", "X1"), DAY, 3)

    found = loaded(stored).screen(far).found

    assert [one.entry.id for one in found] == ["C-2"]
    assert 0 <= found[0].score < LEAST_SCORE
    assert found[0].reasons
