from __future__ import annotations

from bench.screening.sets import Sets


def test_the_same_seed_invents_the_same_people() -> None:
    lists = [Sets(11).entries(50)[0] for _ in range(2)]

    assert lists[0] == lists[1]
    assert lists[0] != Sets(12).entries(50)[0]


def test_a_query_knows_its_entry_and_a_stranger_has_none() -> None:
    sets = Sets(11)
    entries, people = sets.entries(200)
    known = {entry.id for entry in entries}

    assert {case.entry for case in sets.positives(people, 50, unseen=True)} <= known
    assert {case.entry for case in sets.negatives(people, 50)} == {""}
