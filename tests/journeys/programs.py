"""What journeys and faults share: whole programs on loopback, ended and judged with the test."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from living_hub import LivingHub, make_template
from small_disk import SmallDisk

from bench.cluster import Cluster
from hub.demo.processes import Crew

FOLDERS = {"journeys", "faults", "postgres"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here starts whole programs."""
    for item in items:
        if item.path.parent.name in FOLDERS and not item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice office on disk, to be copied."""
    return make_template(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="session")
def template_on_postgresql(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with its database in PostgreSQL."""
    # each folder whose conftest takes this fixture has one of its own
    url = cluster.create(f"template_{secrets.token_hex(8)}")
    return make_template(tmp_path_factory.mktemp("office"), "--database", url)


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    """The programs of one test."""
    with Crew(tmp_path / "logs") as started:
        yield started


@pytest.fixture
def living(
    request: pytest.FixtureRequest, tmp_path: Path, crew: Crew
) -> Iterator[Callable[..., LivingHub]]:
    """Start a hub of the test's own, `living()` or `living(tls=True)`; at the end it is sound."""
    started: list[LivingHub] = []
    on_postgresql = getattr(request, "param", "sqlite") == "postgresql"
    name = "template_on_postgresql" if on_postgresql else "template"
    template = request.getfixturevalue(name)
    cluster = request.getfixturevalue("cluster") if on_postgresql else None

    def start(*, tls: bool = False, disk: SmallDisk | None = None) -> LivingHub:
        folder = (disk.folder if disk else tmp_path) / "office"
        inside = disk.inside if disk else ()
        hub = LivingHub(template, folder, crew, tls=tls, inside=inside, cluster=cluster)
        started.append(hub)
        return started[-1]

    yield start
    for hub in started:
        assert hub.check().startswith("sound")


on_both_databases = pytest.mark.parametrize("living", ["sqlite", "postgresql"], indirect=True)
