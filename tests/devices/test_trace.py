import io
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from devices.barcode import simulator as scanners
from devices.barcode.driver import BarcodeScanner
from devices.capabilities import DocumentPrinter, PrintState
from devices.escpos import simulator as printers
from devices.ipp import simulator as page_printers
from devices.ipp.shown import show_answer
from devices.r30x import simulator as sensors
from devices.r30x.driver import R30x
from devices.r30x.wire import pack_to_4_bit
from devices.registry import open_device
from devices.trace import note_apdu, show_masked, tracing


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    out = io.StringIO()
    with tracing(out):
        yield out


def test_a_capture_is_traced_without_picture_template_or_password(written: io.StringIO) -> None:
    sensor = sensors.start({"pace": "0"})
    try:
        device = cast("R30x", open_device(sensor.address))
        capture = device.capture(wait_s=60)
        device.close()
    finally:
        sensor.stop()

    lines = written.getvalue().splitlines()
    assert capture.image is not None
    packed = pack_to_4_bit(capture.image.pixels)
    assert any("> COMMAND 01" in line for line in lines)
    assert any("> COMMAND 13 (4 byte(s), hidden)" in line for line in lines)
    assert any("< DATA 128 byte(s), hidden" in line for line in lines)
    assert packed[1000:1008].hex(" ") not in written.getvalue()
    assert capture.template[:8].hex(" ") not in written.getvalue()
    assert max(map(len, lines)) < 200


def test_a_scan_is_traced_by_its_length(written: io.StringIO) -> None:
    scanner = scanners.start({})
    try:
        device = cast("BarcodeScanner", open_device(scanner.address))
        scanner.scan("L898902C36UTO7408122F1204159")
        assert device.read_code(wait_s=30)
        device.close()
    finally:
        scanner.stop()

    assert "< 29 byte(s), hidden" in written.getvalue()
    assert b"L898902C3".hex(" ") not in written.getvalue()


def test_a_printer_is_traced_by_its_status(written: io.StringIO) -> None:
    printer = printers.start({})
    try:
        device = open_device(printer.address)
        device.health()
        device.close()
    finally:
        printer.stop()

    assert "> 10 04 01" in written.getvalue()
    assert "- close" in written.getvalue()


def test_a_print_is_traced_without_document_or_names(written: io.StringIO, tmp_path: Path) -> None:
    document = b"%PDF-1.7\nERIKSSON\n%%EOF\n"
    printer = page_printers.start({"seconds": "0.05"}, out=tmp_path)
    try:
        device = cast("DocumentPrinter", open_device(printer.address))
        result = device.print_pdf(document, job_name="anna-maria")
        device.close()
    finally:
        printer.stop()

    lines = [line.partition(" ")[2] for line in written.getvalue().splitlines()]
    assert result.state is PrintState.PRINTED
    sent = next(at for at, line in enumerate(lines) if line.endswith(" PRINT_JOB"))
    assert lines[sent].startswith("> 02 00 00 02 ")
    assert "> 01 document-format = application/pdf" in lines[sent:]
    assert "> 01 job-name = 42 10 byte(s), hidden" in lines[sent:]
    assert f"> document: {len(document)} byte(s), hidden" in lines[sent:]
    assert any(line.startswith("< 02 job-state = ") for line in lines[sent:])
    assert "< 04 printer-make-and-model = Loket IPP simulator" in lines
    assert not any(word in written.getvalue() for word in ("ERIKSSON", "anna-maria", "PDF-1.7"))
    assert max(map(len, lines)) < 400


def test_an_answer_that_is_no_ipp_is_traced_by_its_head() -> None:
    assert show_answer(bytes.fromhex("0200000000000001 04 23")) == [
        "02 00 00 00 00 00 00 01 no IPP: IPP message, byte 10: the message ends too early",
        "10 byte(s), hidden",
    ]


def test_text_and_long_pieces_are_hidden_and_cards_shown_by_header(written: io.StringIO) -> None:
    note_apdu(bytes.fromhex("00a4020c02011e"), bytes.fromhex("9000"))
    note_apdu(bytes.fromhex("00b0000004"), b"\x61\x5b\x5f\x1f\x90\x00")

    assert show_masked(b"\x1b@ERIKSSON") == ["1b 40 ff ff ff ff ff ff ff ff (text hidden)"]
    assert show_masked(bytes(range(100))) == ["00 01 02 03 04 05 06 07 … 100 byte(s), hidden"]
    assert written.getvalue().count("SW 90 00") == 2
    assert "61 5b" not in written.getvalue()
    assert "> 00 b0 00 00 (1 byte(s), hidden)" in written.getvalue()
