"""The voice: a program of its own that is told words of the catalogue and never an answer."""

from __future__ import annotations

import asyncio
import os
import stat
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from offices import KEY, office
from person import Person

from kiosk import events as on
from kiosk.voice import Voice, spoken_words
from kiosk.words import load_catalogues

WITHIN_S = 30.0
WORDS = load_catalogues()
SPEAKER = """#!/bin/sh
echo "$$" >> "{folder}/speaking"
cat > "{folder}/said-$2-$$"
mv "{folder}/said-$2-$$" "{folder}/heard-$2-$$"
exec sleep 600
"""


@pytest.fixture
def speaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in espeak-ng's place that writes down what it is told and goes on speaking."""
    program = tmp_path / "bin" / "espeak-ng"
    program.parent.mkdir()
    program.write_text(SPEAKER.format(folder=tmp_path))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return tmp_path


def test_only_words_of_the_catalogue_are_spoken() -> None:
    session = Person().begin("payment").do(*[on.KeyTouched(sign) for sign in "CTH26"]).session

    spoken = spoken_words(session, WORDS["id"])

    assert spoken.startswith(WORDS["id"]["case.title"])
    assert "CTH26" not in spoken
    assert "{" not in spoken


def test_a_new_screen_cuts_the_old_one_off_and_whoever_leaves_silences_it(speaker: Path) -> None:
    person = Person().do(on.OfficeSeen(office()), on.LanguageChosen("en", KEY), on.SpeechTouched())

    async def story() -> None:
        voice = Voice()
        voice.follow(person.session, WORDS["en"])
        voice.follow(replace(person.session, at=1.0), WORDS["en"])
        await _until(lambda: len(_heard(speaker)) == 1)
        person.do(on.ServiceChosen("payment"))
        voice.follow(person.session, WORDS["en"])
        await _until(lambda: len(_heard(speaker)) == 2)
        await _until(lambda: len(_speaking(speaker)) == 1)

        person.do(on.StartOverTouched())
        voice.follow(person.session, WORDS["en"])
        await _until(lambda: not _speaking(speaker))

    asyncio.run(story())
    assert WORDS["en"]["service.title"] in _heard(speaker)[0]
    assert WORDS["en"]["case.title"] in _heard(speaker)[1]


def _heard(folder: Path) -> list[str]:
    spoken = sorted(folder.glob("heard-*"), key=lambda path: path.stat().st_mtime_ns)
    return [path.read_text() for path in spoken]


def _speaking(folder: Path) -> list[str]:
    pids = (folder / "speaking").read_text().split() if (folder / "speaking").exists() else []
    return [pid for pid in pids if _runs(pid)]


def _runs(pid: str) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


async def _until(true: Callable[[], bool]) -> None:
    limit = time.monotonic() + WITHIN_S
    while not true():
        assert time.monotonic() < limit, "it did not come true in time"
        await asyncio.sleep(0.02)
