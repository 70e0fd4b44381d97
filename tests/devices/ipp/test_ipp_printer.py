"""The IPP driver against its simulator over real HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices import errors
from devices.address import parse_address
from devices.capabilities import DocumentPrinter, Lamp, PrintState
from devices.ipp.driver import IppPrinter, Limits, connect
from devices.ipp.simulator import IppSimulator, start
from devices.registry import open_device

_PDF = b"%PDF-1.7\n" + bytes(range(256)) * 400 + b"\n%%EOF\n"
_QUICK = Limits(request_s=5, send_s=5, busy_s=2, lookup_s=2, follow_s=5)


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[IppSimulator]:
    simulator = start({"seconds": "0.05"}, out=tmp_path / "out")
    yield simulator
    simulator.stop()


@pytest.fixture
def printer(simulator: IppSimulator) -> Iterator[IppPrinter]:
    printer = connect(parse_address(simulator.address))
    yield printer
    printer.close()


@pytest.fixture
def hasty(simulator: IppSimulator) -> Iterator[IppPrinter]:
    printer = connect(parse_address(simulator.address), limits=_QUICK)
    yield printer
    printer.close()


def test_a_pdf_is_printed_byte_by_byte_and_followed_to_its_end(
    simulator: IppSimulator, printer: IppPrinter
) -> None:
    pages: list[tuple[int, int]] = []

    result = printer.print_pdf(
        _PDF, job_name="receipt-1", progress=lambda done, total: pages.append((done, total))
    )

    assert isinstance(printer, DocumentPrinter)
    assert result.state is PrintState.PRINTED
    assert (simulator.out / "receipt-1.pdf").read_bytes() == _PDF
    assert pages[-1] == (1, 1)


def test_it_says_who_it_is_and_how_it_is(simulator: IppSimulator, printer: IppPrinter) -> None:
    assert printer.identity().model == "Loket IPP simulator"
    assert printer.identity().serial.startswith("SIM-")
    assert printer.health().lamp is Lamp.READY


def test_a_job_is_found_by_its_name_and_no_other(printer: IppPrinter) -> None:
    printer.print_pdf(_PDF, job_name="slip-7")

    found = printer.find_job("slip-7")

    assert found is not None
    assert found.state is PrintState.PRINTED
    assert printer.find_job("slip-8") is None


def test_a_printer_without_pdf_is_refused_with_the_way_through_cups(
    simulator: IppSimulator, printer: IppPrinter
) -> None:
    simulator.fault("no_pdf")

    with pytest.raises(errors.DeviceRefused, match="CUPS") as refused:
        printer.print_pdf(_PDF, job_name="a")

    assert refused.value.reason == "no_pdf"
    assert printer.health().code == "no_pdf"
    assert list(simulator.out.iterdir()) == []


@pytest.mark.parametrize(
    ("fault", "expected", "code"),
    [
        ("media_empty", errors.OutOfPaper, "paper_end"),
        ("cover_open", errors.CoverOpen, "cover_open"),
    ],
)
def test_what_a_person_has_to_do_is_told_before_anything_is_sent(
    simulator: IppSimulator,
    printer: IppPrinter,
    fault: str,
    expected: type[errors.DeviceError],
    code: str,
) -> None:
    simulator.fault(fault)

    with pytest.raises(expected):
        printer.print_pdf(_PDF, job_name="a")

    assert (printer.health().lamp, printer.health().code) == (Lamp.DOWN, code)
    assert printer.find_job("a") is None
    simulator.fault("")
    assert printer.print_pdf(_PDF, job_name="a").state is PrintState.PRINTED


def test_the_wrong_paper_is_refused_before_printing(simulator: IppSimulator) -> None:
    printer = connect(parse_address(simulator.address + "?media=na_letter_8.5x11in"))

    with pytest.raises(errors.DeviceRefused) as refused:
        printer.print_pdf(_PDF, job_name="a")

    assert refused.value.reason == "media"
    printer.close()


def test_a_busy_printer_is_waited_for(simulator: IppSimulator, printer: IppPrinter) -> None:
    simulator.fault("busy")
    threading.Timer(0.8, simulator.fault, [""]).start()

    result = printer.print_pdf(_PDF, job_name="patient")

    assert result.state is PrintState.PRINTED


def test_a_printer_that_stays_busy_is_given_up(simulator: IppSimulator, hasty: IppPrinter) -> None:
    simulator.fault("busy")

    with pytest.raises(errors.DeviceBusy):
        hasty.print_pdf(_PDF, job_name="late")

    assert list(simulator.out.iterdir()) == []


def test_a_lost_answer_is_resolved_by_name_and_the_job_sent_once(
    simulator: IppSimulator, printer: IppPrinter
) -> None:
    simulator.fault("drop_after_send")

    result = printer.print_pdf(_PDF, job_name="once")

    assert result.state is PrintState.PRINTED
    assert [path.name for path in simulator.out.iterdir()] == ["once.pdf"]


def test_an_unfinished_job_is_sent_and_says_what_holds_it_up(
    simulator: IppSimulator, hasty: IppPrinter
) -> None:
    simulator.fault("slow")

    result = hasty.print_pdf(_PDF, job_name="slow")

    assert result.state is PrintState.SENT


def test_an_unplugged_printer_is_gone_and_comes_back(
    simulator: IppSimulator, hasty: IppPrinter
) -> None:
    simulator.fault("unplugged")
    with pytest.raises(errors.DeviceGone):
        hasty.print_pdf(_PDF, job_name="a")
    with pytest.raises(errors.DeviceGone):
        hasty.health()

    simulator.fault("")

    assert hasty.print_pdf(_PDF, job_name="a").state is PrintState.PRINTED


def test_a_printer_lost_in_mid_job_leaves_the_result_unknown(
    simulator: IppSimulator, hasty: IppPrinter
) -> None:
    simulator.fault("slow")

    result = hasty.print_pdf(
        _PDF, job_name="lost", progress=lambda _done, _total: simulator.fault("unplugged")
    )

    assert (result.state, result.code) == (PrintState.UNKNOWN, "lost")


def test_silence_ends_at_the_limit(simulator: IppSimulator, hasty: IppPrinter) -> None:
    simulator.fault("silent")
    started = time.monotonic()

    with pytest.raises(errors.DeviceSilent) as told:
        hasty.health()

    assert time.monotonic() - started < 60
    assert told.value.address == simulator.address
    simulator.fault("")
    assert hasty.health().lamp is Lamp.READY


@pytest.mark.parametrize("text", ["ipp:printer", "ipp://h/p?speed=9"])
def test_a_wrong_address_is_told(text: str) -> None:
    with pytest.raises(errors.AddressError):
        connect(parse_address(text))


def test_a_name_with_signs_cannot_leave_the_folder(
    simulator: IppSimulator, printer: IppPrinter
) -> None:
    printer.print_pdf(_PDF, job_name="../../etc/pass wd")

    assert [path.name for path in simulator.out.iterdir()] == ["etc_pass_wd.pdf"]


def test_it_opens_twice_and_leaves_no_descriptor_and_no_thread(simulator: IppSimulator) -> None:
    def cycle() -> None:
        printer = connect(parse_address(simulator.address))
        printer.health()
        printer.close()
        printer.close()

    cycle()
    simulator.fault("unplugged")  # ends the simulator's own connections, which are ours to count
    before, threads = _descriptors(), threading.active_count()
    simulator.fault("")
    for _ in range(10):
        cycle()
    simulator.fault("unplugged")

    assert (_descriptors(), threading.active_count()) == (before, threads)


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_the_registry_opens_it_with_its_simulator() -> None:
    printer = open_device("ipp:sim://office")

    assert isinstance(printer, DocumentPrinter)
    assert printer.print_pdf(_PDF, job_name="x").state is PrintState.PRINTED
    printer.close()


def test_the_simulator_names_its_faults_and_options(simulator: IppSimulator) -> None:
    with pytest.raises(ValueError, match="media_empty"):
        simulator.fault("on fire")
    with pytest.raises(ValueError, match="seconds"):
        start({"colour": "no"})
