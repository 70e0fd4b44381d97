"""Reads screens aloud by espeak-ng, as a process; only words from the catalogue, no answers."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from kiosk.state import Session

PROGRAM = "espeak-ng"
WORDS_PER_MINUTE = "145"
SOUND_CARDS = Path("/proc/asound/cards")
PANEL_WORDS = {"help": "help", "languages": "languages", "still_there": "still"}
SPOKEN = ("title", "lead", "field", "hint")


def can_speak() -> bool:
    """Return whether the machine has the voice and something to play it on."""
    if shutil.which(PROGRAM) is None or not SOUND_CARDS.exists():
        return False
    return "no soundcards" not in SOUND_CARDS.read_text(encoding="utf-8")


class Voice:
    """Says what a screen is about when it appears; a new screen cuts the old one off."""

    def __init__(self) -> None:
        self._said: tuple[str, str, str] | None = None
        self._task: asyncio.Task[None] | None = None

    def follow(self, session: Session, catalogue: Mapping[str, str]) -> None:
        """Say the screen of `session` if it is new and the person wants to hear it."""
        if not session.view.speech:
            self._said = None
            self.hush()
            return
        screen = (session.screen, session.panel, session.view.language)
        if screen == self._said:
            return
        self._said = screen
        self.hush()
        text = spoken_words(session, catalogue)
        self._task = asyncio.get_running_loop().create_task(_say(text, session.view.language))

    def hush(self) -> None:
        """Stop at once."""
        if self._task is not None:
            self._task.cancel()
            self._task = None


def spoken_words(session: Session, catalogue: Mapping[str, str]) -> str:
    """Return what is said of the screen: its title and instructions, never an answer."""
    place = PANEL_WORDS.get(session.panel, session.screen)
    sentences = [catalogue.get(f"{place}.{word}", "") for word in SPOKEN]
    return ". ".join(text.rstrip(".") for text in sentences if text and "{" not in text)


async def _say(text: str, language: str) -> None:
    # on standard input: what a command line holds is in every list of processes
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "-v", language, "-s", WORDS_PER_MINUTE, "--stdin",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await process.communicate(text.encode())
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
