from collections.abc import Iterator
from typing import cast

import pytest

from devices import conformance
from devices.barcode import simulator
from devices.barcode.driver import BarcodeScanner
from devices.capabilities import Device
from devices.conformance import Check, Subject
from devices.errors import DeviceSilent


@pytest.fixture(params=["serial", "keys"])
def scanner(request: pytest.FixtureRequest) -> Iterator[simulator.BarcodeSimulator]:
    running = simulator.start({"every_s": "0.02", "wire": request.param})
    yield running
    running.stop()


def read_one(device: Device) -> object:
    scanner = cast("BarcodeScanner", device)
    # what was on the line before is taken first: only a code from now on counts
    scanner.health()
    while scanner.read_code(wait_s=0) is not None:
        pass
    code = scanner.read_code(wait_s=8)
    if code is None:
        raise DeviceSilent
    return code


@pytest.mark.parametrize("check", conformance.CHECKS, ids=lambda check: check.name)
def test_the_driver_conforms(check: Check, scanner: simulator.BarcodeSimulator) -> None:
    where = scanner.address.removeprefix("barcode:")
    serial = "" if "?" in where else where
    subject = Subject(
        scanner.address,
        scanner,
        ask=read_one,
        answers_s=30.0,
        on_its_way=True,
        flips=13,
        detects_flips=False,
        serial_path=serial,
        unasked=True,
    )
    if not conformance.applies(check, subject):
        assert check.name == "says silent at opening" or not serial
        return

    conformance.run(check, subject)
