"""The parts of all names on a list: how often each occurs, and which ones sound or look alike.

Parts are found by the keys of their sounds (hashed, in sorted arrays) and by pairs of letters.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from hub.cekal.sounds import Sound, begun_as, sound_of

Ints = npt.NDArray[np.int32]
Stored = npt.NDArray[np.generic]
Floats = npt.NDArray[np.float32]

WIDTH = 14
"""Letters of a part that are indexed by pairs; longer parts differ in their beginning as a rule."""
_LETTERS = 27


_STORED = (
    "_begun", "_keys", "_key_parts", "_pair_ends", "_pair_parts", "lengths", "letters", "order",
)  # fmt: skip


class Vocabulary:
    """Every part once, numbered in order of arrival; `close` ends the collecting."""

    __slots__ = (
        "_begun", "_hashes", "_ids", "_key_parts", "_keys", "_pair_ends", "_pair_parts", "_tokens",
        "fine", "lengths", "letters", "order", "parts",
    )  # fmt: skip

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.fine: list[str] = []
        self._ids: dict[str, int] = {}
        self._hashes = array("Q")
        self._tokens = array("i")

    @classmethod
    def of(cls, parts: list[str], fine: list[str], arrays: Mapping[str, Stored]) -> Vocabulary:
        """Return a closed vocabulary of what `arrays` gave."""
        vocabulary = cls()
        vocabulary.parts, vocabulary.fine = parts, fine
        vocabulary._ids = dict(zip(parts, range(len(parts)), strict=True))
        for name in _STORED:
            setattr(vocabulary, name, arrays[name.lstrip("_")])
        return vocabulary

    def arrays(self) -> dict[str, Stored]:
        """Return the sorted keys and pairs of letters, by name."""
        return {name.lstrip("_"): getattr(self, name) for name in _STORED}

    def __len__(self) -> int:
        return len(self.parts)

    def number(self, part: str) -> int:
        """Return the number of `part`, a new one if it was not met before."""
        known = self._ids.get(part)
        if known is not None:
            return known
        number = len(self.parts)
        self._ids[part] = number
        self.parts.append(part)
        sound = sound_of(part)
        self.fine.append(sound.fine[0])
        for key in keys_of(sound):
            self._hashes.append(hashed(key))
            self._tokens.append(number)
        return number

    def find(self, part: str) -> int:
        """Return the number of `part`, or -1."""
        return self._ids.get(part, -1)

    def close(self) -> None:
        """Sort the keys and pairs of letters; what is added later needs a new close."""
        hashes = np.frombuffer(self._hashes, dtype=np.uint64) if self._hashes else _NO_KEYS
        tokens = np.frombuffer(self._tokens, dtype=np.int32) if self._tokens else _NO_PARTS
        order = np.argsort(hashes, kind="stable")
        self._keys, self._key_parts = hashes[order], tokens[order]
        self._begun: Ints = np.array([begun_as(part) for part in self.parts], np.int32)
        self.letters: Ints = np.array([len(part) for part in self.parts], np.int32)
        codes, lengths = pair_codes(self.fine)
        self.lengths = lengths
        flat = codes.ravel()
        order = np.argsort(flat, kind="stable")
        first = int(np.searchsorted(flat[order], 0))
        self._pair_parts = (order[first:] // codes.shape[1]).astype(np.int32)
        self._pair_ends = np.searchsorted(flat[order][first:], np.arange(_LETTERS**2 + 1))
        self.order = np.array(sorted(range(len(self.parts)), key=self.parts.__getitem__), np.int32)

    def with_key(self, key: str) -> Ints:
        """Return the parts that have a key of their sound."""
        sought = np.uint64(hashed(key))
        begin = np.searchsorted(self._keys, sought, "left")
        return self._key_parts[begin : np.searchsorted(self._keys, sought, "right")]

    def looking_like(self, fine: str, most: int, least: float) -> Ints:
        """Return at most `most` parts that share pairs of letters with `fine`, the nearest ones."""
        codes, _ = pair_codes([fine])
        wanted = [int(code) for code in np.unique(codes[0]) if code >= 0]
        found = [
            self._pair_parts[self._pair_ends[code] : self._pair_ends[code + 1]] for code in wanted
        ]
        if not found:
            return _NO_PARTS
        shared = np.bincount(np.concatenate(found), minlength=len(self.parts))
        near = np.flatnonzero(shared >= max(2, int(least * len(wanted))))
        if near.size <= most:
            return near.astype(np.int32)
        dice = 2 * shared[near] / (self.lengths[near] + 1 + len(wanted))
        return near[np.argpartition(dice, -most)[-most:]].astype(np.int32)

    def heard_from(self, letter: str) -> Ints:
        """Return the parts that may begin with `letter` as they are heard, it itself too."""
        return np.flatnonzero(self._begun & begun_as(letter)).astype(np.int32)

    def beginning_with(self, prefix: str) -> Ints:
        """Return the parts that begin with `prefix`."""
        begin = _bisect(self.parts, self.order, prefix)
        end = _bisect(self.parts, self.order, prefix + "[")
        return self.order[begin:end]


def keys_of(sound: Sound) -> Iterable[str]:
    """Return all keys of a sound, each marked with its degree."""
    for degree, keys in (
        ("f", sound.fine),
        ("n", sound.known),
        ("b", sound.bare),
        ("v", sound.blunt),
    ):
        for key in keys:
            yield degree + key


@lru_cache(maxsize=1 << 16)
def hashed(key: str) -> int:
    """Return a key as 64 bits, the same in every process."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "little")


def pair_codes(texts: list[str]) -> tuple[npt.NDArray[np.int16], Ints]:
    """Return the codes of each text's pairs of letters with its borders (-1 fills), and lengths."""
    shown = np.array(texts or [""], dtype=f"S{WIDTH}")
    signs = shown.view(np.uint8).reshape(len(shown), WIDTH).astype(np.int16) - ord("A") + 1
    signs[(signs < 0) | (signs >= _LETTERS)] = 0
    bordered = np.zeros((len(shown), WIDTH + 2), np.int16)
    bordered[:, 1:-1] = signs
    codes = bordered[:, :-1] * _LETTERS + bordered[:, 1:]
    codes[codes == 0] = -1
    return codes, np.count_nonzero(signs, axis=1).astype(np.int32)


def _bisect(parts: list[str], order: Ints, text: str) -> int:
    low, high = 0, len(order)
    while low < high:
        middle = (low + high) // 2
        if parts[order[middle]] < text:
            low = middle + 1
        else:
            high = middle
    return low


_NO_PARTS: Ints = np.zeros(0, np.int32)
_NO_KEYS: npt.NDArray[np.uint64] = np.zeros(0, np.uint64)
