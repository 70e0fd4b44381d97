"""Real-time commands in a stream as it arrives: obeyed even inside a picture."""

from __future__ import annotations

import re
from typing import Final

from devices.escpos import wire

_QUESTION: Final = re.compile(rb"\x10\x04[\x01-\x04\x14]|" + re.escape(wire.CLEAR), re.DOTALL)


class RealTimeScanner:
    """Finds DLE EOT 1-4 and 20 and DLE DC4 8, also when they come in pieces."""

    def __init__(self) -> None:
        self._begun = b""

    def feed(self, octets: bytes) -> list[tuple[bytes, int]]:
        """Return each command that ends in `octets`, with the place behind its end there."""
        before = len(self._begun)
        seen = self._begun + octets
        found = [(match[0], match.end() - before) for match in _QUESTION.finditer(seen)]
        rest = found[-1][1] + before if found else 0
        self._begun = seen[max(rest, len(seen) - len(wire.CLEAR) + 1) :]
        return found
