"""The command line as somebody meets it: what there is, and what a wrong word is answered by."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import typer

COMMANDS = (
    "agent", "archive", "case", "cekal", "demo", "devices", "hub", "kiosk", "office", "verify",
)  # fmt: skip


def loket(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hub.command", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_every_command_says_what_it_is_for() -> None:
    told = loket("--help")

    rows = dict(line.split(maxsplit=1) for line in told.stdout.splitlines() if line[:2] == "  ")
    assert told.returncode == 0
    assert set(rows) == set(COMMANDS)
    assert rows["kiosk"] == "the touchscreen"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nonsense",), "tidak ada perintah 'nonsense' / no such command"),
        (("hub", "serve", "--data", "x", "--port", "99999"), "--port"),
        (("hub", "token", "--data", "x"), "sebut salah satu / name one of"),
        (("import", "--data", "x", "/nowhere"), "tidak ada berkas /nowhere / there is no"),
        (("verify", "/nowhere"), "beri / give --key FILE"),
        (("archive", "verify", "/nowhere"), "berkas memerlukan / files need --key"),
    ],
    ids=lambda part: part[0] if isinstance(part, tuple) else "",
)
def test_wrong_use_says_what_to_write_and_ends_with_2(words: tuple[str, ...], said: str) -> None:
    told = loket(*words)

    assert told.returncode == 2
    assert said in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"PK\x03\x04\xff", "baris/line 1: Baris ini bukan teks UTF-8"), (b"\n", "holds no case")],
)
def test_a_file_without_cases_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "cases.xlsx"
    file.write_bytes(content)

    told = loket("case", "import", "--data", tmp_path, file)

    assert told.returncode == 1
    assert said in told.stdout + told.stderr


def test_a_folder_that_cannot_be_used_is_named_in_both_languages(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    told = loket("hub", "init", "--data", file / "hub")

    assert told.returncode == 1
    assert "tidak dapat dipakai: Not a directory" in told.stderr
    assert "cannot be used: Not a directory" in told.stderr


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--hub", "nonsense"),
        ("--hub", "http://192.0.2.10:8080"),
        ("--printer", "nonsense"),
        ("--reader", "nonsense"),
    ],
)
def test_a_kiosk_names_the_option_that_it_cannot_use(
    option: str, value: str, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("x" * 43)

    told = loket("kiosk", "--token-file", tmp_path / "token", option, value)

    assert told.returncode == 2
    assert f"Invalid value for {option}" in told.stderr


def test_every_command_has_its_line_in_the_docs_and_an_example_in_its_help() -> None:
    page = (Path(__file__).parents[3] / "docs" / "commands.md").read_text(encoding="utf-8")
    for name, command in _commands():
        *_, last = name.split()
        assert re.search(rf"\b{last}\b", page), f"docs/commands.md says nothing of `loket {name}`"
        assert "Example:" in f"{command.help} {command.epilog}", name


def _commands() -> Iterator[tuple[str, Any]]:
    waiting = [
        (entry.name, typer.main.get_command(entry.load()))
        for entry in entry_points(group="loket.commands")
    ]
    while waiting:
        name, command = waiting.pop()
        inner = getattr(command, "commands", None)
        if inner is None:
            yield name, command
        else:
            waiting += [(f"{name} {word}", one) for word, one in inner.items()]
