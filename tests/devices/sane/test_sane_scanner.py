"""The SANE driver against SANE's own test backend, which nobody of this project wrote."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from devices import errors
from devices.address import parse_address
from devices.capabilities import DocumentScanner, Lamp
from devices.pdf import pages_to_pdf
from devices.registry import open_device, start_simulator
from devices.sane.driver import Limits, SaneScanner, connect
from devices.sane.simulator import SaneSimulator, start


@pytest.fixture
def simulator() -> Iterator[SaneSimulator]:
    simulator = start({})
    yield simulator
    simulator.stop()


@pytest.fixture
def scanner(simulator: SaneSimulator) -> Iterator[SaneScanner]:
    scanner = connect(parse_address(simulator.address))
    yield scanner
    scanner.close()


def test_an_a4_page_in_colour_has_its_size_and_its_picture(scanner: SaneScanner) -> None:
    (page,) = scanner.scan(dpi=300)

    picture = Image.open(io.BytesIO(page.jpeg))
    assert isinstance(scanner, DocumentScanner)
    assert picture.format == "JPEG"
    assert picture.mode == "RGB"
    assert (page.width_px, page.height_px, page.dpi) == (2480, 3507, 300) == (*picture.size, 300)
    assert round(picture.info["dpi"][0]) == 300
    assert _squares(picture, dpi=300) == [b"\xff\0", b"\0\xff"] * 14


def _squares(picture: Image.Image, dpi: int) -> list[bytes]:
    """Return black and white of the first two squares in each row of the backend's 10 mm grid."""
    side = dpi / 2.54
    sharp = picture.convert("L").point(lambda grey: 255 * (grey > 127)).tobytes()
    starts = [round((row + 0.5) * side) * picture.width for row in range(28)]
    return [
        bytes(sharp[start + round((column + 0.5) * side)] for column in (0, 1)) for start in starts
    ]


def test_a_grey_page_has_one_channel(scanner: SaneScanner) -> None:
    (page,) = scanner.scan(dpi=150, colour=False)

    assert Image.open(io.BytesIO(page.jpeg)).mode == "L"
    assert page.width_px == 1240


def test_the_feeder_is_scanned_until_it_is_empty(scanner: SaneScanner) -> None:
    pages = scanner.scan(dpi=75, feeder=True, max_pages=50)

    document = PdfReader(io.BytesIO(pages_to_pdf(pages)))
    assert len(document.pages) == len(pages) == 10
    for page in document.pages:
        width_mm, height_mm = (float(side) / 72 * 25.4 for side in page.mediabox[2:])
        assert (width_mm, height_mm) == pytest.approx((210, 297), abs=1)


def test_the_feeder_stops_at_the_number_of_pages_asked_for(scanner: SaneScanner) -> None:
    assert len(scanner.scan(dpi=75, feeder=True, max_pages=3)) == 3


def test_progress_counts_rows_up_to_the_last(scanner: SaneScanner) -> None:
    seen: list[tuple[int, int]] = []

    (page,) = scanner.scan(dpi=150, progress=lambda done, total: seen.append((done, total)))

    assert seen[-1] == (page.height_px, page.height_px)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_the_child_looks_up_no_symbol_while_a_backends_thread_is_cancelled(
    scanner: SaneScanner,
) -> None:
    scanner.scan(dpi=75)

    environ = Path(f"/proc/{scanner.child_pid}/environ").read_bytes().split(b"\0")
    assert b"LD_BIND_NOW=1" in environ


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("jammed", errors.Jammed),
        ("cover_open", errors.CoverOpen),
        ("no_docs", errors.OutOfPaper),
        ("io_error", errors.DeviceGone),
        ("busy", errors.DeviceBusy),
        ("unplugged", errors.DeviceGone),
    ],
)
def test_a_fault_is_told_and_the_next_scan_works(
    simulator: SaneSimulator,
    scanner: SaneScanner,
    fault: str,
    expected: type[errors.DeviceError],
) -> None:
    simulator.fault(fault)

    with pytest.raises(expected) as told:
        scanner.scan(dpi=75)
    simulator.fault("")

    assert told.value.address == simulator.address
    assert len(scanner.scan(dpi=75)) == 1
    assert scanner.health().lamp is Lamp.READY


