"""The saved index: the same answers, and refused as soon as anything is not as it was."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.screening.sets import Sets
from hub.cekal.answering import INDEX, stored_matcher
from hub.cekal.index import index_of
from hub.cekal.listing import StoredList
from hub.cekal.matcher import Matcher
from hub.cekal.records import Entry, Query
from hub.cekal.saved import Stale, packed, unpacked
from hub.cekal.weights import load_weights
from hub.keys import Keyring

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def sets() -> Sets:
    return Sets(11)


@pytest.fixture(scope="module")
def raw(sets: Sets) -> bytes:
    return packed(index_of(sets.entries(1500)[0]), "list 1")


def test_a_saved_index_answers_as_the_new_one_did() -> None:
    sets = Sets(12)
    entries, people = sets.entries(1500)
    fresh = Matcher(index_of(entries), load_weights())

    saved = Matcher(unpacked(packed(fresh.index, "x"), "x"), load_weights())

    for case in sets.positives(people, 60, unseen=True):
        assert saved.answer(case.query).hits == fresh.answer(case.query).hits


@pytest.mark.parametrize("place", [0, 8, 20, 60, 5000, -1])
def test_a_changed_byte_is_noticed(raw: bytes, place: int) -> None:
    changed = bytearray(raw)
    changed[place] ^= 1

    with pytest.raises(Stale):
        unpacked(bytes(changed), "list 1")


@pytest.mark.parametrize("length", [0, 7, 30, 1000])
def test_a_cut_index_is_noticed(raw: bytes, length: int) -> None:
    with pytest.raises(Stale):
        unpacked(raw[:length], "list 1")


def test_an_index_of_another_list_is_not_taken(raw: bytes) -> None:
    with pytest.raises(Stale):
        unpacked(raw, "list 2")


def test_the_index_is_kept_sealed_beside_the_list_and_made_anew_after_an_update(
    tmp_path: Path,
) -> None:
    store = StoredList(tmp_path, Keyring.create(tmp_path.parent / f"{tmp_path.name}.key"))
    store.add("1", [Entry("A", ["SJAFII ACHMAD"])], kind="full", effective=NOW, at=NOW)
    stored_matcher(store, NOW, lambda _: None)
    first = (tmp_path / "cekal" / INDEX).read_bytes()
    again = stored_matcher(store, NOW, lambda _: None)
    kept = (tmp_path / "cekal" / INDEX).read_bytes()

    store.add("2", [Entry("B", ["ZULKARNAEN"])], kind="update", effective=NOW, at=NOW)
    updated = stored_matcher(store, NOW, lambda _: None)

    assert b"SJAFII" not in first
    assert kept == first
    assert again.screen(Query("q", "Syafii Ahmad"))[0].entry == "A"
    assert {hit.entry for hit in updated.screen(Query("q", "Zulkarnain"))} == {"B"}
    assert (tmp_path / "cekal" / INDEX).read_bytes() != first


def test_a_damaged_index_is_made_anew(tmp_path: Path) -> None:
    store = StoredList(tmp_path, Keyring.create(tmp_path.parent / f"{tmp_path.name}.key"))
    store.add("1", [Entry("A", ["SJAFII ACHMAD"])], kind="full", effective=NOW, at=NOW)
    stored_matcher(store, NOW, lambda _: None)
    file = tmp_path / "cekal" / INDEX
    file.write_bytes(file.read_bytes()[:-40])

    matcher = stored_matcher(store, NOW, lambda _: None)

    assert matcher.screen(Query("q", "Syafii Ahmad"))[0].entry == "A"
