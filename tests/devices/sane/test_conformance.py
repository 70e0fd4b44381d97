from collections.abc import Iterator

import pytest

from devices import conformance
from devices.conformance import Check, Subject
from devices.sane import simulator
from devices.sane.simulator import SaneSimulator

NO_WIRE_OF_OURS = (
    # SANE's own test backend is at the other end: it can be gone, its bytes are the library's
    "says gone when unplugged in mid-answer",
    "survives garbage",
    "drains answers that come late",
    "reads one byte at a time",
    "notices flipped bytes",
    "says silent when nothing comes",
    "says silent at opening",
    "is refused while another process holds it",
)


@pytest.fixture
def scanner() -> Iterator[SaneSimulator]:
    running = simulator.start({})
    yield running
    running.stop()


@pytest.mark.parametrize(
    "check",
    [check for check in conformance.CHECKS if check.name not in NO_WIRE_OF_OURS],
    ids=lambda check: check.name,
)
def test_the_driver_conforms(check: Check, scanner: SaneSimulator) -> None:
    conformance.run(check, Subject(scanner.address, scanner, answers_s=25.0))


def test_what_is_left_out_are_demands_that_exist() -> None:
    assert set(NO_WIRE_OF_OURS) < {check.name for check in conformance.CHECKS}
