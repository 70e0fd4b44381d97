"""Which database a hub uses: the URL it is given, and the file that `init` writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.cluster import Cluster
from hub.errors import BadInput
from hub.placement import FILE, Placement, checked_url, read_placement, write_placement
from hub.settings import THE_OFFICE, settings_for


def loket(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hub.command", "hub", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_name_of_postgresql_is_understood(scheme: str) -> None:
    assert checked_url(f"{scheme}://loket@db/x") == "postgresql+psycopg://loket@db/x"


@pytest.mark.parametrize("url", ["mysql://loket@db/x", "nonsense", "postgresql+psycopg2://db/x"])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match="database_unknown"):
        checked_url(url)


def test_a_password_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(BadInput, match="password_in_url") as refused:
        checked_url("postgresql://loket:rahasia@db/x")

    assert "rahasia" not in str(refused.value)


def test_what_init_wrote_is_read_by_every_command(tmp_path: Path) -> None:
    url = "postgresql+psycopg://loket@/region?host=%2Frun%2Fpostgresql"

    write_placement(tmp_path, Placement(url, 7))

    assert read_placement(tmp_path) == Placement(url, 7)
    assert (settings_for(tmp_path).database_url, settings_for(tmp_path).office) == (url, 7)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_without_the_file_it_is_the_only_office_of_a_sqlite_file(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)

    assert settings.database_url.endswith("/loket.db")
    assert settings.office == THE_OFFICE


@pytest.mark.parametrize("text", ["office = 1", 'office = "x"\ndatabase = ""', "x = 1", "= ="])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)

    with pytest.raises(BadInput, match=r"hub_toml_broken: .*hub\.toml"):
        settings_for(tmp_path)


def test_an_office_in_postgresql_is_made_and_checked_by_command(
    tmp_path: Path, cluster: Cluster
) -> None:
    url = cluster.create("by_command").replace("+psycopg", "")

    made = loket("init", "--data", tmp_path / "hub", "--database", url, "--code", "BDG")
    checked = loket("check", "--data", tmp_path / "hub")

    assert made.returncode == 0, made.stderr
    assert checked.stdout.startswith("sound"), checked.stderr


def test_a_database_that_is_not_there_is_said_in_both_languages(tmp_path: Path) -> None:
    url = f"postgresql://loket@/x?host={tmp_path}"

    refused = loket("init", "--data", tmp_path / "hub", "--database", url)

    assert refused.returncode == 1
    assert "Basis data tidak menjawab" in refused.stderr
    assert "The database does not answer" in refused.stderr
    assert "Traceback" not in refused.stderr
