"""Fingers on libfprint's virtual reader: the real library, in a child on the system's Python."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from devices.capabilities import CaptureResult, FingerprintReader
from devices.errors import AddressError, DeviceGone, DeviceSilent
from devices.fprint import wire
from devices.fprint.driver import FprintReader
from devices.fprint.simulator import HEIGHT_PX, WIDTH_PX, FprintSimulator, start
from devices.r30x.finger_picture import draw_finger
from devices.registry import open_device


@pytest.fixture
def finger() -> Iterator[FprintSimulator]:
    running = start({})
    yield running
    running.stop()


@pytest.fixture
def reader(finger: FprintSimulator) -> Iterator[FprintReader]:
    device = open_device(finger.address)
    assert isinstance(device, FprintReader)
    yield device
    device.close()


def captured(reader: FprintReader, finger: FprintSimulator, number: int | None = None):
    return reader.capture(
        wait_s=60, progress=lambda done, _: None if done else finger.press(number)
    )


def test_a_finger_comes_as_libfprint_gives_it(reader, finger) -> None:
    first, second = captured(reader, finger, 2), captured(reader, finger, 7)

    assert isinstance(reader, FingerprintReader)
    assert first.result is second.result is CaptureResult.CAPTURED
    assert first.image is not None
    assert second.image is not None
    assert first.image.pixels == draw_finger(2, WIDTH_PX, HEIGHT_PX)
    assert second.image.pixels == draw_finger(7, WIDTH_PX, HEIGHT_PX)
    assert (first.image.width_px, first.image.dpi, first.image.certified) == (WIDTH_PX, 500, False)
    assert first.template == b""


def test_no_finger_and_a_withdrawn_wish_are_ordinary_and_a_poor_one_is_asked_again(
    reader, finger
) -> None:
    waiting = threading.Event()

    nobody = reader.capture(wait_s=0.5)
    withdrawn = reader.capture(
        wait_s=60, progress=lambda _done, _of: waiting.set(), cancelled=waiting.is_set
    )
    finger.fault("messy")
    poor = captured(reader, finger)
    finger.fault("")

    assert nobody.result is withdrawn.result is CaptureResult.NO_FINGER
    assert poor.result is CaptureResult.MESSY
    assert captured(reader, finger).result is CaptureResult.CAPTURED


def test_a_library_that_hangs_is_ended_at_its_limit_and_started_anew(reader, finger) -> None:
    assert reader.child_pid is not None
    os.kill(reader.child_pid, signal.SIGSTOP)

    with pytest.raises(DeviceSilent):
        reader.health()

    assert captured(reader, finger).result is CaptureResult.CAPTURED


@pytest.mark.parametrize(
    ("where", "expected"), [("nobody", DeviceGone), ("any?speed=2", AddressError)]
)
def test_a_reader_that_is_not_there_is_said_with_those_that_are(where, expected) -> None:
    with pytest.raises(expected, match=r"it sees: |'speed' is no option: virtual"):
        open_device(f"fprint:{where}")


def test_without_debians_binding_the_packages_are_named() -> None:
    # this Python has no `gi`: Debian's belongs to the system's own
    program = "from devices.fprint import reading"
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert "DeviceRefused: libfprint's binding is not installed: apt install gir1.2" in told.stderr


def test_what_the_virtual_reader_is_told() -> None:
    assert wire.finger(2, 1, b"ab").hex() == "02000000" + "01000000" + "6162"
    assert wire.press_again(3).hex() == "ffffffff" + "03000000"
    assert wire.failure(wire.REMOVED).hex() == "feffffff" + "00010000"
    for width, height, pixels in ((0, 1, b""), (2, 2, b"abc"), (-1, -1, b"a")):
        with pytest.raises(ValueError, match="no picture"):
            wire.finger(width, height, pixels)
