"""The waiting room's voice: what is said, that it is sound, and that nothing else is said."""

from __future__ import annotations

import io
import wave

import httpx
import pytest

from hub.web.display.voice import spoken_call


@pytest.mark.parametrize(
    ("number", "counter", "indonesian", "english"),
    [
        (
            "A-001",
            3,
            "Nomor antrean, A, nol, nol, satu. Silakan menuju loket tiga.",
            "Queue number A, zero, zero, one. Please proceed to counter three.",
        ),
        (
            "A-999",
            12,
            "Nomor antrean, A, sembilan, sembilan, sembilan. Silakan menuju loket dua belas.",
            "Queue number A, nine, nine, nine. Please proceed to counter twelve.",
        ),
        (
            "A-1000",
            20,
            "Nomor antrean, A, satu, nol, nol, nol. Silakan menuju loket dua puluh.",
            "Queue number A, one, zero, zero, zero. Please proceed to counter twenty.",
        ),
        (
            "IZ-010",
            45,
            "Nomor antrean, I, Z, nol, satu, nol. Silakan menuju loket empat puluh lima.",
            "Queue number I, Z, zero, one, zero. Please proceed to counter forty five.",
        ),
    ],
)
def test_a_number_is_said_sign_by_sign(number, counter, indonesian, english):
    assert spoken_call(number, counter, "id") == indonesian
    assert spoken_call(number, counter, "en") == english


def test_a_call_of_today_is_sound_and_nothing_else_is_said(office, enter):
    office.ticket("complaint")
    officer = enter(office, "loket").go("/counter/1")
    officer.press("F2")
    officer.press("F2")
    number = officer.text(".ticket-number")

    said = httpx.get(f"{office.url}/display/voice/{number}/1/id", timeout=30)

    assert said.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(said.content)) as clip:
        assert 2 < clip.getnframes() / clip.getframerate() < 15
    for other in (f"{number}/2/id", f"{number}/1/fr", "A-999/1/id"):
        assert httpx.get(f"{office.url}/display/voice/{other}").status_code == 404

    officer.press("F4")
    board = enter(office).go("/display")
    board.page.click("#voice")
    board.page.wait_for_selector("body[data-saying]", timeout=20_000)
    assert board.page.get_attribute("body", "data-saying") == number
    officer.press("Alt+h")
    officer.press("F8")
    officer.click("[action$='/close'] button")
