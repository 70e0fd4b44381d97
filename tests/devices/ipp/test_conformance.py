from collections.abc import Iterator

import pytest

from devices import conformance
from devices.address import parse_address
from devices.capabilities import Device
from devices.conformance import Check, Subject
from devices.ipp import driver, simulator
from devices.ipp.driver import Limits
from devices.ipp.simulator import IppSimulator


@pytest.fixture
def printer() -> Iterator[IppSimulator]:
    running = simulator.start({})
    yield running
    running.stop()


def connect_in_haste(address: str) -> Device:
    return driver.connect(parse_address(address), limits=Limits(request_s=2.0))


@pytest.mark.parametrize("check", conformance.CHECKS, ids=lambda check: check.name)
def test_the_driver_conforms(check: Check, printer: IppSimulator) -> None:
    # an answer has no check value; its head, tags and first lengths are what matters
    subject = Subject(
        printer.address, printer, answers_s=16.0, flips=48, detects_flips=False,
        connect=connect_in_haste,
    )  # fmt: skip
    if check.name == "is refused while another process holds it":
        assert not conformance.applies(check, subject)
        return

    conformance.run(check, subject)
