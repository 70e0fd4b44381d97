"""Applicant and entry side by side: one row a field, what differs marked down to the letter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hub.cekal.records import Entry, country_of, passport_of, sex_of

if TYPE_CHECKING:
    from difflib import SequenceMatcher

Mark = Literal["same", "differs", "gap"]
Result = Literal["same", "near", "swapped", "differs", "unknown"]
NEAR = 0.6
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a value: as on the other side, other than there, or missing here."""

    text: str
    mark: Mark = "same"


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both: the applicant's value, the entry's in pieces, and how they compare."""

    field: str
    applicant: tuple[Piece, ...]
    entry: tuple[Piece, ...]
    result: Result


def compared(person: Mapping[str, str], entry: Entry) -> tuple[Line, ...]:
    """Return the rows of the comparison; a value that is not recorded differs from nothing."""
    name = person.get("name", "")
    others = entry.names[1:] or [""]
    return (
        _names("name", name, entry.names[0] if entry.names else ""),
        *(_names("other_name", name if other else "", other) for other in others),
        _dates(person.get("birth_date", ""), entry.dob or ""),
        _plain("sex", person.get("sex", ""), entry.sex or "", sex_of),
        _plain("nationality", person.get("nationality", ""), entry.nationality or "", country_of),
        *_documents(person.get("passport_number", ""), entry.passports),
    )


def _names(field: str, mine: str, theirs: str) -> Line:
    if not mine or not theirs:
        return Line(field, _whole(mine), _whole(theirs), "unknown")
    pieces = tuple(_marked_words(_words(mine), theirs))
    plain = [sorted(_words(text)) for text in (mine, theirs)]
    result: Result = "same" if plain[0] == plain[1] else "near"
    return Line(field, _whole(mine), pieces, result)


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,]+", text.upper()) if word]


def _marked_words(mine: Sequence[str], theirs: str) -> Iterator[Piece]:
    """Mark each word of the entry against the applicant's word that is most like it."""
    left = list(mine)
    for word in re.split(r"([\s,]+)", theirs):
        if not word.strip(" ,"):
            yield Piece(word)
            continue
        best = max(left, key=lambda one: _alike(one, word.upper()), default="")
        if not best or _alike(best, word.upper()) < NEAR:
            yield Piece(word, "differs")
            continue
        left.remove(best)
        yield from _marked(best, word)


def _alike(one: str, other: str) -> float:
    return _matcher(one, other).ratio()


def _matcher(one: str, other: str) -> SequenceMatcher[str]:
    from difflib import SequenceMatcher  # loaded with the first pair that is looked at

    return SequenceMatcher(None, one, other, autojunk=False)


def _marked(mine: str, theirs: str) -> Iterator[Piece]:
    for kind, _, _, start, end in _matcher(mine.upper(), theirs.upper()).get_opcodes():
        if kind == "equal":
            yield Piece(theirs[start:end])
        elif kind == "delete":
            yield Piece("", "gap")
        else:
            yield Piece(theirs[start:end], "differs")


def _dates(mine: str, theirs: str) -> Line:
    one, other = _parts(mine), _parts(theirs)
    if not one or not other:
        return Line("birth_date", _whole(mine), _whole(theirs), "unknown")
    swapped = one != other and one[0] == other[0] and one[1:] == other[1:][::-1] and len(one) == 3
    known = [pair for pair in zip(one, other, strict=False)]
    same = all(a == b for a, b in known)
    result: Result = "swapped" if swapped else "same" if same else "differs"
    if same and len(one) != len(other):
        result = "near"
    return Line("birth_date", _dated(one, other), _dated(other, one), result)


def _parts(text: str) -> tuple[str, ...]:
    found = _DATE.fullmatch(text)
    return tuple(part for part in found.groups() if part) if found else ()


def _dated(mine: Sequence[str], theirs: Sequence[str]) -> tuple[Piece, ...]:
    """Return day / month / year, with the parts marked that the other side has otherwise."""
    pieces: list[Piece] = []
    for place in reversed(range(len(mine))):
        other = theirs[place] if place < len(theirs) else mine[place]
        pieces.append(Piece(mine[place], "same" if mine[place] == other else "differs"))
        pieces.append(Piece(" / "))
    return tuple(pieces[:-1])


def _plain(field: str, mine: str, theirs: str, form: object) -> Line:
    read = form if callable(form) else str
    if not mine or not theirs:
        return Line(field, _whole(mine), _whole(theirs), "unknown")
    if read(mine) == read(theirs):
        return Line(field, _whole(mine), _whole(theirs), "same")
    return Line(field, _whole(mine), (Piece(theirs, "differs"),), "differs")


def _documents(mine: str, theirs: Sequence[str]) -> Iterator[Line]:
    for number in theirs or [""]:
        line = _plain("passport_number", mine, number, passport_of)
        if line.result == "differs" and _alike(passport_of(mine), passport_of(number)) >= 0.8:
            line = Line(line.field, line.applicant, tuple(_marked(mine, number)), "near")
        yield line


def _whole(text: str) -> tuple[Piece, ...]:
    return (Piece(text),) if text else ()
