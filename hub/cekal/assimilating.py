"""Korean syllables as they are spoken after each other: SEOK MIN is SONGMIN, JONG RO is CHONGNO.

McCune-Reischauer, North Korean papers and people who write by ear spell the sound; the Revised
Romanization (2000, §3.1 notes) leaves given names as their syllables are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hub.cekal.syllables import in_use, is_korean_surname

_RULES = tuple(
    (re.compile(final), by, re.compile(onset), spoken)
    for final, by, onset, spoken in (
        # as it is spoken, from what is written
        (r"(?<=[AEIOU])[KG]$", "NG", r"^(?=[MN])", ""), (r"(?<=[AEIOU])[KG]$", "NG", r"^[RL]", "N"),
        (r"(?<=[AEIOU])[PB]$", "M", r"^(?=[MN])", ""), (r"(?<=[AEIOU])[PB]$", "M", r"^[RL]", "N"),
        (r"(?<=NG|.M)$", "", r"^[RL]", "N"), (r"(?<=[AEIOU])N$", "L", r"^[RL]", "L"),
        (r"L$", "L", r"^N", "L"),
        # as it is written, from what is spoken
        (r"NG$", "K", r"^(?=[MN])", ""), (r"(?<=[AEIOU])M$", "P", r"^(?=[MN])", ""),
        (r"(?<=NG|.M)$", "", r"^N", "R"), (r"L$", "N", r"^[RL]", "R"),
    )
)  # fmt: skip


def assimilated(parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Give the other spellings of a Korean given name of two syllables, where names use them."""
    if len(parts) != 3 or not is_korean_surname(parts[0]):
        return
    surname, one, other = parts
    for final, by, onset, spoken in _RULES:
        if final.search(one) and onset.search(other):
            pair = final.sub(by, one), onset.sub(spoken, other)
            if pair != (one, other) and all(map(in_use, pair)):
                yield (surname, *pair)
