"""The parts on the list that one part of a name may stand for, how alike, and how surprising.

`surprise` is minus the logarithm of the share of names on the list that hold a part at least this
much alike: an exact MUHAMMAD says little, a distant SOEBANDRIO a lot.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from string import ascii_uppercase

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cdist

from hub.cekal.sounds import begun_as, keys_shared, sound_of
from hub.cekal.vocabulary import Floats, Ints, Vocabulary


class Alike(IntEnum):
    """How two parts agree, the best first."""

    EXACT = 0
    FINE = 1
    KNOWN = 2
    SYLLABLE = 3
    BARE = 4
    BLUNT = 5
    CLOSE = 6
    NEAR = 7
    FAR = 8
    BEGINNING = 9
    INITIAL = 10


_AT_LEAST = {Alike.CLOSE: 0.80, Alike.NEAR: 0.70, Alike.FAR: 0.60}
_BASE = {
    Alike.EXACT: 1.0, Alike.FINE: 0.96, Alike.KNOWN: 0.93, Alike.SYLLABLE: 0.86,
    Alike.BARE: 0.80, Alike.BLUNT: 0.76, Alike.BEGINNING: 0.66, Alike.INITIAL: 0.5,
}  # fmt: skip
_HEARD_INITIAL = 0.45
_SOUND_SHARE = 0.14
"""What looking alike adds to sounding alike."""
_SHAPES = str.maketrans("DQUYLJTEHGB", "OOVVIIFCNCR")
"""One letter for those that look alike in print that is blurred or broken."""
_SERVANT = "ABD"
"""How ABDUL and its spellings are heard: what ABDULKARIM and ABDULRAHIM share says nothing."""
LOOKED_AT = 240
_LEAST_SHARED = 0.34
_SHORTEST_BEGINNING = 3


def kinds_of_looks(likeness: Floats) -> Ints:
    """Return the kind of parts that only look alike, -1 where they do not."""
    kinds = np.full(likeness.shape, -1, np.int32)
    for kind in (Alike.FAR, Alike.NEAR, Alike.CLOSE):
        kinds[likeness >= _AT_LEAST[kind]] = kind
    return kinds


@lru_cache(maxsize=1 << 16)
def seen_as(part: str) -> str:
    """Return `part` in shapes that scanners cannot tell apart: RN and M, H and N, D and O."""
    return part.replace("RN", "M").replace("VV", "W").replace("CL", "D").translate(_SHAPES)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Parts of the vocabulary by number, with their likeness, its kind, and its surprise."""

    parts: Ints
    likeness: Floats
    kinds: Ints
    surprise: Floats


