"""Devices: seconds and APDUs against simulators on their real wires, beside the wire's floor."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bench.report import Report
from devices.capabilities import (
    CaptureResult,
    DocumentScanner,
    FingerprintReader,
    MrzKey,
    PassportReader,
    PrintState,
    TicketImage,
    TicketPrinter,
)
from devices.emrtd.personalize import draw_portrait
from devices.emrtd.wire import PLAIN_READ_3DES, PLAIN_READ_AES
from devices.errors import DeviceError
from devices.registry import open_device, start_simulator

if TYPE_CHECKING:
    from devices.camera.driver import OpenCvCamera

SHORT_APDUS, EXTENDED_APDUS = 76, 20
_HEAD_AND_SUM, _LINE_BITS = 11, 10
_KEY = MrzKey("L898902C3", "740812", "320415")


def measure(report: Report, folder: Path) -> None:
    """Measure every device once or a few times; each beside its gate."""
    _fingers(report)
    _tickets(report, folder)
    _camera(report)
    _scanner(report)
    _passports(report, folder)


def image_floor_s(width_px: int, height_px: int, *, packet_bytes: int, baud: int) -> float:
    """Return the seconds that a 4-bit image takes on the line, heads and sums included."""
    payload = width_px * height_px // 2
    packets = -(-payload // packet_bytes)
    return (payload + packets * _HEAD_AND_SUM) * _LINE_BITS / baud


def _fingers(report: Report) -> None:
    report.section("fingerprint sensor: one image, against the line's floor")
    for model, size, baud in (("r307", (256, 288), 115200), ("r503", (192, 192), 57600)):
        simulator = start_simulator("r30x", {"model": model, "baud": str(baud)})
        try:
            took = [_image_s(simulator.address, baud) for _ in range(2)]
        finally:
            simulator.stop()
        floor = image_floor_s(*size, packet_bytes=128, baud=baud)
        middle = report.rounds(f"{model} at {baud} baud", took, "s")
        report.at_most(f"{model}: image over its floor of {floor:.2f} s", middle / floor, 1.05)


def _image_s(address: str, baud: int) -> float:
    device = cast("FingerprintReader", open_device(address))
    marks: list[float] = []
    try:
        # from the first data packet on: what comes before is the finger's own time
        capture = device.capture(
            wait_s=10, progress=lambda _done, _total: marks.append(time.monotonic())
        )
    finally:
        device.close()
    assert capture.result is CaptureResult.CAPTURED
    first_packet_s = (128 + _HEAD_AND_SUM) * _LINE_BITS / baud
    return marks[-1] - marks[0] + first_packet_s


def _tickets(report: Report, folder: Path) -> None:
    report.section("ticket printer: from the call to the confirmed end")
    simulator = start_simulator("escpos", {}, out=folder)
    printer = cast("TicketPrinter", open_device(simulator.address))
    ticket = TicketImage(576, 800, bytes(72 * 800))
    try:
        took = []
        for number in range(1, 6):
            began = time.monotonic()
            result = printer.print_ticket(ticket, process_id=number)
            took.append((time.monotonic() - began) * 1000)
            assert result.state is PrintState.PRINTED, result
    finally:
        printer.close()
        simulator.stop()
    report.at_most("ticket of 576x800 dots, ms", report.rounds("ticket", took, "ms"), 1000)


def _camera(report: Report) -> None:
    report.section("camera: preview and portrait")
    simulator = start_simulator("camera", {"fps": "30"})
    camera = cast("OpenCvCamera", open_device(simulator.address))
    try:
        preview = camera.preview()
        next(preview)
        began, busy = time.monotonic(), _busy_s()
        for _ in range(45):
            next(preview)
        took = time.monotonic() - began
        camera.portrait()  # loads the cascades
        portraits = []
        for _ in range(5):
            at = time.monotonic()
            camera.portrait()
            portraits.append((time.monotonic() - at) * 1000)
    finally:
        camera.close()
        simulator.stop()
    # the child's share is known once it has ended: it drained and measured all the while
    child = _busy_s() - busy
    report.at_least("preview, frames a second", report.rounds("preview", [45 / took], "fps"), 14.9)
    report.rounds("processor, camera and portraits together", [child], "s")
    report.at_most("portrait measured, ms", report.rounds("portrait", portraits, "ms"), 500)


def _scanner(report: Report) -> None:
    report.section("scanner: A4 in colour at 300 dpi, SANE's test backend")
    simulator = start_simulator("sane", {})
    scanner = cast("DocumentScanner", open_device(simulator.address))
    try:
        took = []
        for _ in range(3):
            began = time.monotonic()
            [page] = scanner.scan(dpi=300)
            took.append(time.monotonic() - began)
            assert (page.width_px, page.height_px) == (2480, 3507)
    finally:
        scanner.close()
        simulator.stop()
    report.at_most("A4 page, s", report.rounds("A4 page", took, "s"), 5)


def _passports(report: Report, folder: Path) -> None:
    report.section("passport: COM, DG1, DG2 of 13.3 kB, SOD and DG14, behind the real pcscd")
    face = folder / "face.jpg"
    # what follows the end of a JPEG is ignored
    face.write_bytes(draw_portrait().ljust(13_250, b"\0"))
    signed = (
        "bac rsa",
        "pace-3des rsa",
        "pace-aes128 ecdsa",
        "pace-aes256 ecdsa",
        "pace-aes256 rsa",
    )
    for kind in signed:
        scheme, signature = kind.split()
        try:
            simulator = start_simulator(
                "emrtd", {"access": scheme, "signature": signature, "face": str(face)}
            )
        except (DeviceError, ValueError) as error:
            print(f"  not measured: {scheme}: {error}")
            continue
        reader = cast("PassportReader", open_device(simulator.address))
        try:
            began = time.monotonic()
            read = reader.read_passport(_KEY)
            took = time.monotonic() - began
        finally:
            reader.close()
            simulator.stop()
        report.rounds(f"{kind}: {read.access}, {len(read.files)} files", [took], "s")
        needed = fewest_apdus(scheme, read.files.values())
        report.at_most(
            f"{kind}: APDUs, {needed} by its bytes", read.apdus, max(SHORT_APDUS, needed)
        )


def fewest_apdus(scheme: str, files: Iterable[bytes]) -> int:
    """Return the commands that opening takes, and a read for every 231 (AES: 223) bytes of a file.

    BAC: EF.CardAccess (absent), SELECT, GET CHALLENGE, EXTERNAL AUTHENTICATE. PACE: EF.CardAccess,
    MSE, four GENERAL AUTHENTICATE, SELECT. An EF.SOD by RSA of 1.6 kB takes eight reads with AES:
    78 in all.
    """
    opening = 4 if scheme == "bac" else 7
    chunk = PLAIN_READ_AES if "aes" in scheme else PLAIN_READ_3DES
    return opening + sum(-(-len(data) // chunk) for data in files)


def _busy_s() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
