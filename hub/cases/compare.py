"""Do two sources say the same? Down to the letter, as a person would compare two cards.

Names are compared as a machine-readable zone writes them: an accent is no difference, a missing
letter is. A name that an MRZ had to cut is no difference either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from devices.mrz.names import transliterate

NAMES = frozenset({"surname", "given_names", "full_name"})
CODES = frozenset({"passport_number", "permit_number", "niora", "personal_number", "nik"})
CUT_AT = 28
"""A machine-readable name this long or longer may have been cut."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a value: `same`, `other` (differs) or `gap` (letters that are missing here)."""

    kind: str
    text: str


def plain(field: str, text: str) -> str:
    """Return a value as it is compared."""
    if field in NAMES:
        return transliterate(text).replace("<", " ")
    if field in CODES:
        return text.replace(" ", "").replace("<", "").upper()
    return " ".join(text.split()).casefold()


def differ(field: str, one: str, other: str) -> bool:
    """Say whether two values of a field really differ; an empty one says nothing."""
    first, second = plain(field, one), plain(field, other)
    if not first or not second or first == second:
        return False
    if field == "birth_date":
        return not (first.startswith(second) or second.startswith(first))
    if field == "full_name" and sorted(first.split()) == sorted(second.split()):
        return False  # the order of surname and given names is not fixed on cards and forms
    shorter, longer = sorted((first, second), key=len)
    return not (field in NAMES and len(shorter) >= CUT_AT and longer.startswith(shorter))


def differing(field: str, values: Mapping[str, str]) -> bool:
    """Say whether any two sources differ."""
    given = list(values.values())
    return any(differ(field, a, b) for n, a in enumerate(given) for b in given[n + 1 :])


def pieces(reference: str, text: str) -> tuple[Piece, ...]:
    """Return `text` cut into what agrees with `reference`, what differs, and what is missing."""
    from difflib import SequenceMatcher  # loaded with the first difference that is shown

    found: list[Piece] = []
    matcher = SequenceMatcher(a=reference, b=text, autojunk=False)
    for act, start, end, first, last in matcher.get_opcodes():
        if act == "equal":
            found.append(Piece("same", text[first:last]))
        elif act == "delete":
            found.append(Piece("gap", reference[start:end]))
        else:
            found.append(Piece("other", text[first:last]))
    return tuple(found)
