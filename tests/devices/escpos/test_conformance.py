from collections.abc import Iterator

import pytest

from devices import conformance
from devices.conformance import Check, Subject
from devices.escpos import simulator


@pytest.fixture(params=["tcp", "serial"])
def printer(request: pytest.FixtureRequest) -> Iterator[simulator.EscposSimulator]:
    running = simulator.start({"pty": "yes" if request.param == "serial" else "no"})
    yield running
    running.stop()


@pytest.mark.parametrize("check", conformance.CHECKS, ids=lambda check: check.name)
def test_the_driver_conforms(check: Check, printer: simulator.EscposSimulator) -> None:
    where = printer.address.removeprefix("escpos:")
    serial = where if where.startswith("/") else ""
    # a status answer has one byte and no check value
    subject = Subject(printer.address, printer, flips=1, detects_flips=False, serial_path=serial)
    if check.name == "is refused while another process holds it" and not serial:
        assert not conformance.applies(check, subject)
        return

    conformance.run(check, subject)
