"""Take apart what was written together: HASANKBINKALI, ABDULRAHMANSALEH, ZIAURREHMAN.

The pieces must be parts of names on the list. Between them may stand a `<` of the machine-readable
zone read as K, C or X (ICAO Doc 9303-3 §4.6: `<` is the filler), or an article.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

import numpy as np

from hub.cekal.folding import FoldedName
from hub.cekal.index import Index
from hub.cekal.sounds import sound_of
from hub.cekal.tables import words

_SHORTEST, _LONGEST = 3, 16
_SHORTEST_WHOLE = 7
_SHORTEST_HEARD = 9
_KNOWN_WELL = 3
"""A part that so few names hold may as well be two parts written together."""
_JOINED_MARKER = re.compile(r"(BINT[IE]|BIN)(?=.{5})")
_FILLERS = re.compile(r"KK+|CC+|XX+")
_BETWEEN = ("", "K", "C", "X", "KK", "UL", "UR", "AL", "EL", "U", "KBINK", "KBINTIK", "BIN")


def split_form(index: Index, form: FoldedName) -> FoldedName | None:
    """Return `form` with parts that the list does not know taken apart, or None if none can be."""
    parts: list[str] = []
    for part in form.parts:
        parts += _pieces(index, part) or (part,)
    kept = [part for part in dict.fromkeys(parts) if part not in words("markers")]
    return FoldedName(tuple(kept), form.cut) if len(parts) > len(form.parts) and kept else None


def _pieces(index: Index, part: str) -> tuple[str, ...]:
    """Return the pieces whose rarest one is most frequent on the list, or ()."""
    if len(part) < _SHORTEST_WHOLE or _held(index, part) > _KNOWN_WELL:
        return ()
    if (marker := _JOINED_MARKER.match(part)) and _held(index, part[marker.end() :]):
        return marker.group(), part[marker.end() :]
    filled = tuple(piece for piece in _FILLERS.split(part) if piece)
    if len(filled) > 1 and min(map(len, filled)) >= _SHORTEST:
        return filled
    pieces = _whole(_best_pieces(index, part, _held), part)
    if len(pieces) < 2 and len(part) >= _SHORTEST_HEARD and index.vocabulary.find(part) < 0:
        pieces = _whole(_best_pieces(index, part, _heard), part)
    return pieces if len(pieces) > 1 else ()


def _best_pieces(
    index: Index, part: str, held_by: Callable[[Index, str], int]
) -> dict[int, tuple[float, tuple[str, ...]]]:
    """Return for each place that known pieces reach their cost and the pieces."""
    best: dict[int, tuple[float, tuple[str, ...]]] = {0: (0.0, ())}
    for begin in range(len(part) - _SHORTEST + 1):
        if begin not in best:
            continue
        for start, end, held in _next(index, part, begin, held_by):
            # every piece costs, a short or rare one more, and so does what stands between
            worth = best[begin][0] + 6 - math.log1p(held) * 0.5 - 0.6 * (end - start)
            worth += (start - begin) * 0.7
            if end not in best or worth < best[end][0]:
                best[end] = (worth, (*best[begin][1], part[start:end]))
    return best


def _next(
    index: Index, part: str, begin: int, held_by: Callable[[Index, str], int]
) -> Iterator[tuple[int, int, int]]:
    for start in _starts(part, begin):
        for end in range(start + _SHORTEST, min(len(part), start + _LONGEST) + 1):
            # NOERHAJATI is NOER HAJATI even where somebody is called NURHAYATI
            if end - start == len(part) and held_by is _heard:
                continue
            if held := held_by(index, part[start:end]):
                yield start, end, held


def _whole(best: dict[int, tuple[float, tuple[str, ...]]], part: str) -> tuple[str, ...]:
    """Return the pieces that reach the end; fillers read as letters may follow."""
    for end in range(len(part), len(part) - 4, -1):
        if end in best and not part[end:].strip("KCX"):
            return best[end][1]
    return ()


def _starts(part: str, begin: int) -> list[int]:
    if begin == 0:
        return [0]
    return [begin + len(between) for between in _BETWEEN if part.startswith(between, begin)]


def _held(index: Index, piece: str) -> int:
    number = index.vocabulary.find(piece)
    return int(index.held[number]) if number >= 0 else 0


def _heard(index: Index, piece: str) -> int:
    """Return how often parts of the same sound occur; the first of them stands for all."""
    if len(piece) <= _SHORTEST:
        return _held(index, piece)
    keys = sound_of(piece).fine
    alike = np.concatenate([index.vocabulary.with_key("f" + key) for key in keys])
    return int(index.held[alike].max()) if alike.size else 0
