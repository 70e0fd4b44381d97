"""A device used once, as a technician tries it: finger, photo, scan, test print, code, card."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from devices import capabilities, saying
from devices.capabilities import CaptureResult, Device, PrintResult, PrintState

if TYPE_CHECKING:
    from PIL.Image import Image

    from devices.barcode.wire import Scan

WAIT_S = 10.0
_WIDTH, _HEIGHT = 384, 120
_SCAN = "Pindai satu kode atau MRZ. / Scan a code, or swipe an MRZ."
_NOTHING_CAME = (
    "Tidak ada kode yang terbaca; pindai lagi, lalu periksa kecepatan (baud) dan akhir baris"
    " / No code came: scan again, then check the scanner's rate (baud) and line end"
)
_TEXT = "LOKET  uji cetak / print test"


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it; `fine` is whether the device did its work."""

    words: str
    fine: bool = True


@dataclass(frozen=True, slots=True)
class Trial:
    """How a device with one ability is tried; `ask` is what a person has to do for it."""

    ask: str
    run: Callable[[Device], Tried]


def trial_of(device: Device) -> Trial | None:
    """Return how this device can be tried, None if it cannot."""
    found = (trial for name, trial in _TRIALS.items() if callable(getattr(device, name, None)))
    return next(found, None)


def _finger(device: Device) -> Tried:
    reader = cast("capabilities.FingerprintReader", device)
    result = reader.capture(wait_s=WAIT_S).result
    return Tried(saying.finger_words(result), result is CaptureResult.CAPTURED)


def _photo(device: Device) -> Tried:
    taken = cast("capabilities.Camera", device).photo()
    return Tried(f"foto / photo {taken.width_px}x{taken.height_px}")


def _scan(device: Device) -> Tried:
    pages = cast("capabilities.DocumentScanner", device).scan(dpi=100)
    return Tried(f"{len(pages)} halaman / page(s)", bool(pages))


def _ticket(device: Device) -> Tried:
    paper = _test_paper()
    dots = capabilities.TicketImage(paper.width, paper.height, paper.tobytes())
    return _printed(cast("capabilities.TicketPrinter", device).print_ticket(dots))


def _document(device: Device) -> Tried:
    from PIL import Image, ImageOps

    page = Image.new("L", (827, 1169), 255)  # A4 at 100 dots an inch
    page.paste(ImageOps.invert(_test_paper().convert("L")), (80, 80))
    out = io.BytesIO()
    page.save(out, "PDF", resolution=100)
    printer = cast("capabilities.DocumentPrinter", device)
    return _printed(printer.print_pdf(out.getvalue(), job_name="loket-test"))


def _printed(result: PrintResult) -> Tried:
    return Tried(saying.print_words(result), result.state in (PrintState.PRINTED, PrintState.SENT))


class _ScanReader(Protocol):
    def read_scan(self, *, wait_s: float) -> Scan | None: ...


def _scanned(device: Device) -> Tried:
    """Wait for a code or a machine readable zone; neither is shown, for it is somebody's."""
    scan = cast("_ScanReader", device).read_scan(wait_s=WAIT_S)
    if scan is None:
        return Tried(_NOTHING_CAME, fine=False)
    return _zone(scan.mrz) if scan.mrz else _code(scan.text)


def _code(text: str) -> Tried:
    return Tried(f"kode dengan {len(text)} huruf / a code of {len(text)} characters")


def _zone(rows: tuple[str, ...]) -> Tried:
    from devices.mrz.wire import MrzError, parse_mrz

    try:
        parse_mrz(rows)
    except MrzError as error:
        return Tried(f"MRZ: {error}", fine=False)
    size = f"{len(rows)}×{len(rows[0])}"
    return Tried(f"MRZ {size}, digit periksa cocok / MRZ {size}, its check digits fit")


def _code_only(device: Device) -> Tried:
    text = cast("capabilities.BarcodeReader", device).read_code(wait_s=WAIT_S)
    return Tried(_NOTHING_CAME, fine=False) if text is None else _code(text)


def _card(device: Device) -> Tried:
    if cast("capabilities.CardReader", device).present():
        return Tried("ada dokumen atau kartu / a document or card is there")
    return Tried("tidak ada dokumen atau kartu / no document or card is there", fine=False)


def _test_paper() -> Image:
    from PIL import Image, ImageDraw, ImageFont

    paper = Image.new("1", (_WIDTH, _HEIGHT), 0)
    pen = ImageDraw.Draw(paper)
    pen.rectangle((2, 2, _WIDTH - 3, _HEIGHT - 3), outline=1, width=3)
    pen.text((20, 50), _TEXT, font=ImageFont.load_default(18), fill=1)
    return paper


_TRIALS = {
    "capture": Trial("Letakkan jari. / Put a finger on the glass.", _finger),
    "photo": Trial("", _photo),
    "scan": Trial("", _scan),
    "print_ticket": Trial("", _ticket),
    "print_pdf": Trial("", _document),
    "read_scan": Trial(_SCAN, _scanned),
    "read_code": Trial(_SCAN, _code_only),
    "present": Trial("", _card),
}
"""By the method that shows the ability, the first that a device has."""
