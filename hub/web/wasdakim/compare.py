"""Applicant and entry side by side: one row a field, what differs marked down to the letter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Literal

from hub.cekal.records import Entry, country_of, passport_of, sex_of

if TYPE_CHECKING:
    from difflib import SequenceMatcher

Mark = Literal["same", "differs", "gap"]
Result = Literal["same", "near", "swapped", "differs", "unknown"]
NEAR = 0.6
APOSTROPHES = "'\u2018\u2019\u02bc\u02bb`\u00b4"
"""Written within a word or left out: O'Brien, OBrien."""
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
    left = _words(mine)
    pieces = tuple(_marked_words(left, theirs))
    return Line(field, _whole(mine), pieces, _result(pieces, left))


def _result(pieces: Sequence[Piece], left: Sequence[str]) -> Result:
    marks = {piece.mark for piece in pieces if not piece.text or any(map(_of_word, piece.text))}
    if "same" not in marks:
        return "differs"
    return "near" if left or len(marks) > 1 else "same"


def _words(text: str) -> list[str]:
    return [_plain_word(run) for run, is_word in _runs(text) if is_word]


def _plain_word(word: str) -> str:
    return "".join(sign.upper() for sign in word if sign not in APOSTROPHES)


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Return the words of a name and what stands between them: space, hyphen, comma, stop."""
    for is_word, signs in groupby(text, _of_word):
        yield "".join(signs), is_word


def _of_word(sign: str) -> bool:
    return sign in APOSTROPHES or unicodedata.category(sign)[0] in "LMN"


def _marked_words(mine: list[str], theirs: str) -> Iterator[Piece]:
    """Mark each word of the entry against the applicant's most like it, taken out of `mine`."""
    runs = list(_runs(theirs))
    words = [_plain_word(run) for run, is_word in runs if is_word]
    partners = iter(_partners(mine, words))
    for run, is_word in runs:
        if not is_word:
            yield Piece(run)
        elif (partner := next(partners)) is None:
            yield Piece(run, "differs")
        else:
            yield from _marked(partner, run)


def _partners(left: list[str], words: Sequence[str]) -> list[str | None]:
    """Return for each word of the entry what it is told apart from; None: nothing is like it.

    The same words find each other first, then one word written as two: ALGHAZALI, AL-GHAZALI.
    """
    found: dict[int, str | None] = {}
    for place, word in enumerate(words):
        if word in left:
            left.remove(word)
            found[place] = word
    for place in range(len(words) - 1):
        two = words[place : place + 2]
        if place not in found and place + 1 not in found and "".join(two) in left:
            left.remove("".join(two))
            found |= {place: two[0], place + 1: two[1]}
    for place, word in enumerate(words):
        if place not in found:
            found[place] = _likest(left, word)
    return [found[place] for place in range(len(words))]


def _likest(left: list[str], word: str) -> str | None:
    """Take the word that is most like `word` out of what is left, or two that make it up."""
    pairs = [one + other for one, other in pairwise(left)]
    if word in pairs:
        place = pairs.index(word)
        del left[place : place + 2]
        return word
    best = max(left, key=lambda one: _alike(one, word), default="")
    if not best or _alike(best, word) < NEAR:
        return None
    left.remove(best)
    return best


def _alike(one: str, other: str) -> float:
    return _matcher(one, other).ratio()


def _matcher(one: str, other: str) -> SequenceMatcher[str]:
    from difflib import SequenceMatcher  # loaded with the first pair that is looked at

    return SequenceMatcher(None, one, other, autojunk=False)


def _marked(mine: str, theirs: str) -> Iterator[Piece]:
    """Mark the letters that are other than in `mine`; an apostrophe is none."""
    # a letter may have two capitals: ß
    placed = [(n, one) for n, sign in enumerate(theirs) for one in _plain_word(sign)]
    places, capitals = [n for n, _ in placed], "".join(one for _, one in placed)
    marks: list[Mark] = ["same"] * len(theirs)
    gaps: set[int] = set()
    for kind, _, _, start, end in _matcher(mine.upper(), capitals).get_opcodes():
        if kind == "delete":
            gaps.add(places[start] if start < len(places) else len(theirs))
        for place in places[start:end] if kind != "equal" else []:
            marks[place] = "differs"
    begun = 0
    for place in range(1, len(theirs) + 1):
        if begun in gaps:
            yield Piece("", "gap")
            gaps.remove(begun)
        if place == len(theirs) or marks[place] != marks[begun] or place in gaps:
            yield Piece(theirs[begun:place], marks[begun])
            begun = place
    if gaps:
        yield Piece("", "gap")


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
