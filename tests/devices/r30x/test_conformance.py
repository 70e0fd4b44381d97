from collections.abc import Iterator

import pytest

from devices import conformance
from devices.conformance import Check, Subject
from devices.r30x import simulator


@pytest.fixture
def sensor() -> Iterator[simulator.R30xSimulator]:
    running = simulator.start({"pace": "0"})
    yield running
    running.stop()


@pytest.mark.parametrize("check", conformance.CHECKS, ids=lambda check: check.name)
def test_the_driver_conforms(check: Check, sensor: simulator.R30xSimulator) -> None:
    path = sensor.address.removeprefix("r30x:")
    # READ_PARAMETERS is answered by 28 bytes: header, address, kind, length, payload and sum
    subject = Subject(sensor.address, sensor, flips=28, serial_path=path)
    assert conformance.applies(check, subject)

    conformance.run(check, subject)
