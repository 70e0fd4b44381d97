import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from escpos.printer import Network
from PIL import Image

from devices.address import parse_address
from devices.capabilities import Lamp, PrintState, TicketImage
from devices.errors import (
    AddressError,
    CoverOpen,
    DeviceGone,
    DeviceSilent,
    OutOfPaper,
)
from devices.escpos import bytes_out, driver, simulator, wire
from devices.escpos.driver import EscposPrinter, Limits
from devices.escpos.settings import connected, settings_of
from devices.escpos.simulator import EscposSimulator

FAST = Limits(work_s=3)
# where an answer comes, a machine that pauses is waited for
PATIENT = Limits(work_s=3, identity_s=20, status_s=20)


def ticket(rows: int = 700, seed: int = 1) -> TicketImage:
    return TicketImage(576, rows, random.Random(seed).randbytes(72 * rows))


@pytest.fixture(params=["tcp", "serial"])
def simulated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EscposSimulator]:
    options = {"pty": "yes" if request.param == "serial" else "no"}
    running = simulator.start(options, out=tmp_path / "tickets")
    yield running
    running.stop()


@pytest.fixture
def printer(simulated: EscposSimulator) -> Iterator[EscposPrinter]:
    opened = EscposPrinter(parse_address(simulated.address), limits=PATIENT)
    yield opened
    opened.close()


@pytest.fixture
def hasty(simulated: EscposSimulator) -> Iterator[EscposPrinter]:
    """The printer for tests in which no answer comes."""
    opened = EscposPrinter(parse_address(simulated.address), limits=FAST)
    yield opened
    opened.close()


def printed(folder: Path) -> list[Image.Image]:
    pictures = []
    for path in sorted((folder / "tickets").iterdir()):
        with Image.open(path) as picture:
            pictures.append(picture.convert("1"))
    return pictures


def wait_until(condition: Callable[[], bool], limit_s: float = 30) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, f"waited {limit_s} s"
        time.sleep(0.01)  # until the condition above


def set_fault_while_printing(simulated: EscposSimulator, fault: str) -> threading.Thread:
    def watch() -> None:
        wait_until(lambda: simulated.rows > 0)
        simulated.fault(fault)

    watcher = threading.Thread(target=watch)
    watcher.start()
    return watcher


def test_a_ticket_comes_out_dot_for_dot_and_is_confirmed(
    printer: EscposPrinter, tmp_path: Path
) -> None:
    sent = ticket()

    result = printer.print_ticket(sent, process_id=4711)

    assert result.state is PrintState.PRINTED
    (paper,) = printed(tmp_path)
    picture = paper.crop((0, 0, 576, 700))
    assert bytes(byte ^ 0xFF for byte in picture.tobytes()) == sent.rows
    assert paper.height > 700  # fed to the cutter
    assert printer.last_process_id() == 4711


def test_tickets_are_numbered_and_whole(printer: EscposPrinter, tmp_path: Path) -> None:
    for number in range(1, 4):
        result = printer.print_ticket(ticket(rows=64, seed=number), process_id=number)
        assert result.state is PrintState.PRINTED

    names = sorted(path.name for path in (tmp_path / "tickets").iterdir())
    assert names == ["ticket-0001.png", "ticket-0002.png", "ticket-0003.png"]


def test_a_ticket_whose_dots_look_like_status_questions_is_still_confirmed(
    printer: EscposPrinter, tmp_path: Path
) -> None:
    rows = (b"\x10\x04\x01\x10\x04\x04" * 12) * 40
    sent = TicketImage(576, 40, rows)

    result = printer.print_ticket(sent, process_id=9)

    assert result.state is PrintState.PRINTED
    (paper,) = printed(tmp_path)
    assert bytes(byte ^ 0xFF for byte in paper.crop((0, 0, 576, 40)).tobytes()) == rows


def test_a_printer_without_process_ids_confirms_by_its_paper_status(
    simulated: EscposSimulator, printer: EscposPrinter
) -> None:
    simulated.fault("no_process_id")

    assert printer.print_ticket(ticket(), process_id=5).state is PrintState.PRINTED
    assert printer.last_process_id() == 5  # this driver remembers what the printer cannot


def test_the_printer_remembers_the_last_ticket_when_the_driver_does_not(
    simulated: EscposSimulator, printer: EscposPrinter
) -> None:
    printer.print_ticket(ticket(), process_id=1234567)
    printer.close()

    restarted = driver.connect(parse_address(simulated.address))
    last = restarted.last_process_id()
    restarted.close()

    assert last == 1234567


def test_a_fresh_printer_remembers_nothing(printer: EscposPrinter) -> None:
    assert printer.last_process_id() is None


