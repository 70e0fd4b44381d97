"""Catalogues are complete, colours are strong enough, times are written as the language does."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import product

import pytest

from kiosk.theme import CONTRAST, LIGHT, Theme, contrast
from kiosk.words import clock, load_catalogues, short_day

TEXTS = ("text", "quiet", "primary", "good", "warn", "bad")
GROUNDS = ("ground", "surface", "tint")


def test_every_key_is_in_every_language_with_the_same_places() -> None:
    catalogues = load_catalogues()
    indonesian = catalogues["id"]

    for words in catalogues.values():
        assert words.keys() == indonesian.keys()
        for key, text in words.items():
            assert text.strip()
            assert _places(text) == _places(indonesian[key]), key


@pytest.mark.parametrize("theme", [LIGHT, CONTRAST], ids=["light", "contrast"])
def test_text_stands_at_seven_to_one(theme: Theme) -> None:
    pairs = [
        *product(TEXTS[:3], GROUNDS),
        *[(tone, ground) for tone in TEXTS[3:] for ground in ("surface", f"{tone}_ground")],
        ("on_primary", "primary"),
        ("on_header", "header"),
        ("on_header_quiet", "header"),
    ]

    weak = {
        pair: round(contrast(getattr(theme, pair[0]), getattr(theme, pair[1])), 1)
        for pair in pairs
        if contrast(getattr(theme, pair[0]), getattr(theme, pair[1])) < 7
    }
    assert not weak


@pytest.mark.parametrize("theme", [LIGHT, CONTRAST], ids=["light", "contrast"])
def test_borders_and_icons_stand_at_three_to_one(theme: Theme) -> None:
    assert all(contrast(theme.border, getattr(theme, ground)) >= 3 for ground in GROUNDS)
    assert contrast(theme.gold, theme.header) >= 3


def test_times_and_days_are_written_as_the_language_does() -> None:
    at = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)

    assert clock(at) == "09.41"
    assert short_day("1974-08-12", "id") == "12 Agustus 1974"
    assert short_day("1974-08", "id") == "1974-08"


def _places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("theme", [LIGHT, CONTRAST], ids=["light", "contrast"])
def test_a_touched_button_is_seen_and_its_words_stay_readable(theme: Theme) -> None:
    assert contrast(theme.pressed, theme.surface) >= 1.5
    assert min(contrast(theme.pressed, words) for words in (theme.text, theme.primary)) >= 4.5
