"""What the adjudication page marks in a name: letters that differ, never hyphens or apostrophes."""

from __future__ import annotations

import pytest

from hub.cekal.records import Entry
from hub.web.wasdakim.compare import Line, Piece, compared

SHOWN = {"same": "{}", "differs": "[{}]", "gap": "_"}


def name_line(applicant: str, entry: str) -> Line:
    return compared({"name": applicant}, Entry("C-1", [entry]))[0]


def drawn(pieces: tuple[Piece, ...]) -> str:
    return "".join(SHOWN[piece.mark].format(piece.text) for piece in pieces)


@pytest.mark.parametrize(
    ("applicant", "entry"),
    [
        ("ANNA", "Anna-"),
        ("ERIKSSON, ANNA MARIA", "Anna-Maria Eriksson"),
        ("OBRIEN JOHN", "O\u2019Brien, John"),
        ("ALGHAZALI ABU", "Abu al-Ghazali"),
        ("ANNA MARIA", "ANNAMARIA"),
        ("J. R. SMITH", "SMITH J.R."),
        ("STRASSE", "Stra\u00dfe"),
    ],
)
def test_punctuation_alone_is_no_difference(applicant: str, entry: str) -> None:
    line = name_line(applicant, entry)

    assert (drawn(line.entry), line.result) == (entry, "same")


@pytest.mark.parametrize(
    ("applicant", "entry", "marked", "result"),
    [
        ("ERIKSSON, ANNA MARIA", "Anna-Marija Eriksson", "Anna-Mari[j]a Eriksson", "near"),
        ("ERIKSSON, ANNA MARIA", "ERIKSON ANA M", "ERIKS_ON AN_A [M]", "near"),
        ("MARIA", "MARIANA MARIA", "[MARIANA] MARIA", "near"),
        ("ANNA MARIA", "MARIA", "MARIA", "near"),
        ("OMARA", "O'Maria", "O'Mar[i]a", "near"),
        ("BUDI", "WEI LI", "[WEI] [LI]", "differs"),
        ("SRI", "\u0936\u094d\u0930\u0940", "[\u0936\u094d\u0930\u0940]", "differs"),
    ],
)
def test_what_differs_is_marked_to_the_letter(
    applicant: str, entry: str, marked: str, result: str
) -> None:
    line = name_line(applicant, entry)

    assert "".join(piece.text for piece in line.entry) == entry
    assert (drawn(line.entry), line.result) == (marked, result)
