"""The same demands on metal: `pytest tests/hardware --address r30x:/dev/ttyUSB0`.

Nothing is printed, captured or scanned: a device is opened, asked how it is, held and let go.
What a simulator can be told to do wrong, a person does: pull the plug when it is asked for.
"""

import pytest

from devices import conformance
from devices.address import parse_address
from devices.conformance import Check, Subject
from devices.naming import resolve
from devices.registry import open_device

pytestmark = pytest.mark.hardware


def subject_at(address: str) -> Subject:
    place = resolve(parse_address(address).where)
    serial = place if place.startswith(("/dev/tty", "/dev/serial/")) else ""
    return Subject(address, serial_path=serial)


@pytest.mark.parametrize("check", conformance.CHECKS, ids=lambda check: check.name)
def test_the_device_conforms(check: Check, address: str) -> None:
    subject = subject_at(address)
    if not conformance.applies(check, subject):
        pytest.skip("needs a simulator that can be told to fail, or a serial port")

    conformance.run(check, subject)


def test_the_device_says_who_it_is(address: str) -> None:
    device = open_device(address)
    try:
        identity = device.identity()
        health = device.health()
    finally:
        device.close()

    assert identity.model, "write the model into the driver's notes.md by hand"
    assert health.code
