from __future__ import annotations

import math
import subprocess
import sys
from itertools import product

import pytest

from hub.cekal.index import index_of
from hub.cekal.matcher import Matcher
from hub.cekal.records import Entry, Query
from hub.cekal.terms import TERMS
from hub.cekal.weights import load_weights, score_of
from hub.cekal.wording import explain
from hub.cekal.zone import unfilled

SURE = 0.5
GIVEN = [
    "Muhammad",
    "Ahmad",
    "Budi",
    "Siti",
    "Joko",
    "Wang",
    "Li",
    "Ali",
    "Hasan",
    "Kim",
    "Ivan",
    "Jan",
    "Maria",
    "Omar",
    "Rahman",
]
FAMILIES = [
    "Santoso",
    "Wijaya",
    "Hussein",
    "Wei",
    "Petrov",
    "Singh",
    "Khan",
    "Smit",
    "Nguyen",
    "Garcia",
    "Lestari",
    "Nasution",
    "Hidayat",
    "Kurniawan",
    "Suryadi",
    "Jun",
    "Chan",
    "Malik",
    "Yilmaz",
    "Okafor",
]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """A list of people of many countries, and three hundred others beside them."""
    known = [
        Entry("syafii", ["Muhammad Sjafi'i"], "1975-03-04", "M", "IDN", ["A1234567"]),
        Entry("sukarno", ["Sukarno"], "1971-06-06", "M", "IDN"),
        Entry("xiaoming", ["Chen Xiaoming"], "1968-11-20", "M", "CHN"),
        Entry("abdulrahman", ["Abdul Rahman bin Saleh al-Baghdadi"], "1980-01-01", "M", "IRQ"),
        Entry("seongmin", ["Park Seong-min"], "1990-09-09", "M", "KOR"),
        Entry("khrushchev", ["Nikita Khrushchev"], "1954-04-17", "M", "RUS"),
        Entry("kanimozhi", ["Kanimozhi Subramaniam"], "1977-07-30", "F", "LKA"),
        Entry("muller", ["Jürgen Müller-Lüdenscheidt"], "1961-02-03", "M", "DEU"),
        Entry(
            "only", ["Rajagopalachari Venkatasubramanian Krishnamurthy"], "1959-12-05", "M", "IND"
        ),
    ]
    crowd = [
        Entry(
            f"crowd{n}", [f"{given} {family}"], f"{1950 + n % 50}-{n % 12 + 1:02d}-11", "M", "IDN"
        )
        for n, (given, family) in enumerate(product(GIVEN, FAMILIES))
    ]
    return Matcher(index_of([*known, *crowd]), load_weights())


@pytest.mark.parametrize(
    ("entry", "name", "dob", "nation"),
    [
        ("syafii", "MOCHAMAD SYAFII", "1975-04-03", "IDN"),
        ("syafii", "SJAFII<<MOH<<<<<<<<<<<<<<<", "1975-03-04", "ID"),
        ("sukarno", "SOEKARNO SOEKARNO", "1971-06-06", "IDN"),
        ("sukarno", "FNU SUKARNO", "1971-06-06", "IDN"),
        ("xiaoming", "CH'EN HSIAO-MING", "1968-11-20", "TWN"),
        ("xiaoming", "CHAN SIU MING", "1968-11-20", "HKG"),
        ("xiaoming", "陈小明", "1968", "CHN"),
        ("abdulrahman", "Abd el-Rahmane Salih", "1980-05-17", "IRQ"),
        ("abdulrahman", "ABDULRAHMANKSALEHKKKKK", "1980-01-01", "IRQ"),
        ("seongmin", "BAK SUNG MIN", "1990-09-09", "KOR"),
        ("khrushchev", "Никита Хрущёв", "1954-04-17", "RUS"),
        ("khrushchev", "CHRUSCHTSCHOW Nikita", "1954-04-17", "RUS"),
        ("kanimozhi", "S. Kanimoli", "1977-07-30", "LKA"),
        ("kanimozhi", "கனிமொழி சுப்பிரமணியம்", "1977-07-30", "LKA"),
        ("sukarno", "SUKARNO BIN SOSRO", "1971", "IDN"),
        ("muller", "JUERGEN MUELLER LUEDENSCHEIDT", "1961-02-03", "D"),
        ("only", "KRISHNAMURTHY<<RAJAGOPALACHARI<VENKATAS", "1959-12-05", "IND"),
    ],
)
def test_the_person_behind_the_spelling_comes_first(
    matcher: Matcher, entry: str, name: str, dob: str, nation: str
) -> None:
    hits = matcher.screen(Query("q", name, dob, None, nation))

    assert hits[0].entry == entry
    assert hits[0].score >= SURE


