from __future__ import annotations

import random

import numpy as np

from bench.screening import spelling
from bench.screening.learn import FIXED, Plan, fit, learn, levels
from bench.screening.rivals import PLAIN, Weighed
from bench.screening.sets import Sets
from hub.cekal.weights import Weights

WORDS = ["su/so/souw/su", "gui/kwai/koei/kuei", "xue/suet/soat/hsueh"]
HANDS = {("gui", "xue"), ("kwai", "suet"), ("koei", "soat"), ("kuei", "hsueh")}


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


def test_a_chinese_name_is_written_in_one_hand_but_for_its_surname() -> None:
    draw = random.Random(3)
    written = [spelling.in_one_hand(draw, WORDS, "chinese") for _ in range(60)]

    assert {tuple(words[1:]) for words in written} == HANDS
    assert {words[0] for words in written if words[1] == "kwai"} > {"so"}
    assert sum(words == ["so", "kwai", "suet"] for words in written) > 5


def test_a_cyrillic_name_is_written_by_one_standard() -> None:
    draw = random.Random(3)
    written = {tuple(spelling.in_one_hand(draw, ["юрий", "жуков"], "russian")) for _ in range(60)}

    assert len(written) > 2
    assert ("yuriy", "joukov") not in written


def test_weights_that_are_given_stay_while_another_is_learned() -> None:
    terms = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 1], [1, 0, 0]] * 20, np.float32)
    same = terms[:, 1] > 0
    given = {"bias": -2.0, "agrees": 0.0, "noise": 0.0}

    found = fit(terms, same, ("bias", "agrees", "noise"), given, ("bias", "noise"))

    assert found[[0, 2]].tolist() == [-2.0, 0.0]
    assert found[1] > 2


def test_a_term_that_nothing_speaks_for_stays_where_it_was_pulled_to() -> None:
    terms = np.array([[1, 0], [1, 0]] * 20, np.float32)
    same = np.array([True, False] * 20)

    found = fit(terms, same, ("bias", "never met"), {"bias": 3.0, "never met": 1.5})

    assert found.round(2).tolist() == [0.0, 1.5]


def test_weights_and_levels_are_learned_the_same_from_the_same_seed() -> None:
    plan = Plan(invented=((120, 30, 30),), spelt=((150, 20, 20),), mixed=((450, 30),))
    terms, again = (learn(5, plan) for _ in range(2))
    measured = levels(Weights("2026-11-30", 5, terms), ((60, 2, 30),), 5)

    assert terms == again
    assert {term: terms[term] for term in FIXED} == FIXED
    assert terms["whole"] > 0 > terms["born_far"]
    assert measured["0.01"]["60"] >= measured["0.05"]["60"]


def test_the_rival_weighs_the_same_facts_and_how_alike_the_names_are() -> None:
    weights = dict(
        zip((*PLAIN, "likeness"), Weighed(5, size=250, queries=30).weights, strict=False)
    )

    assert weights["born_same_day"] > weights["born_far"]
    assert weights["likeness"] > 0
