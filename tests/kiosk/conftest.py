"""One real window for all screen tests of a process: SDL's offscreen driver, real OpenGL."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from glass import Glass, prepare_window


@pytest.fixture(scope="session")
def _window() -> None:
    os.environ["SDL_VIDEODRIVER"] = "offscreen"
    os.environ["SDL_AUDIODRIVER"] = "dummy"
    prepare_window(Path(tempfile.mkdtemp(prefix="kiosk-kivy-")))


@pytest.fixture
def glass(_window: None) -> Iterator[Glass]:
    """A kiosk behind glass: a fresh app in the window, touched and stepped by the test."""
    pane = Glass()
    yield pane
    pane.put_away()
