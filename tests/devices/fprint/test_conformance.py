from collections.abc import Iterator
from typing import cast

import pytest

from devices import conformance
from devices.capabilities import Device, FingerprintReader
from devices.conformance import Check, Subject
from devices.fprint import simulator
from devices.fprint.simulator import FprintSimulator

NO_WIRE_OF_OURS = (
    # libfprint's own virtual reader is at the other end: it is always there, its bytes its own
    "survives garbage",
    "drains answers that come late",
    "reads one byte at a time",
    "notices flipped bytes",
    "says silent when nothing comes",
    "says silent at opening",
    "says gone at opening",
    "is refused while another process holds it",
)


@pytest.fixture
def finger() -> Iterator[FprintSimulator]:
    running = simulator.start({})
    yield running
    running.stop()


@pytest.mark.parametrize(
    "check",
    [check for check in conformance.CHECKS if check.name not in NO_WIRE_OF_OURS],
    ids=lambda check: check.name,
)
def test_the_driver_conforms(check: Check, finger: FprintSimulator) -> None:
    def capture(device: Device) -> object:
        reader = cast("FingerprintReader", device)
        return reader.capture(wait_s=5, progress=lambda done, _: None if done else finger.press())

    conformance.run(check, Subject(finger.address, finger, ask=capture, repeats=10))


def test_what_is_left_out_are_demands_that_exist() -> None:
    assert set(NO_WIRE_OF_OURS) < {check.name for check in conformance.CHECKS}
