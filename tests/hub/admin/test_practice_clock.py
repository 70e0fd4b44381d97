"""A practice office's clock: set forward, never back, and remembered by the office itself."""

from __future__ import annotations

import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hub.admin import MoveClock, perform
from hub.clock import PracticeClock, SystemClock
from hub.errors import BadInput
from hub.settings import Settings, settings_for

SECOND = timedelta(seconds=1)
"""The lead is kept in whole seconds."""


@pytest.fixture
def settings(empty_house: Path, tmp_path: Path) -> Settings:
    shutil.copy(empty_house.with_name("hub.key"), tmp_path / "hub.key")
    return settings_for(shutil.copytree(empty_house, tmp_path / "hub"))


def said(settings: Settings) -> datetime:
    [line] = perform(settings, SystemClock(), MoveClock())
    return datetime.fromisoformat(line)


def test_a_clock_that_was_set_is_known_when_the_hub_has_ended(settings: Settings) -> None:
    before = said(settings)
    to = before + timedelta(days=2)

    perform(settings, PracticeClock(), MoveClock(to))

    assert before < to - timedelta(days=1)
    assert to - SECOND <= said(settings) < to + timedelta(days=1)


def test_a_time_before_the_clock_is_refused_saying_how_late_it_is(settings: Settings) -> None:
    clock = PracticeClock(timedelta(days=2))

    with pytest.raises(BadInput) as refused:
        perform(settings, clock, MoveClock(SystemClock().now()))

    assert refused.value.code == "clock_goes_back"
    assert re.search(r"stands at \d{4}-\d\d-\d\d \d\d:\d\d ", str(refused.value))
