"""What a reader remembers: of the document that lies on it, and of chips it had trouble with.

Held in memory only; a chip is known by a salted hash of its key, so that nothing personal stays.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict

from devices.capabilities import AccessKey, CanKey
from devices.emrtd.reading import ReadPlan

_MOST_CHIPS = 64


class ChipMemory:
    """Refusals and withheld groups since the document was laid down; reading plans by chip."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(16)
        self._slower: OrderedDict[bytes, ReadPlan] = OrderedDict()
        self._placement = -1
        self.refusals = 0
        self.wrong_cans = 0
        self.withheld: dict[str, int] = {}

    def laid_down(self, placement: int) -> None:
        """Forget what was of another document; `placement` grows whenever one comes or goes."""
        if placement != self._placement:
            self._placement = placement
            self.refusals = self.wrong_cans = 0
        self.withheld = {}

    def refused(self, key: AccessKey) -> None:
        """Count a wrong key."""
        self.refusals += 1
        self.wrong_cans += isinstance(key, CanKey)

    def plans(self, key: AccessKey, *, wide: bool) -> list[ReadPlan]:
        """Return the plans to try, fastest first, from the one that worked with this chip on."""
        ladder = [ReadPlan.fast(), ReadPlan.cautious()]
        if wide:
            ladder.insert(0, ReadPlan.wide())
        known = self._slower.get(self._name(key))
        return ladder[ladder.index(known) :] if known in ladder else ladder

    def worked(self, key: AccessKey, plan: ReadPlan) -> None:
        """Note with which plan this chip was read."""
        name = self._name(key)
        self._slower[name] = plan
        self._slower.move_to_end(name)
        if len(self._slower) > _MOST_CHIPS:
            self._slower.popitem(last=False)

    def _name(self, key: AccessKey) -> bytes:
        return hashlib.sha256(self._salt + repr(key).encode()).digest()
