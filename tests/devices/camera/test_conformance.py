from collections.abc import Iterator
from typing import cast

import pytest

from devices import conformance
from devices.address import parse_address
from devices.camera import driver, simulator
from devices.camera.capture_options import CaptureOptions
from devices.camera.driver import OpenCvCamera
from devices.camera.simulator import CameraSimulator
from devices.capabilities import Device
from devices.conformance import Check, Subject
from devices.errors import DeviceProtocolError, DeviceUnavailable


@pytest.fixture
def camera() -> Iterator[CameraSimulator]:
    running = simulator.start({"fps": "30"})
    yield running
    running.stop()


def connect_in_haste(address: str) -> Device:
    return driver.connect(parse_address(address), options=CaptureOptions(open_s=8, silence_s=3))


def take_a_photo(device: Device) -> object:
    return cast("OpenCvCamera", device).photo()


@pytest.mark.parametrize("check", conformance.CHECKS, ids=lambda check: check.name)
def test_the_driver_conforms(check: Check, camera: CameraSimulator) -> None:
    # a picture has no check value, and a wrong byte in it is a wrong dot
    subject = Subject(
        camera.address,
        camera,
        ask=take_a_photo,
        answers_s=30.0,
        repeats=40,
        on_its_way=True,
        on_garbage=(DeviceProtocolError, DeviceUnavailable),
        connect=connect_in_haste,
    )
    if check.name in ("is refused while another process holds it", "notices flipped bytes"):
        assert not conformance.applies(check, subject)
        return

    conformance.run(check, subject)