@pytest.mark.parametrize(("fault", "error"), [("paper_out", OutOfPaper), ("cover_open", CoverOpen)])
def test_nothing_is_sent_to_a_printer_that_cannot_print(
    simulated: EscposSimulator,
    printer: EscposPrinter,
    tmp_path: Path,
    fault: str,
    error: type[Exception],
) -> None:
    simulated.fault(fault)
    with pytest.raises(error):
        printer.print_ticket(ticket(), process_id=1)
    simulated.fault("")

    assert printer.print_ticket(ticket(seed=2), process_id=2).state is PrintState.PRINTED
    assert len(printed(tmp_path)) == 1


def test_paper_that_ends_in_the_middle_leaves_the_print_unknown(
    simulated: EscposSimulator, printer: EscposPrinter, tmp_path: Path
) -> None:
    printer.print_ticket(ticket(rows=64), process_id=1)
    simulated.fault("paper_out_midway")

    result = printer.print_ticket(ticket(), process_id=2)

    assert (result.state, result.code) == (PrintState.UNKNOWN, "paper_end")
    assert len(printed(tmp_path)) == 1
    with pytest.raises(OutOfPaper):
        printer.print_ticket(ticket(), process_id=3)


def test_an_unknown_print_is_resolved_by_the_printer_when_paper_is_back(
    simulated: EscposSimulator, printer: EscposPrinter
) -> None:
    simulated.fault("paper_out_midway")
    result = printer.print_ticket(ticket(), process_id=77)
    simulated.fault("")

    assert result.state is PrintState.UNKNOWN
    wait_until(lambda: printer.last_process_id() == 77)


def test_a_slow_printer_is_waited_for(simulated: EscposSimulator, printer: EscposPrinter) -> None:
    simulated.fault("slow")

    assert printer.print_ticket(ticket(rows=300), process_id=8).state is PrintState.PRINTED


def test_a_printer_that_falls_silent_leaves_the_print_unknown(
    simulated: EscposSimulator, hasty: EscposPrinter
) -> None:
    simulated.fault("slow")
    watcher = set_fault_while_printing(simulated, "silent")
    result = hasty.print_ticket(ticket(rows=1200), process_id=8)
    watcher.join()

    assert result.state is PrintState.UNKNOWN
    assert result.code == "device_silent"


def test_a_silent_printer_gets_no_ticket(
    simulated: EscposSimulator, hasty: EscposPrinter, tmp_path: Path
) -> None:
    simulated.fault("silent")

    with pytest.raises(DeviceSilent):
        hasty.print_ticket(ticket(), process_id=1)
    assert printed(tmp_path) == []


def test_a_printer_unplugged_in_the_middle_has_failed_or_is_unknown(
    simulated: EscposSimulator, printer: EscposPrinter
) -> None:
    simulated.fault("slow")
    watcher = set_fault_while_printing(simulated, "unplugged")
    result = printer.print_ticket(ticket(rows=1200), process_id=8)
    watcher.join()

    assert result.state in (PrintState.UNKNOWN, PrintState.FAILED)
    assert result.code in ("device_gone", "device_silent")
    with pytest.raises(DeviceGone):
        printer.health()


def test_a_printer_without_a_way_back_has_sent(tmp_path: Path) -> None:
    mute = simulator.start({}, out=tmp_path / "tickets")
    mute.fault("silent")
    printer = driver.connect(parse_address(f"{mute.address}?answers=no"))

    result = printer.print_ticket(ticket(rows=100), process_id=1)
    health = printer.health()
    wait_until(lambda: mute.tickets > 0)
    printer.close()
    mute.stop()

    assert (result.state, result.code) == (PrintState.SENT, "not_confirmed")
    assert (health.lamp, health.code) == (Lamp.WARNING, "status_unknown")
    assert len(printed(tmp_path)) == 1


def black_rows(picture: Image.Image) -> list[bytes]:
    octets, row = bytes(byte ^ 0xFF for byte in picture.tobytes()), picture.width // 8
    rows = [octets[at : at + row] for at in range(0, len(octets), row)]
    return [one for one in rows if any(one)]


def test_a_ticket_after_a_broken_one_is_whole(
    simulated: EscposSimulator, printer: EscposPrinter, tmp_path: Path
) -> None:
    whole = ticket(rows=200, seed=2)
    half = b"\x1dv0\x00" + (72).to_bytes(2, "little") + (900).to_bytes(2, "little") + bytes(7200)
    printer.close()
    leave_in_the_middle(simulated, half)

    restarted = EscposPrinter(parse_address(simulated.address), limits=FAST)
    result = restarted.print_ticket(whole, process_id=3)
    model = restarted.identity().model
    restarted.close()

    assert result.state is PrintState.PRINTED
    assert model == "Loket receipt printer"
    assert black_rows(printed(tmp_path)[-1]) == [
        whole.rows[at : at + 72] for at in range(0, len(whole.rows), 72)
    ]


def leave_in_the_middle(simulated: EscposSimulator, octets: bytes) -> None:
    """Send `octets` as a program would that dies in the middle of a picture."""
    stream = connected(settings_of(parse_address(simulated.address)), limit_s=30)
    stream.write(octets, limit_s=30)
    wait_until(lambda: simulated.rows >= 100)
    stream.close()


