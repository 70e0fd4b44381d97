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
    return driver.connect(parse_address(address), options=CaptureOptions(open_s=4, silence_s=2))


def take_photos(device: Device) -> object:
    # pictures that were on their way when the plug was pulled are good ones
    return [cast("OpenCvCamera", device).photo() for _ in range(8)]


@pytest.mark.parametrize("check", conformance.CHECKS, ids=lambda check: check.name)
def test_the_driver_conforms(check: Check, camera: CameraSimulator) -> None:
    # a picture has no check value, and a wrong byte in it is a wrong dot
    subject = Subject(
        camera.address,
        camera,
        ask=take_photos,
        repeats=10,
        on_garbage=(DeviceProtocolError, DeviceUnavailable),
        connect=connect_in_haste,
    )
    if check.name in ("is refused while another process holds it", "notices flipped bytes"):
        assert not conformance.applies(check, subject)
        return

    conformance.run(check, subject)
