"""Fonts for names in other scripts: free packages of Debian, used where the machine has them.

Our own fonts write Latin, Greek and Cyrillic. These are embedded only in a paper that needs them.
"""

from __future__ import annotations

from pathlib import Path

_TRUETYPE = Path("/usr/share/fonts/truetype")
_PACKAGES = {
    "fonts-dejavu-core": "dejavu/DejaVuSans.ttf",  # Arabic, Hebrew, Armenian, Georgian
    "fonts-wqy-microhei": "wqy/wqy-microhei.ttc",  # Chinese, Japanese, Korean
    "fonts-lohit-deva": "lohit-devanagari/Lohit-Devanagari.ttf",
    "fonts-lohit-taml": "lohit-tamil/Lohit-Tamil.ttf",
    "fonts-tlwg-garuda-ttf": "tlwg/Garuda.ttf",  # Thai
}


def folders() -> list[Path]:
    """Return the folders of those fonts that this machine has."""
    return [(_TRUETYPE / file).parent for file in _PACKAGES.values() if _is_there(file)]


def missing_packages() -> list[str]:
    """Return the packages whose scripts a letter leaves out on this machine."""
    return [package for package, file in _PACKAGES.items() if not _is_there(file)]


def _is_there(file: str) -> bool:
    return (_TRUETYPE / file).is_file()