def test_a_ticket_in_work_survives_the_program_that_sent_it(
    simulated: EscposSimulator, printer: EscposPrinter, tmp_path: Path
) -> None:
    printer.close()
    simulated.fault("slow")
    stream = connected(settings_of(parse_address(simulated.address)), limit_s=30)
    carrier = bytes_out.Carrier(stream, limit_s=20)
    sender = bytes_out.sender(carrier, profile="TM-T20II")
    bytes_out.send_ticket(sender, ticket(rows=700), partial_cut=False)
    carrier.sendall(wire.remember_process_id(88))
    stream.close()

    restarted = driver.connect(parse_address(simulated.address))
    wait_until(lambda: restarted.last_process_id() == 88)
    restarted.close()

    (paper,) = printed(tmp_path)
    assert black_rows(paper) == black_rows(bytes_out.picture_of(ticket(rows=700)))


def test_a_ticket_after_a_failed_one_is_whole(
    simulated: EscposSimulator, printer: EscposPrinter, tmp_path: Path
) -> None:
    whole = ticket(rows=200, seed=2)
    simulated.fault("slow")
    watcher = set_fault_while_printing(simulated, "unplugged")
    printer.print_ticket(ticket(rows=1200), process_id=1)
    watcher.join()
    simulated.fault("")

    result = printer.print_ticket(whole, process_id=3)

    assert result.state is PrintState.PRINTED
    rows = [whole.rows[at : at + 72] for at in range(0, len(whole.rows), 72)]
    assert black_rows(printed(tmp_path)[-1])[-200:] == rows


@pytest.mark.parametrize(
    ("fault", "lamp", "code"),
    [
        ("", Lamp.READY, "ready"),
        ("near_end", Lamp.WARNING, "paper_near_end"),
        ("paper_out", Lamp.DOWN, "paper_end"),
        ("cover_open", Lamp.DOWN, "cover_open"),
    ],
)
def test_health_says_what_the_printer_says(
    simulated: EscposSimulator, printer: EscposPrinter, fault: str, lamp: Lamp, code: str
) -> None:
    simulated.fault(fault)

    health = printer.health()

    assert (health.lamp, health.code) == (lamp, code)


def test_a_printer_opened_without_paper_tells_its_name_later(simulated: EscposSimulator) -> None:
    simulated.fault("paper_out")
    printer = driver.connect(parse_address(simulated.address))
    before = printer.identity().model
    simulated.fault("")

    printer.print_ticket(ticket(rows=50), process_id=1)
    after = printer.identity().model
    printer.close()

    assert before == ""
    assert after == "Loket receipt printer"


def test_a_ticket_that_does_not_fit_is_refused(printer: EscposPrinter) -> None:
    with pytest.raises(ValueError, match="640 dots, the paper 576"):
        printer.print_ticket(TicketImage(640, 1, bytes(80)))
    with pytest.raises(ValueError, match="rows"):
        printer.print_ticket(TicketImage(576, 2, bytes(72)))


@pytest.mark.parametrize(
    "address",
    [
        "escpos:10.0.0.9",
        "escpos:usb://4b8:e15",
        "escpos:socket://",
        "escpos:socket://h:1?cut=maybe",
        "escpos:socket://h:1?baud=fast",
        "escpos:socket://h:1?profile=none-such",
    ],
)
def test_a_wrong_address_is_refused(address: str) -> None:
    with pytest.raises(AddressError):
        driver.connect(parse_address(address))


def test_python_escpos_prints_text_and_codes_on_the_simulator(tmp_path: Path) -> None:
    running = simulator.start({}, out=tmp_path / "tickets")
    client = Network("127.0.0.1", int(running.address.rpartition(":")[2]), timeout=60)
    client.profile.profile_data["media"]["width"]["pixels"] = 576

    online, paper = client.is_online(), client.paper_status()
    client.set(align="center", bold=True, double_height=True, double_width=True)
    client.text("A012\n")
    client.set()
    client.text("Kantor Imigrasi: é\n")
    client.qr("HTTPS://LOKET.EXAMPLE/T/1", native=True, size=6)
    client.cut()
    wait_until(lambda: running.tickets > 0)
    client.close()
    running.stop()

    (picture,) = printed(tmp_path)
    assert (online, paper) == (True, 2)
    assert picture.width == 576
    black = picture.tobytes().count(0)
    assert black > 0
    assert _code_in(picture) == "HTTPS://LOKET.EXAMPLE/T/1"


def _code_in(picture: Image.Image) -> str:
    import zxingcpp

    framed = Image.new("L", (picture.width + 80, picture.height + 80), 255)
    framed.paste(picture.convert("L"), (40, 40))
    return str(zxingcpp.read_barcodes(framed)[0].text)
