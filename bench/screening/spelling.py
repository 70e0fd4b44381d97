"""Families of spelling: how one word of a name is written by another office, standard or ear.

Each family is a function of a random source, a word in its base spelling, and the culture.
`UNSEEN` families are never used to learn weights or thresholds.
"""

# ruff: noqa: ARG001 — every builder and family has one signature
from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache

from anyascii import anyascii

from bench.screening.people import table

Family = Callable[[random.Random, str, str], str]
Habits = tuple[tuple[str, tuple[str, ...], float], ...]
DIALECTS, SURNAME_KEPT = 4, 0.2


def base(word: str, form: int = 0) -> str:
    """Return a word in its first spelling, or in a form of its own country."""
    forms = word.split("/")
    return forms[form] if form < len(forms) else forms[0]


def _habit(draw: random.Random, word: str, habits: Habits) -> str:
    for pattern, choices, share in habits:
        if draw.random() < share:
            choice = draw.choice(choices)
            word = re.sub(pattern, choice, word)
    return word


@cache
def habits(family: str) -> Habits:
    """Return the habits of a family: pattern, choices, share."""
    rules = table("habits.toml")[family]
    return tuple((pattern, tuple(choices), share) for pattern, choices, share in rules)


@cache
def _letters(standard: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in table("habits.toml")["cyrillic"][standard].split())
    return {letter: written for letter, _, written in pairs}


def cyrillic(word: str, standard: str) -> str:
    """Return a Cyrillic word in one standard's Latin letters."""
    letters = _letters(standard)
    text = "".join(letters.get(letter, letter) for letter in word.lower())
    return re.sub(r"(?:iy|ii|yy|ij)$", "y", text) if standard in ("bgn", "passport") else text


def romanised(draw: random.Random, word: str, culture: str) -> str:
    """Another romanisation of a Chinese, Korean or Cyrillic word."""
    return in_one_hand(draw, [word], culture)[0]


def in_one_hand(draw: random.Random, words: list[str], culture: str) -> list[str]:
    """Another romanisation of a whole name, surname first in Chinese ones.

    A paper keeps to one standard for Cyrillic and to one dialect for Chinese names, but for
    surnames of families that kept the dialect's and gave names in Mandarin (Tan Wei Ming). Korean
    passports choose for each syllable.
    """
    if culture == "russian":
        standard = draw.choice(list(table("habits.toml")["cyrillic"]))
        written = [cyrillic(word, standard) for word in words]
        return [re.sub(r"ov$", "off", one) if draw.random() < 0.08 else one for one in written]
    if culture != "chinese":
        return [draw.choice(word.split("/")) for word in words]
    hand = draw.randrange(DIALECTS)
    kept = draw.randrange(DIALECTS) if draw.random() < SURNAME_KEPT else hand
    return [base(word, hand if place else kept) for place, word in enumerate(words)]


def arabic(draw: random.Random, word: str, culture: str) -> str:
    """Arabic script names as another country writes them."""
    return _habit(draw, word, habits("arabic"))


def indonesian(draw: random.Random, word: str, culture: str) -> str:
    """Old and new Indonesian spelling, and what clerks hear."""
    return _habit(draw, latin(word), habits("indonesian"))


def indian(draw: random.Random, word: str, culture: str) -> str:
    """Names of Indian scripts as registrars write them."""
    return _habit(draw, word, habits("indian"))


def marks(draw: random.Random, word: str, culture: str) -> str:
    """Letters with marks in the ICAO form (AE, OE, UE), without marks, or kept."""
    pairs = (
        ("ä", "ae"),
        ("ö", "oe"),
        ("ü", "ue"),
        ("å", "aa"),
        ("ø", "oe"),
        ("ñ", "n"),
        ("ß", "ss"),
        ("ş", "sh"),
        ("ç", "ch"),
        ("ğ", "g"),
        ("ł", "l"),
    )
    way = draw.random()
    if way < 0.5:
        for mark, letters in pairs:
            word = word.replace(mark, letters)
    elif way < 0.65:
        return _habit(draw, latin(word), habits("european"))
    return latin(word)


def typing(draw: random.Random, word: str, culture: str) -> str:
    """One slip of the keyboard: a letter dropped, doubled, turned, or its neighbour."""
    rows = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    word = latin(word)
    if len(word) < 3:
        return word
    at = draw.randrange(len(word) - 1)
    near = next((row[max(0, row.find(word[at]) - 1)] for row in rows if word[at] in row), word[at])
    return draw.choice((
        word[:at] + word[at + 1 :], word[: at + 1] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :], word[:at] + near + word[at + 1 :],
    ))  # fmt: skip


def dictation(draw: random.Random, word: str, culture: str) -> str:
    """Written by an English ear."""
    return _habit(draw, latin(word), habits("dictation"))


def southeast(draw: random.Random, word: str, culture: str) -> str:
    """Burmese, Thai and Vietnamese words in another habit."""
    return _habit(draw, latin(draw.choice(word.split("/"))), habits("southeast"))


def scan(draw: random.Random, word: str, culture: str) -> str:
    """Letters misread by a scanner."""
    word = latin(word)
    for _ in range(draw.choice((1, 1, 2))):
        seen, read = draw.choice(
            [pair for pair in table("habits.toml")["scan"] if pair[0] in word] or [("", "")]
        )
        word = word.replace(seen, read, 1) if seen else word
    return word


def latin(word: str) -> str:
    """Return a word in plain small Latin letters, in its first form."""
    return anyascii(base(word)).lower()


SEEN: dict[str, tuple[Family, tuple[str, ...]]] = {
    "arabic hand": (
        arabic,
        ("arabic", "persian", "urdu", "bengali", "african", "turkish", "indonesian"),
    ),
    "indonesian hand": (indonesian, ("indonesian", "arabic", "urdu", "african", "chinese")),
    "romanisation": (romanised, ("chinese", "korean", "russian")),
    "indian hand": (indian, ("hindi", "tamil", "bengali", "urdu")),
    "marks": (marks, ("european", "turkish", "vietnamese", "african")),
    "typing": (typing, ()),
}
UNSEEN: dict[str, tuple[Family, tuple[str, ...]]] = {
    "dictation": (dictation, ()),
    "scan": (scan, ()),
    "southeast": (southeast, ("burmese", "thai", "vietnamese")),
}
