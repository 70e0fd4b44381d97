"""CUPS's ipptool, with its own IPP/1.1 suite, judges the simulated printer."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.ipp.simulator import IppSimulator, start

_PDF = b"%PDF-1.7\n" + bytes(range(256)) * 300 + b"\n%%EOF\n"


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[IppSimulator]:
    simulator = start({}, out=tmp_path / "out")
    yield simulator
    simulator.stop()


@pytest.mark.parametrize(
    "suite",
    ["ipp-1.1.test", "get-printer-attributes.test", "validate-job.test", "print-job-and-wait.test"],
)
def test_ipptool_passes(simulator: IppSimulator, tmp_path: Path, suite: str) -> None:
    document = tmp_path / "page.pdf"
    document.write_bytes(_PDF)

    judged = subprocess.run(
        ["ipptool", "-t", "-T", "30", "-f", str(document), simulator.address, suite],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert judged.returncode == 0, judged.stdout
    assert "[FAIL]" not in judged.stdout


def test_what_ipptool_prints_is_left_byte_by_byte(simulator: IppSimulator, tmp_path: Path) -> None:
    document = tmp_path / "page.pdf"
    document.write_bytes(_PDF)

    subprocess.run(
        ["ipptool", "-f", str(document), simulator.address, "print-job-and-wait.test"],
        capture_output=True,
        timeout=120,
        check=True,
    )

    (printed,) = simulator.out.iterdir()
    assert printed.read_bytes() == _PDF
