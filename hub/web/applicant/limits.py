"""How often somebody may ask for codes that do not exist."""

from __future__ import annotations

from collections import OrderedDict

MISSES_ALLOWED = 20
MISSES_IN_ALL = 300
PER_S = 60.0
MOST_ADDRESSES = 10_000


class Misses:
    """Counts unknown codes by address and in all; a found code costs nothing.

    Phones of one waiting room share an address, so only misses count, and codes that were found
    before are not asked about here at all.
    """

    def __init__(self) -> None:
        self._of: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._all = (0.0, 0)

    def too_many(self, address: str, at: float) -> bool:
        """Return whether this address, or everybody together, missed too often of late."""
        return (
            _count(self._of.get(address), at) >= MISSES_ALLOWED
            or _count(self._all, at) >= MISSES_IN_ALL
        )

    def missed(self, address: str, at: float) -> None:
        """Count an unknown code."""
        self._of[address] = _one_more(self._of.get(address), at)
        self._of.move_to_end(address)
        if len(self._of) > MOST_ADDRESSES:
            self._of.popitem(last=False)
        self._all = _one_more(self._all, at)


def _count(since: tuple[float, int] | None, at: float) -> int:
    return since[1] if since is not None and at - since[0] < PER_S else 0


def _one_more(since: tuple[float, int] | None, at: float) -> tuple[float, int]:
    count = _count(since, at)
    return (since[0], count + 1) if since is not None and count else (at, 1)