class Neighbourhood:
    """Finds and remembers the neighbours of parts."""

    def __init__(self, vocabulary: Vocabulary, held: Ints, names: int) -> None:
        """`held` counts for each part the names that hold it, of `names` in all."""
        self._vocabulary = vocabulary
        self._held = held
        self._names = names
        self._looked_up = lru_cache(maxsize=20_000)(self._look_up)

    def of(self, part: str, *, cut: bool = False) -> Neighbours:
        """Return the neighbours of `part`; `cut`: it may be the beginning of a longer one."""
        return self._looked_up(part, cut)

    def _look_up(self, part: str, cut: bool) -> Neighbours:
        if len(part) == 1:
            return self._graded(part, self._starting(part))
        found = self._sounding(part)
        self._add_beginnings(part, found, cut=cut)
        numbers = np.fromiter(found, np.int32, len(found))
        kinds = np.fromiter(found.values(), np.int32, len(found))
        return self._measured(part, numbers, kinds)

    def _starting(self, letter: str) -> dict[int, int]:
        exact = self._vocabulary.find(letter)
        found = dict.fromkeys(self._vocabulary.heard_from(letter).tolist(), int(Alike.INITIAL))
        return found | ({exact: int(Alike.EXACT)} if exact >= 0 else {})

    def _sounding(self, part: str) -> dict[int, int]:
        vocabulary, sound = self._vocabulary, sound_of(part)
        alike: dict[int, int] = {}
        for kind, degree, keys in (
            (Alike.EXACT, "", ()),
            (Alike.FINE, "f", sound.fine),
            (Alike.KNOWN, "n", tuple(key for key in sound.known if key[0] == "=")),
            (Alike.SYLLABLE, "n", tuple(key for key in sound.known if key[0] != "=")),
            (Alike.BARE, "b", sound.bare),
            (Alike.BLUNT, "v", sound.blunt),
        ):
            if kind is Alike.EXACT and (number := vocabulary.find(part)) >= 0:
                alike[number] = int(kind)
            for key in keys:
                for number in vocabulary.with_key(degree + key).tolist():
                    alike.setdefault(number, int(kind))
        for number in vocabulary.looking_like(sound.fine[0], LOOKED_AT, _LEAST_SHARED).tolist():
            alike.setdefault(number, int(Alike.FAR))
        return alike

    def _add_beginnings(self, part: str, found: dict[int, int], *, cut: bool) -> None:
        vocabulary = self._vocabulary
        for letter in ascii_uppercase:
            initial = vocabulary.find(letter)
            if initial >= 0 and begun_as(letter) & begun_as(part):
                # L looks like LAL, but not enough: it is its initial
                _prefer(found, initial, Alike.INITIAL)
        longer = vocabulary.beginning_with(part) if len(part) >= _SHORTEST_BEGINNING else ()
        if cut or len(longer) <= LOOKED_AT:
            for number in longer:
                _prefer(found, int(number), Alike.BEGINNING)
        for end in range(_SHORTEST_BEGINNING, len(part)):
            if (shorter := vocabulary.find(part[:end])) >= 0:
                _prefer(found, shorter, Alike.BEGINNING)

    def _measured(self, part: str, numbers: Ints, kinds: Ints) -> Neighbours:
        if numbers.size == 0:
            return Neighbours(numbers, np.zeros(0, np.float32), kinds, np.zeros(0, np.float32))
        looks = self.looks(part, numbers)
        likeness = np.zeros(numbers.size, np.float32)
        for kind, base in _BASE.items():
            chosen = kinds == kind
            added = _SOUND_SHARE * looks[chosen] if kind in (Alike.BARE, Alike.BLUNT) else 0
            likeness[chosen] = base + added
        unlike = kinds == Alike.FAR
        likeness[unlike] = looks[unlike]
        nearer = (kinds >= Alike.SYLLABLE) & (looks > likeness) & (kinds < Alike.BEGINNING)
        likeness[nearer] = looks[nearer]
        kinds = kinds.copy()
        for kind in (Alike.FAR, Alike.NEAR, Alike.CLOSE):
            kinds[(unlike | nearer) & (likeness >= _AT_LEAST[kind])] = kind
        kept = likeness >= np.where(kinds == Alike.INITIAL, 0, _AT_LEAST[Alike.FAR])
        return self._with_surprise(numbers[kept], likeness[kept], kinds[kept])

    def looks(self, part: str, numbers: Ints) -> Floats:
        """Return how alike `part` and other parts look and are read, 0 to 1."""
        parts = [self._vocabulary.parts[number] for number in numbers.tolist()]
        fines = [self._vocabulary.fine[number] for number in numbers.tolist()]
        fine = sound_of(part).fine[0]
        found = _looks(part, fine, parts, fines)
        if others := _other_servants(fine, fines):
            rests = [fines[place].removeprefix(_SERVANT) for place in others]
            rest = fine.removeprefix(_SERVANT)
            found[others] = np.minimum(found[others], _looks(rest, rest, rests, rests))
        return found

    def _graded(self, letter: str, found: dict[int, int]) -> Neighbours:
        numbers = np.fromiter(found, np.int32, len(found))
        kinds = np.fromiter(found.values(), np.int32, len(found))
        written = np.isin(numbers, self._vocabulary.beginning_with(letter))
        initial = np.where(written, _BASE[Alike.INITIAL], _HEARD_INITIAL)
        likeness = np.where(kinds == Alike.EXACT, 1.0, initial).astype(np.float32)
        return self._with_surprise(numbers, likeness, kinds)

    def _with_surprise(self, numbers: Ints, likeness: Floats, kinds: Ints) -> Neighbours:
        order = np.argsort(-likeness, kind="stable")
        held = np.cumsum(self._held[numbers[order]])
        # equally alike parts are equally surprising
        rounded = np.round(-likeness[order], 3)
        last = np.searchsorted(rounded, rounded, "right") - 1
        surprise = np.empty(numbers.size, np.float32)
        surprise[order] = np.log((self._names + 1) / (held[last] + 0.5))
        by_number = np.argsort(numbers)
        return Neighbours(
            numbers[by_number], likeness[by_number], kinds[by_number],
            np.maximum(surprise, 0)[by_number],
        )  # fmt: skip


def _looks(part: str, fine: str, parts: list[str], fines: list[str]) -> Floats:
    written = cdist([part], parts, scorer=OSA.normalized_similarity, dtype=np.float32)[0]
    seen = [seen_as(one) for one in parts]
    shaped = cdist([seen_as(part)], seen, scorer=OSA.normalized_similarity, dtype=np.float32)[0]
    # letters that a scanner takes for each other are half a difference
    written = np.maximum(written, (written + shaped) / 2)
    spoken = cdist([fine], fines, scorer=OSA.normalized_similarity, dtype=np.float32)[0]
    started = cdist([fine], fines, scorer=JaroWinkler.similarity, dtype=np.float32)[0]
    mixed: Floats = (
        (np.maximum(written, spoken) + np.maximum(started, spoken)) / 2 * np.float32(0.97)
    )
    return mixed


def _other_servants(fine: str, fines: list[str]) -> list[int]:
    """Return the places of those who serve by another name than `fine` does."""
    rest = fine.removeprefix(_SERVANT)
    if rest == fine or len(rest) < _SHORTEST_BEGINNING:
        return []
    mine = sound_of(rest)
    rests = ((place, one.removeprefix(_SERVANT)) for place, one in enumerate(fines))
    return [
        place
        for place, other in rests
        if other != fines[place] and not keys_shared(mine, sound_of(other))
    ]


def _prefer(found: dict[int, int], number: int, kind: Alike) -> None:
    if found.get(number, int(Alike.FAR)) >= Alike.FAR:
        found[number] = int(kind)
