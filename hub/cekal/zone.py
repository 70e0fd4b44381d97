"""A machine-readable line whose fillers were read as letters: HAMIDKKMDKABDULKKKKKKKKK.

ICAO Doc 9303-3 §4.6: `<` stands once between names, twice between surname and given names, and
fills the rest. A scanner takes every `<` of a line for the same letter, K, C or X; which of these
letters are none is read from the parts of names that the list holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hub.cekal.folding import MRZ_WIDTH, latin
from hub.cekal.index import Index
from hub.cekal.sounds import sound_of
from hub.cekal.syllables import in_use
from hub.cekal.tables import words

_LINE = re.compile(r"[A-Z]{20,44}")
_DOCUMENT = re.compile(r"[PVIC]<(?:[A-Z]{3}|D<<)(?=[A-Z]+(?:<[A-Z]+)*<)")
"""P<IND before the name: the document's letter and the issuing state, §4.2.2.1."""
_LEAST_WIDE = 40
_TWICE = re.compile(r"(?<=[A-Z]{2})([KCX])\1(?=[A-Z]*[A-Z]{2})")
_FILLED = re.compile(r"([KCX])\1{2,}$")
_SHORTEST_HEARD = 4
_KNOWN, _UNKNOWN, _LONG, _TORN = 1.0, 2.0, 0.05, 0.5
"""What a piece costs; an unknown one more, the longer the dearer, so that ISKANDER stays whole;
and what it costs to read one of two fillers as the first letter of a name."""


def unfilled(index: Index, text: str) -> str | None:
    """Return a line with `<` in place of the letter that was read for it; None if it is no such."""
    line = latin(text).strip()
    if (head := _DOCUMENT.match(line)) and len(line) >= _LEAST_WIDE:
        return line[head.end() :]
    if not _LINE.fullmatch(line):
        return None
    filled = _FILLED.search(line)
    if not filled and abs(len(line) - MRZ_WIDTH) > 1:
        return None
    letters = [filled.group(1)] if filled else [found.group(1) for found in _TWICE.finditer(line)]
    if not letters:
        return None
    pieces = _pieces(index, line, max(letters, key=letters.count))
    return "<".join(pieces) if len(pieces) > 1 else None


def _pieces(index: Index, line: str, filler: str) -> tuple[str, ...]:
    """Return the pieces between fillers that cost least."""
    end = len(line.rstrip(filler))
    best: dict[int, tuple[float, tuple[str, ...]]] = {0: (0.0, ())}
    for begin in range(end):
        if begin not in best:
            continue
        cost, before = best[begin]
        for stop, following in _ends(line, begin, end, filler):
            piece = line[begin:stop]
            worth = cost + _cost(index, piece) + _TORN * (line[following:end][:1] == filler)
            if following not in best or worth < best[following][0]:
                best[following] = worth, (*before, piece)
    return best[end][1] if end in best else ()


def _ends(line: str, begin: int, end: int, filler: str) -> Iterator[tuple[int, int]]:
    """Give each place where a piece may stop, and where the next one begins."""
    for stop in range(begin + 1, end):
        if line[stop] == filler:
            yield stop, stop + 1
            if line[stop + 1] == filler:
                yield stop, stop + 2
    yield end, end


def _cost(index: Index, piece: str) -> float:
    if len(piece) == 1 or _is_known(index, piece):
        return _KNOWN
    return _UNKNOWN + _LONG * len(piece) ** 2


def _is_known(index: Index, piece: str) -> bool:
    if index.vocabulary.find(piece) >= 0 or in_use(piece):
        return True
    if any(piece in words(kind) for kind in ("titles", "markers", "before", "after")):
        return True
    if len(piece) < _SHORTEST_HEARD:
        return False
    return any(index.vocabulary.with_key("f" + key).size for key in sound_of(piece).fine)
