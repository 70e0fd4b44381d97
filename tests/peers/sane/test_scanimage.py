"""SANE's own scanimage and our driver see the same scanner and the same picture."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Iterator

import pytest
from PIL import Image, ImageChops, ImageStat

from devices.address import parse_address
from devices.sane.driver import connect
from devices.sane.simulator import SaneSimulator, start


@pytest.fixture
def simulator() -> Iterator[SaneSimulator]:
    simulator = start({})
    yield simulator
    simulator.stop()


def _scanimage(simulator: SaneSimulator, *options: str) -> subprocess.CompletedProcess[bytes]:
    folder = parse_address(simulator.address).options["config"]
    return subprocess.run(
        ["scanimage", "-d", "test:0", *options],
        env={**os.environ, "SANE_CONFIG_DIR": folder},
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_scanimage_delivers_the_picture_that_our_driver_delivers(simulator: SaneSimulator) -> None:
    area = ["-l", "0", "-t", "0", "-x", "210", "-y", "297"]
    foreign = _scanimage(simulator, "--format=pnm", "--mode", "Color", "--resolution", "150", *area)
    scanner = connect(parse_address(simulator.address))

    (page,) = scanner.scan(dpi=150)
    scanner.close()

    theirs, ours = Image.open(io.BytesIO(foreign.stdout)), Image.open(io.BytesIO(page.jpeg))
    assert ours.size == theirs.size == (1240, 1753)
    difference = ImageChops.difference(ours.reduce(8), theirs.convert("RGB").reduce(8))
    assert max(ImageStat.Stat(difference).mean) < 4  # JPEG against raw pixels


@pytest.mark.parametrize(
    ("fault", "words"),
    [("jammed", b"jammed"), ("cover_open", b"cover is open"), ("io_error", b"I/O")],
)
def test_scanimage_meets_the_same_faults(
    simulator: SaneSimulator, fault: str, words: bytes
) -> None:
    simulator.fault(fault)

    said = _what_scanimage_says(simulator)

    assert words in said


def _what_scanimage_says(simulator: SaneSimulator) -> bytes:
    folder = parse_address(simulator.address).options["config"]
    scanimage = subprocess.Popen(
        ["scanimage", "-d", "test:0", "--format=pnm"],
        env={**os.environ, "SANE_CONFIG_DIR": folder},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        return scanimage.communicate(timeout=60)[1]
    except subprocess.TimeoutExpired:  # the backend hangs now and then when it is cancelled
        scanimage.kill()
        return scanimage.communicate()[1]
