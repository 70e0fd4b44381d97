"""The words of the screens by language and key, and how times and dates are written."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from babel.dates import format_date

LANGUAGES = ("id", "en")
_FOLDER = Path(__file__).parent / "locale"

Catalogue = Mapping[str, str]


def load_catalogues() -> dict[str, Catalogue]:
    """Return every language's catalogue, keys as `screen.word`."""
    return {language: _load(_FOLDER / f"{language}.toml") for language in LANGUAGES}


def clock(at: datetime) -> str:
    """Return the time of day as tickets and displays write it in every language: 09.41."""
    return f"{at:%H.%M}"


def long_day(day: date, language: str) -> str:
    """Return `Senin, 23 November 2026` or `Monday, 23 November 2026`."""
    return str(format_date(day, "EEEE, d MMMM y", locale="id" if language == "id" else "en_GB"))


def short_day(iso: str, language: str) -> str:
    """Return an ISO date as `12 Agustus 1974`; a date known only in part stays as it is."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso
    return str(format_date(day, "d MMMM y", locale="id" if language == "id" else "en_GB"))


def _load(path: Path) -> Catalogue:
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        f"{screen}.{word}": text for screen, words in tables.items() for word, text in words.items()
    }
