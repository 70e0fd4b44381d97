"""Who may import whom, what a program loads, and that schema, scripts and models agree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import hub.models.application
import hub.models.officer
import hub.models.queue
import hub.models.station  # noqa: F401 — fill the metadata
from hub.database import Database, sqlite_url
from hub.migration import SCRIPTS, migrate
from hub.models.schema import Base
from hub.settings import SCHEMA_REVISION

ROOT = Path(__file__).parents[1]
PACKAGES = ("kiosk", "counter_agent", "hub", "devices")
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


@dataclass(frozen=True)
class Violation:
    """A line that somebody might write, and the contracts that must stop it."""

    module: str
    line: str
    broken: frozenset[str]


STOREYS = "Kiosk and agent stand side by side over the hub's door and the devices"
BY_THE_DOOR = "Kiosk and agent enter the hub only through hub.client, hub.wire and hub.errors"
LIGHT_DOOR = "The hub's door loads neither database nor web framework"
NO_DEVICE = "The hub judges evidence itself and drives no device"
PURE_MODULES = "The hub imports only the pure modules of devices"
ISLANDS = "Devices know nobody"
BLIND_DRIVER = "A driver never sees its simulator"
ROOMS = "In the hub: pages over subjects over feed and writer over tables over rules"
NO_KIVY = "The kiosk's flow knows no Kivy"

VIOLATIONS = (
    Violation("kiosk/flow.py", "import counter_agent.outbox", frozenset({STOREYS})),
    Violation("counter_agent/jobs.py", "import hub.stations", frozenset({BY_THE_DOOR})),
    Violation("hub/wire/requests.py", "import sqlalchemy", frozenset({LIGHT_DOOR})),
    Violation("hub/cases/passports.py", "import cv2", frozenset({NO_DEVICE})),
    Violation("hub/cases/passports.py", "import devices.registry", frozenset({PURE_MODULES})),
    Violation("devices/address.py", "import zeroconf", frozenset({ISLANDS})),
    Violation("devices/r30x/driver.py", "import devices.r30x.simulator", frozenset({BLIND_DRIVER})),
    Violation("hub/tickets/rows.py", "import hub.web.tokens", frozenset({ROOMS})),
    Violation("kiosk/flow.py", "import kivy.clock", frozenset({NO_KIVY})),
)


@dataclass
class Copy:
    """The four packages in a folder of their own, to be spoilt."""

    folder: Path

    def broken_contracts(self) -> set[str]:
        told = subprocess.run(
            [LINT_IMPORTS, "--no-logo"],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        verdicts = dict(re.findall(r"^(.+?) (KEPT|BROKEN)(?: \(.*\))?$", told.stdout, re.MULTILINE))
        assert set(verdicts) == contract_names(), told.stdout + told.stderr
        return {name for name, verdict in verdicts.items() if verdict == "BROKEN"}


def contract_names() -> set[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    folder = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return Copy(folder)


def test_the_code_keeps_every_contract() -> None:
    told = subprocess.run(
        [LINT_IMPORTS, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert told.returncode == 0, told.stdout


def test_every_contract_has_a_violation_that_proves_it() -> None:
    assert set().union(*(one.broken for one in VIOLATIONS)) == contract_names()


@pytest.mark.slow
@pytest.mark.xdist_group("contracts")
@pytest.mark.parametrize("violation", VIOLATIONS, ids=lambda one: f"{one.module}: {one.line}")
def test_a_violation_breaks_exactly_its_contracts(copy: Copy, violation: Violation) -> None:
    spoilt = copy.folder / violation.module
    sound = spoilt.read_text()
    spoilt.write_text(f"{sound}\n{violation.line}\n")

    try:
        assert copy.broken_contracts() == violation.broken
    finally:
        spoilt.write_text(sound)


@pytest.mark.parametrize(
    ("module", "stays_away"),
    [
        ("hub.client", ("sqlalchemy", "litestar")),
        ("hub.wire", ("sqlalchemy", "litestar")),
        ("hub.errors", ("sqlalchemy", "litestar")),
        ("hub.serving", ("alembic", "typst", "pyhanko", "cv2", "kivy")),
    ],
)
def test_a_program_loads_only_what_it_needs(module: str, stays_away: tuple[str, ...]) -> None:
    question = f"import {module}, sys; print(*sys.modules)"

    told = subprocess.run(
        [sys.executable, "-c", question], cwd="/", capture_output=True, text=True, check=True
    )

    assert set(told.stdout.split()).isdisjoint(stays_away)


def test_the_schema_revision_is_that_of_the_newest_script() -> None:
    assert ScriptDirectory(str(SCRIPTS)).get_heads() == [SCHEMA_REVISION]


# an index over an expression is compared on PostgreSQL, which can be asked for it
@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_a_migrated_database_is_what_the_models_say(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "fresh.db"))

    migrate(database)

    with database.reading_core() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    database.close()
