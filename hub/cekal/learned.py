"""Which weights come with the program, told without loading the matcher.

Their mark, which a threshold keeps: the day on which they were learned and a digest of their file,
`2026-11-29-4c0f1a27`.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

import msgspec

SHIPPED = "weights.json"
_DAY = len("2026-11-29")


class _Learned(msgspec.Struct, frozen=True):
    learned: str


@cache
def weights_mark() -> str:
    """Return the mark of the weights in use."""
    content = files("hub.cekal").joinpath(SHIPPED).read_bytes()
    learned = msgspec.json.decode(content, type=_Learned).learned
    return f"{learned}-{hashlib.sha256(content).hexdigest()[:8]}"


def day_learned(mark: str) -> str:
    """Return the day of a mark as ISO text."""
    return mark[:_DAY]
