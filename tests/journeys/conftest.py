"""Real programs on loopback, each a process of its own; ended with the test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from living_hub import LivingHub, make_template

from hub.demo.processes import Crew


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here starts whole programs."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice office on disk, to be copied."""
    return make_template(tmp_path_factory.mktemp("office"))


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    """The programs of one test."""
    with Crew(tmp_path / "logs") as started:
        yield started


@pytest.fixture
def living(template: Path, tmp_path: Path, crew: Crew) -> Callable[..., LivingHub]:
    """Start a hub of the test's own: `living()`, or `living(tls=True)`."""

    def start(*, tls: bool = False) -> LivingHub:
        return LivingHub(template, tmp_path / "office", crew, tls=tls)

    return start
