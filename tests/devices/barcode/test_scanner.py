import http.server
import io
import threading
import time
from collections.abc import Iterator
from typing import cast

import pytest
import segno
from PIL import Image

from devices.barcode import simulator
from devices.barcode.driver import BarcodeScanner
from devices.barcode.simulator import BarcodeSimulator
from devices.errors import AddressError, DeviceBusy, DeviceProtocolError, DeviceRefused
from devices.registry import open_device

TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)


@pytest.fixture
def scanner() -> Iterator[BarcodeSimulator]:
    running = simulator.start({})
    yield running
    running.stop()


@pytest.fixture
def reader(scanner: BarcodeSimulator) -> Iterator[BarcodeScanner]:
    device = cast("BarcodeScanner", open_device(scanner.address))
    yield device
    device.close()


def test_codes_and_zones_are_kept_apart(scanner: BarcodeSimulator, reader: BarcodeScanner) -> None:
    scanner.mrz(TD3)
    scanner.scan("LOKET:R:CTH-261123-0042-K:ABC")

    assert reader.read_code(wait_s=30) == "LOKET:R:CTH-261123-0042-K:ABC"
    assert reader.read_mrz(wait_s=30) == TD3
    assert reader.read_scan(wait_s=0.05) is None


@pytest.mark.parametrize("frame", ["plain", "3m", "desko"])
def test_swipe_readers_come_through_the_same_door(
    scanner: BarcodeSimulator, reader: BarcodeScanner, frame: str
) -> None:
    scanner.mrz(TD3, frame=frame)

    assert reader.read_mrz(wait_s=30) == TD3


def test_the_same_paper_held_in_the_beam_is_one_scan(
    scanner: BarcodeSimulator, reader: BarcodeScanner
) -> None:
    for _ in range(5):
        scanner.scan("A-001")
    scanner.scan("A-002")

    assert [reader.read_code(wait_s=30), reader.read_code(wait_s=30)] == ["A-001", "A-002"]
    assert reader.read_code(wait_s=0.05) is None


def test_a_code_without_end_is_refused_in_words(
    scanner: BarcodeSimulator, reader: BarcodeScanner
) -> None:
    scanner.fault("endless")
    scanner.scan("A-001")

    with pytest.raises(DeviceRefused, match=r"longer than any of ours|set the scanner") as caught:
        reader.read_scan(wait_s=30)

    assert caught.value.reason in ("too_long", "no_end")
    scanner.fault("")
    scanner.scan("\rA-003")
    assert reader.read_code(wait_s=30) == "A-003"


def test_what_another_program_holds_is_busy(
    scanner: BarcodeSimulator, reader: BarcodeScanner
) -> None:
    with pytest.raises(DeviceBusy):
        open_device(scanner.address)


def test_a_path_that_is_no_keyboard_cannot_be_grabbed() -> None:
    running = simulator.start({"wire": "keys"})
    try:
        with pytest.raises(DeviceProtocolError, match="no input device"):
            open_device(running.address.replace("&grab=no", ""))
    finally:
        running.stop()


@pytest.mark.parametrize("option", ["baud=fast", "wire=rope", "colour=red", "again_s=x"])
def test_a_wrong_option_is_an_address_error(option: str) -> None:
    with pytest.raises(AddressError):
        open_device(f"barcode:/dev/ttyNONE?{option}")


# ── a camera that looks ──


class Pictures(http.server.BaseHTTPRequestHandler):
    picture = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=x")
        self.end_headers()
        head = f"--x\r\nContent-Type: image/jpeg\r\nContent-Length: {len(self.picture)}\r\n\r\n"
        try:
            while True:
                self.wfile.write(head.encode() + self.picture + b"\r\n")
                time.sleep(0.05)  # twenty pictures a second
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        return


def test_a_camera_reads_the_code_on_a_paper() -> None:
    code = io.BytesIO()
    segno.make("LOKET:R:CTH-261123-0042-K:ABC").save(code, kind="png", scale=5)
    paper = Image.new("RGB", (640, 480), "white")
    paper.paste(Image.open(code).rotate(12, expand=True, fillcolor=255).convert("RGB"), (200, 90))
    jpeg = io.BytesIO()
    paper.save(jpeg, "JPEG")
    handler = type("Paper", (Pictures,), {"picture": jpeg.getvalue()})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        device = open_device(f"barcode:http://127.0.0.1:{server.server_port}/cam.mjpg")
        try:
            scan = cast("BarcodeScanner", device).read_scan(wait_s=60)
        finally:
            device.close()
    finally:
        server.shutdown()
        server.server_close()

    assert scan is not None
    assert scan.text == "LOKET:R:CTH-261123-0042-K:ABC"
    assert scan.symbology.startswith("QR")