def test_a_jam_stays_in_the_health_until_a_scan_succeeds(
    simulator: SaneSimulator, scanner: SaneScanner
) -> None:
    simulator.fault("jammed")
    with pytest.raises(errors.Jammed):
        scanner.scan(dpi=75)

    assert scanner.health().code == "device_jammed"


def test_an_empty_feeder_asks_for_paper(simulator: SaneSimulator, scanner: SaneScanner) -> None:
    simulator.fault("no_docs")

    with pytest.raises(errors.OutOfPaper):
        scanner.scan(dpi=75, feeder=True, max_pages=5)


def test_a_cancelled_scan_ends_at_once_without_its_page(
    simulator: SaneSimulator, scanner: SaneScanner
) -> None:
    simulator.fault("slow")
    rows: list[int] = []

    pages = scanner.scan(
        progress=lambda done, _total: rows.append(done), cancelled=lambda: bool(rows)
    )

    assert pages == []
    assert max(rows) < 3507


def test_a_silent_backend_is_killed_at_the_limit_and_comes_back(simulator: SaneSimulator) -> None:
    scanner = connect(parse_address(simulator.address), limits=Limits(silence_s=3))
    simulator.fault("silent")
    started = time.monotonic()

    with pytest.raises(errors.DeviceSilent):
        scanner.scan(dpi=75)
    took_s = time.monotonic() - started
    simulator.fault("")

    assert took_s < 60
    assert len(scanner.scan(dpi=75)) == 1
    scanner.close()


def test_backend_options_come_with_the_address(simulator: SaneSimulator) -> None:
    address = simulator.address + "&set.test-picture=Solid white"
    scanner = connect(parse_address(address))

    (page,) = scanner.scan(dpi=75, colour=False)

    assert Image.open(io.BytesIO(page.jpeg)).getextrema() == (255, 255)
    scanner.close()


def test_an_option_the_backend_lacks_is_refused_by_name(simulator: SaneSimulator) -> None:
    scanner = connect(parse_address(simulator.address + "&set.warp-drive=1"))

    with pytest.raises(errors.DeviceRefused, match="warp_drive"):
        scanner.scan(dpi=75)
    scanner.close()


def test_an_unknown_address_option_is_an_address_error(simulator: SaneSimulator) -> None:
    with pytest.raises(errors.AddressError, match="speed"):
        connect(parse_address(simulator.address + "&speed=9"))


def test_a_bed_smaller_than_a4_is_refused_instead_of_cropping(simulator: SaneSimulator) -> None:
    scanner = connect(parse_address(simulator.address))
    test_conf_path = Path(parse_address(simulator.address).options["config"], "test.conf")
    with test_conf_path.open("a") as test_conf:
        test_conf.write("geometry_max 200.0\nbr_x 80.0\nbr_y 100.0\n")

    with pytest.raises(errors.DeviceRefused, match="A4") as refused:
        scanner.scan(dpi=75)

    assert refused.value.reason == "area"
    scanner.close()


def test_a_name_that_sane_does_not_know_is_a_missing_device(simulator: SaneSimulator) -> None:
    with pytest.raises(errors.DeviceGone):
        connect(parse_address(simulator.address.replace("test:0", "test:7")))


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_it_opens_twice_and_leaves_no_descriptor(simulator: SaneSimulator) -> None:
    def cycle() -> None:
        scanner = connect(parse_address(simulator.address))
        scanner.scan(dpi=50)
        scanner.close()
        scanner.close()

    cycle()
    before = open_descriptors()
    for _ in range(5):
        cycle()

    assert open_descriptors() == before


def test_the_registry_opens_it_with_its_simulator() -> None:
    device = open_device("sane:sim://desk")

    assert "frontend-tester" in device.identity().model
    device.close()


def test_a_colour_page_is_in_colour() -> None:
    simulator = start({"picture": "Color pattern"})
    scanner = connect(parse_address(simulator.address))

    (page,) = scanner.scan(dpi=75)

    red, green, blue = Image.open(io.BytesIO(page.jpeg)).split()
    assert red.tobytes() != green.tobytes() != blue.tobytes()
    scanner.close()
    simulator.stop()


def test_the_simulator_names_its_faults() -> None:
    simulator = start_simulator("sane")

    with pytest.raises(ValueError, match="jammed"):
        simulator.fault("on fire")
    with pytest.raises(ValueError, match="Grid"):
        start({"picture": "Mona Lisa"})
    simulator.stop()
    simulator.stop()
