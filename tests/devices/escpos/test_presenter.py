"""A printer that holds each ticket out: taken, or drawn back before the next person's."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devices.address import parse_address
from devices.capabilities import PrintState, TicketImage
from devices.errors import DeviceSilent
from devices.escpos import simulator, wire
from devices.escpos.driver import EscposPrinter
from devices.escpos.simulator import EscposSimulator
from devices.escpos.wire import FullStatus, ReplyDecoder, Status

TICKET = TicketImage(576, 64, bytes(72 * 64))


@pytest.fixture(params=["tcp", "serial"])
def simulated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EscposSimulator]:
    options = {"pty": "yes" if request.param == "serial" else "no", "presenter": "yes"}
    running = simulator.start(options, out=tmp_path / "tickets")
    yield running
    running.stop()


@pytest.fixture
def printer(simulated: EscposSimulator) -> Iterator[EscposPrinter]:
    opened = EscposPrinter(parse_address(f"{simulated.address}?presenter=yes"))
    yield opened
    opened.close()


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)  # until the condition above


def test_a_ticket_waits_until_it_is_taken(
    simulated: EscposSimulator, printer: EscposPrinter
) -> None:
    before = printer.ticket_taken()
    result = printer.print_ticket(TICKET, process_id=7)
    waiting = printer.ticket_taken()
    simulated.tell("take", "")

    assert (result.state, printer.last_process_id()) == (PrintState.PRINTED, 7)
    assert (before, waiting, printer.ticket_taken()) == (True, False, True)
    assert simulated.retracted == 0


def test_a_forgotten_ticket_is_drawn_back_before_the_next(
    simulated: EscposSimulator, printer: EscposPrinter
) -> None:
    for number in (1, 2):
        assert printer.print_ticket(TICKET, process_id=number).state is PrintState.PRINTED

    assert (simulated.retracted, simulated.in_output, simulated.tickets) == (1, True, 2)


def test_it_can_be_drawn_back_at_once(simulated: EscposSimulator, printer: EscposPrinter) -> None:
    printer.print_ticket(TICKET, process_id=1)
    printer.retract()

    wait_until(lambda: simulated.retracted == 1)
    assert printer.ticket_taken()


def test_without_a_presenter_nothing_is_presented(tmp_path: Path) -> None:
    plain = simulator.start({}, out=tmp_path)
    printer = EscposPrinter(parse_address(plain.address))
    printer.print_ticket(TICKET, process_id=1)
    taken = printer.ticket_taken()
    printer.retract()
    printer.close()
    plain.stop()

    assert taken
    assert not plain.in_output


def test_an_address_that_promises_a_presenter_in_vain_is_told(tmp_path: Path) -> None:
    plain = simulator.start({}, out=tmp_path)
    printer = EscposPrinter(parse_address(f"{plain.address}?presenter=yes"))
    try:
        with pytest.raises(DeviceSilent):
            printer.ticket_taken()
    finally:
        printer.close()
        plain.stop()


def test_the_full_status_is_told_from_an_automatic_one() -> None:
    near_end = Status(paper_near_end=True)
    wired = wire.full_status(near_end, in_output=True) + wire.automatic_bits(near_end)
    decoder = ReplyDecoder()

    replies = [reply for octet in wired for reply in decoder.feed(bytes([octet]))]

    assert isinstance(replies[0], FullStatus)
    assert replies[0].in_output
    assert replies[1:] == [wire.AutomaticStatus(wire.automatic_bits(near_end))]
    assert replies[0].octets.hex() == "100f24000000"
