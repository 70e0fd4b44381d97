"""The office's emblem for the head of its papers: `emblem.svg` beside office.toml, or none.

Loket draws no emblem of its own: whose it is, and in which form it may be used, the office knows.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from hub.office.loader import OfficeFileError

NAME = "emblem.svg"
LARGEST = 512 * 1024
_SVG = "{http://www.w3.org/2000/svg}svg"


def read_emblem(folder: Path) -> str | None:
    """Return the drawing in the office's `folder`, None without one. Raises OfficeFileError."""
    file = folder / NAME
    if not file.exists():
        return None
    try:
        drawing = file.read_bytes()
        text = drawing.decode("utf-8")
        root = ElementTree.fromstring(text)  # noqa: S314 — the administrator's own file
    except (OSError, ValueError, ElementTree.ParseError) as error:
        raise OfficeFileError(
            NAME, 1, "the emblem must be an SVG drawing that can be read"
        ) from error
    if root.tag != _SVG or len(drawing) > LARGEST:
        limit = LARGEST // 1024
        raise OfficeFileError(NAME, 1, f"the emblem must be an SVG drawing of at most {limit} KiB")
    return text
