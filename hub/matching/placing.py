"""The index of a loaded list and where its entries lie: kept sealed beside the list, ready at once.

    DIR/cekal/matching     sealed MessagePack: the saved index (`hub.cekal.saved`), the placing

What is kept is known by the versions, pieces and withdrawals it was made of and by the code that
made it; if anything is different, damaged or cut, it is made anew from the list.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec

from hub.cekal.answering import load_matcher
from hub.cekal.listing import Placed, StoredList, Version
from hub.cekal.matcher import Matcher
from hub.cekal.records import Entry
from hub.cekal.saved import Stale, fingerprint_of, packed, unpacked
from hub.cekal.weights import load_weights
from hub.errors import Busy, NotFound

log = logging.getLogger(__name__)
KEPT: Final = "matching"
FORM: Final = "placing 1"


class Placing(msgspec.Struct):
    """The pieces of a list; for each entry by its number its piece and the day its ban ends."""

    pieces: list[str] = []
    piece_of: list[int] = []
    ends: list[str] = []
    withdrawn: set[str] = set()


class _Kept(msgspec.Struct, frozen=True):
    index: bytes
    placing: Placing


def matcher_of(
    stored: StoredList, versions: tuple[Version, ...], progress: Callable[[int], None]
) -> tuple[Matcher | None, Placing]:
    """Return a matcher of these versions, withdrawn entries too, and where each entry lies.

    None: the versions hold no entry. `progress` is told of entries read, if they must be.
    """
    fingerprint = fingerprint_of([FORM, *_contents(versions)])
    if (kept := _kept(stored, fingerprint)) is not None:
        return kept
    placing = Placing()
    try:
        matcher = load_matcher(_noted(stored.placed(versions), placing), progress)
    except NotFound:
        return None, placing
    _keep(stored, packed(matcher.index, fingerprint), placing)
    return matcher, placing


def _kept(stored: StoredList, fingerprint: str) -> tuple[Matcher, Placing] | None:
    raw = stored.kept(KEPT)
    if raw is None:
        return None
    try:
        kept = msgspec.msgpack.decode(raw, type=_Kept)
        return Matcher(unpacked(kept.index, fingerprint), load_weights()), kept.placing
    except (Stale, msgspec.DecodeError) as stale:
        log.info("the kept index is made anew: %s", stale)
        return None


def _keep(stored: StoredList, index: bytes, placing: Placing) -> None:
    try:
        stored.keep(KEPT, msgspec.msgpack.encode(_Kept(index, placing)))
    except (OSError, Busy) as error:
        log.warning("the index could not be kept: %s", error)


def _contents(versions: Iterable[Version]) -> Iterator[str]:
    for version in versions:
        yield from (version.version, *version.pieces, *version.withdrawn)


def _noted(placed: Iterable[Placed], placing: Placing) -> Iterator[Entry]:
    """Pass the entries on and note where each lies."""
    numbers: dict[str, int] = {}
    for one in placed:
        if one.piece not in numbers:
            numbers[one.piece] = len(placing.pieces)
            placing.pieces.append(one.piece)
        placing.piece_of.append(numbers[one.piece])
        placing.ends.append((one.entry.valid_to or "")[:10])
        if one.withdrawn:
            placing.withdrawn.add(one.entry.id)
        yield one.entry
