"""The serving process carries nothing that it does not serve with, and keeps its number."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ABSENT = (
    "typer",
    "rich",
    "alembic",
    "typst",
    "pyhanko",
    "numpy",
    "rapidfuzz",
    "asn1crypto",
    "ecdsa",
    "babel",
    "bagit",
    "segno",
    "smtplib",
    "tarfile",
    "difflib",
    "click",
    "multiprocessing",
)


def test_what_serves_loads_no_command_line_no_migrations_and_no_chip_judge() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, hub.serve, hub.serving; print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip

    assert "hub.web.app" in told
    assert [name for name in ABSENT if name in told] == []


@pytest.mark.slow
def test_the_command_line_becomes_the_serving_process(empty_house: Path, tmp_path: Path) -> None:
    missing = subprocess.run(
        [sys.executable, "-m", "hub.command", "hub", "serve", "--data", tmp_path / "none"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert missing.returncode == 1
    assert "Belum ada hub" in missing.stderr
    assert "Traceback" not in missing.stderr

    folder = tmp_path / "hub"
    shutil.copytree(empty_house, folder)
    shutil.copy(empty_house.with_name("hub.key"), tmp_path / "hub.key")
    serving = subprocess.Popen(
        [sys.executable, "-m", "hub.command", "hub", "serve", "--data", folder, "--plain",
         "--port", "0", "--interface", "127.0.0.1", "--practice-clock", "2026-11-24T09:00:00"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with serving:
        assert serving.stdout is not None
        assert serving.stdout.readline().startswith("ready http://127.0.0.1:")
        running = Path(f"/proc/{serving.pid}/cmdline").read_bytes().split(b"\0")
        os.kill(serving.pid, signal.SIGTERM)

    assert running[1:5] == [b"-X", b"no_debug_ranges", b"-m", b"hub.serve"]
    assert serving.returncode == 0
