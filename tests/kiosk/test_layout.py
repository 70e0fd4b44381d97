"""The layout gate: every screen in every language, theme and scale, and 40 % longer words."""

from __future__ import annotations

import pytest
from glass import Glass
from offices import walk

from kiosk.theme import TARGET_PX
from kiosk.words import load_catalogues

EXACT = 1.5
MARGIN_PX = 2.0
TOP_OF_REACH = 0.78
"""Lower part of the glass that a seated person reaches (27 inches at 750 mm)."""
SETTINGS = [(), ("large", "large"), ("contrast", "low", "large")]


def longer(text: str) -> str:
    """Return `text` with 40 % more letters, in words as long as its own."""
    words = text.split(" ")
    extra, room = [], len(text) * 0.4
    for word in words * 2:
        if room <= 0 or "{" in word:
            break
        extra.append(word)
        room -= len(word) + 1
    return " ".join([*words, *extra])


def catalogues(pseudo: bool) -> dict[str, dict[str, str]]:
    found = {language: dict(words) for language, words in load_catalogues().items()}
    if not pseudo:
        return found
    # names of the bar and of keys are chosen to be short in every language
    return {
        language: {
            key: text if key.startswith(("bar.", "own.")) else longer(text)
            for key, text in words.items()
        }
        for language, words in found.items()
    }


def faults(glass: Glass, name: str) -> list[str]:
    from kiosk.widgets.text import Text

    found = []
    for widget in glass.shell.walk(restrict=True):
        if not isinstance(widget, Text) or not widget.text or widget.width <= 0:
            continue
        high, wide = widget.texture_size[1], widget.drawn_width
        if high > widget.height + MARGIN_PX or wide > widget.width + MARGIN_PX:
            found.append(f"{name}: clipped {widget.text[:40]!r}")
        inside = widget.x > -1 and widget.right < glass.shell.width + 1 and widget.y > -1
        if not inside or widget.top > glass.shell.height + 1:
            found.append(f"{name}: outside {widget.text[:40]!r}")
    page = glass.shell.page
    over = page.measure(page.width, glass.shell.look) - page.height
    if over > EXACT:
        found.append(f"{name}: the screen is fuller than the glass by {over:.0f} px")
    small = [
        f"{name}: {button.name} is {button.width:.0f}×{button.height:.0f}"
        for button in glass.shell.pressables()
        if min(button.width, button.height) < TARGET_PX - EXACT
    ]
    return found + small


def overlapping(glass: Glass, name: str) -> list[str]:
    buttons = glass.shell.pressables()
    return [
        f"{name}: {one.name} and {other.name} overlap"
        for place, one in enumerate(buttons)
        for other in buttons[place + 1 :]
        if one.collide_widget(other)
    ]


pytestmark = pytest.mark.usefixtures("_window")


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: "+".join(settings) or "plain")
@pytest.mark.parametrize("language", ["id", "en", "id-longer", "en-longer"])
def test_nothing_is_clipped_and_every_button_is_large_enough(
    language: str, settings: tuple[str, ...]
) -> None:
    code, _, kind = language.partition("-")
    words = catalogues(pseudo=kind == "longer")
    found: list[str] = []

    for name, glass in walk(lambda: Glass(words, draws=False), code, settings):
        found += faults(glass, name) + overlapping(glass, name)

    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["id", "en"])
def test_in_wheelchair_height_everything_is_in_reach(language: str) -> None:
    too_high = []

    for name, glass in walk(lambda: Glass(draws=False), language, ("low",)):
        limit = glass.shell.height * TOP_OF_REACH
        too_high += [
            f"{name}: {button.name} reaches {button.top:.0f}"
            for button in glass.shell.pressables()
            if button.top > limit
        ]

    assert not too_high, "\n".join(too_high)


def test_in_ordinary_words_the_number_is_never_smaller_than_200_pixels() -> None:
    from kiosk.widgets.text import Text

    sizes = [
        widget.font_size
        for name, glass in walk(lambda: Glass(draws=False), "id", ("large", "large"))
        if name.startswith("ticket")
        for widget in glass.shell.walk(restrict=True)
        if isinstance(widget, Text) and widget.role == "number"
    ]

    assert sizes
    assert min(sizes) >= 200