def test_a_documents_letter_and_state_are_no_part_of_the_name(matcher: Matcher) -> None:
    line = "BAK<<SUNG<MIN<<<<<<<<<<<<<<<<<<<<<<<<<<"

    assert unfilled(matcher.index, "P<KOR" + line) == line
    assert unfilled(matcher.index, "P<KUMAR<<RAJ") is None


@pytest.mark.parametrize(
    ("name", "dob"),
    [("Rudi Hartono", "1988-02-02"), ("Muhammad Ali", "1999-09-19"), ("Kim Jun", "1931-01-15")],
)
def test_a_stranger_scores_low(matcher: Matcher, name: str, dob: str) -> None:
    hits = matcher.screen(Query("q", name, dob, "M", "IDN"))

    assert all(hit.score < SURE for hit in hits)


def test_a_document_number_finds_its_holder_whatever_the_name(matcher: Matcher) -> None:
    hits = matcher.screen(Query("q", "Someone Else Altogether", None, None, None, "a 1234567"))

    assert "syafii" in [hit.entry for hit in hits]


@pytest.mark.parametrize(
    "name", ["", " ", "\x00", "12345", "…", "\u200f", "A" * 300, "Ж" * 300, "'; DROP TABLE", "🙂🙂"]
)
def test_no_name_is_too_strange_to_ask_for(matcher: Matcher, name: str) -> None:
    answer = matcher.answer(Query("q", name, "0000-00-00", "?", "??", ""))

    assert answer.id == "q"
    assert all(0 <= score <= 1 for _, score in answer.hits)


def test_the_reasons_add_up_to_the_score(matcher: Matcher) -> None:
    hit = matcher.screen(Query("q", "Mochamad Syafii", "1975-04-03", "M", "MYS"))[0]

    reasons = explain(matcher, hit)

    assert math.isclose(score_of(sum(reason.adds for reason in reasons)), hit.score, rel_tol=1e-3)
    words = " ".join(reason.en for reason in reasons)
    assert "day and month swapped" in words
    assert "'MOCHAMAD'" in words


def test_the_weights_name_every_term_and_no_other() -> None:
    assert set(load_weights().terms) == set(TERMS)


def test_the_level_lies_between_those_of_the_measured_sizes() -> None:
    weights = load_weights()

    small, middle, large = (weights.level(0.01, size) for size in (10_000, 31_623, 100_000))

    assert min(small, large) < middle < max(small, large)


@pytest.mark.parametrize("size", [1, 10_000, 250_000, 30_000_000])
def test_a_score_means_the_same_on_lists_of_all_sizes(size: int) -> None:
    weights = load_weights()

    assert weights.threshold(0.01, size) == 0.5
    assert weights.threshold(0.05, size) < 0.5


def test_the_matcher_is_a_library_without_a_database() -> None:
    program = (
        "import sys, hub.cekal.answering, hub.cekal.calibrating, hub.cekal.wording\n"
        "print(sorted({'sqlalchemy', 'litestar', 'hub.cases', 'hub.models'} & set(sys.modules)))"
    )

    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert told.stdout.strip() == "[]"


def test_the_hub_serves_without_loading_the_matcher() -> None:
    program = (
        "import sys, hub.serving, hub.cekal\n"
        "print(sorted({'rapidfuzz', 'hub.cekal.matcher'} & set(sys.modules)))"
    )

    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert told.stdout.strip() == "[]"
