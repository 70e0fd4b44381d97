"""One real window for all screen tests of a process: SDL's offscreen driver, real OpenGL."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from glass import Glass, prepare_window
from small_hub import SmallHub

from devices.registry import start_simulator


@pytest.fixture(scope="session")
def _window() -> None:
    os.environ["SDL_VIDEODRIVER"] = "offscreen"
    os.environ["SDL_AUDIODRIVER"] = "dummy"
    prepare_window(Path(tempfile.mkdtemp(prefix="kiosk-kivy-")))


@pytest.fixture(autouse=True)
def _no_loop_left() -> Iterator[None]:
    """The window steps its own frames: no test leaves an asyncio loop running in the process."""
    yield
    assert asyncio._get_running_loop() is None


@pytest.fixture(scope="module", autouse=True)
def _garbage_is_collected_here() -> Iterator[None]:
    """Collect what a module left before the next one begins.

    Else a finaliser may run, and format a traceback, in the middle of somebody's `ast.parse`,
    which CPython before 3.11.5 answers by failing that innocent parse (gh-106905).
    """
    yield
    gc.collect()


@pytest.fixture
def glass(_window: None) -> Iterator[Glass]:
    """A kiosk behind glass: a fresh app in the window, touched and stepped by the test."""
    pane = Glass()
    yield pane
    pane.put_away()


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[Any]:
    """A receipt printer on TCP that leaves its tickets as pictures."""
    simulator = start_simulator("escpos", out=tmp_path / "tray")
    yield simulator
    simulator.stop()


@pytest.fixture
def passport() -> Iterator[Any]:
    """The specimen passport on a virtual reader behind the real pcscd."""
    simulator = start_simulator("emrtd")
    yield simulator
    simulator.stop()


@pytest.fixture
def hub() -> SmallHub:
    return SmallHub()
