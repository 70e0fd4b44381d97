"""What each kind of job does with its device, and what its outcome means to the hub.

These run in the device's thread. An outcome is an `Ending`; what a driver raises passes through.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

import msgspec
from PIL import Image

from counter_agent.outbox import Ending, Part
from devices.camera.quality import Background, PortraitCamera, Rules
from devices.capabilities import (
    AccessKey,
    Camera,
    CanKey,
    CaptureResult,
    Device,
    DocumentPrinter,
    DocumentScanner,
    FingerImage,
    FingerprintReader,
    MrzKey,
    OfficerCardReader,
    PassportReader,
    Photo,
    PrintResult,
    PrintState,
    Progress,
    TicketImage,
    TicketPrinter,
)
from devices.errors import DeviceProtocolError, DeviceRefused, DocumentRemoved
from devices.fingers.quality import ALGORITHM, quality_of
from devices.pdf import pages_to_pdf
from devices.piv.pin import PinKey, PinLost
from hub.wire import ChipEvidence, ChipKey, Job, PassportInput

ROLE_OF_KIND: Mapping[str, str] = {
    "capture_finger": "fingerprint",
    "take_photo": "camera",
    "scan": "scanner",
    "read_passport": "passport_reader",
    "confirm_by_card": "card_reader",
    "print_document": "document_printer",
    "print_ticket": "ticket_printer",
}
PRINTS = frozenset({"print_document", "print_ticket"})
"""Kinds that leave paper: never repeated by themselves."""
ONCE = frozenset({"confirm_by_card"})
"""Kinds that end with the first trouble: a PIN is sent to its card once."""

FINGER_WAIT_S = 30.0
SHOTS, BETWEEN_SHOTS_S = 3, 0.6
"""A portrait is taken so often by itself; after that the officer decides."""
PASSPORT_WAIT_S, CARD_WAIT_S, LOOK_EVERY_S = 30.0, 10.0, 0.3
_LONGEST_WAIT_S = 120.0
_MOST_PAGES = 100
_DPI = range(75, 1201)


class WrongOptions(Exception):
    """The job's options or content make no sense; the text names the option."""


@dataclass(frozen=True, slots=True)
class Order:
    """A job with all that its device needs."""

    job: Job
    content: bytes
    progress: Progress
    cancelled: Callable[[], bool]
    pins: PinKey
    """Opens the PIN that comes with the order of a card's signature."""
    pause: Callable[[float], None] = time.sleep
    """Waits between two shots of a portrait: the person moves."""


def perform(device: Device, order: Order, *, print_id: int) -> Ending:
    """Do the job; what the order asks wrongly is a failed ending. Raises DeviceError."""
    try:
        return _perform(device, order, print_id)
    except WrongOptions as error:
        return Ending("failed", code="options_invalid", detail=str(error))


def _perform(device: Device, order: Order, print_id: int) -> Ending:
    match order.job.kind:
        case "capture_finger":
            return _capture_finger(cast("FingerprintReader", device), order)
        case "take_photo":
            return _take_photo(cast("Camera", device), order)
        case "scan":
            return _scan(cast("DocumentScanner", device), order)
        case "read_passport":
            return _read_passport(cast("PassportReader", device), order)
        case "confirm_by_card":
            return _confirm_by_card(cast("OfficerCardReader", device), order)
        case "print_document":
            return _print_document(cast("DocumentPrinter", device), order)
        case "print_ticket":
            return _print_ticket(cast("TicketPrinter", device), order, print_id)


def look_up(device: Device, kind: str, job: str, print_id: int) -> PrintResult:
    """Ask the printer what became of a print whose end nobody saw; SENT means: ask again."""
    if kind == "print_ticket":
        return _last_ticket(cast("TicketPrinter", device), print_id)
    found = cast("DocumentPrinter", device).find_job(job)
    return found or PrintResult(PrintState.UNKNOWN, "printer_forgot")


def print_ending(result: PrintResult) -> Ending:
    """Return what a print's outcome means: paper is there, is not there, or a person must look."""
    facts = {"print": result.state.value}
    match result.state:
        case PrintState.PRINTED | PrintState.SENT:
            return Ending("done", code=result.code, detail=result.detail, facts=facts)
        case PrintState.FAILED:
            return Ending("failed", (), result.code or "print_failed", result.detail, facts)
        case PrintState.UNKNOWN:
            return Ending("unknown", (), result.code or "print_unknown", result.detail, facts)


def _last_ticket(printer: TicketPrinter, print_id: int) -> PrintResult:
    if printer.last_process_id() == print_id:
        return PrintResult(PrintState.PRINTED)
    return PrintResult(PrintState.SENT, "not_confirmed")  # it may still be printing


def _capture_finger(reader: FingerprintReader, order: Order) -> Ending:
    wait_s = _number(order.job, "wait_s", FINGER_WAIT_S, 1.0, _LONGEST_WAIT_S)
    capture = reader.capture(wait_s=wait_s, progress=order.progress, cancelled=order.cancelled)
    if capture.result is not CaptureResult.CAPTURED or capture.image is None:
        return Ending("failed", code=capture.result.value)
    image = capture.image
    facts = {
        "finger": order.job.options.get("finger", ""),
        "width": str(image.width_px),
        "height": str(image.height_px),
        "dpi": str(image.dpi),
        "template_kind": capture.template_kind,
        "native_bits": str(image.native_bits),
        "certified": "yes" if image.certified else "no",
        "attempts": str(capture.attempts),
    } | _measured(image, int(_number(order.job, "least_quality", 0, 0, 100)))
    return Ending("done", (Part("image/png", image.png()),), facts=facts)


def _measured(image: FingerImage, least: int) -> dict[str, str]:
    found = quality_of(image, least)
    return {
        "quality": str(found.score),
        "quality_by": ALGORITHM,
        "covered": f"{found.covered:.2f}",
        "certainty": f"{found.certainty:.2f}",
        "advice": found.advice,
    }


def _take_photo(camera: Camera, order: Order) -> Ending:
    if isinstance(camera, PortraitCamera):
        photo, facts = _best_portrait(camera, order)
    else:
        photo, facts = camera.photo(), {}
    facts |= {"width": str(photo.width_px), "height": str(photo.height_px)}
    return Ending("done", (Part("image/jpeg", photo.jpeg),), facts=facts)


def _best_portrait(camera: PortraitCamera, order: Order) -> tuple[Photo, dict[str, str]]:
    """Take the portrait again while something is wrong with it, at most `shots` times."""
    shots = int(_number(order.job, "shots", SHOTS, 1, 10))
    rules = Rules(background=_background(order.job))
    best = camera.portrait(rules)
    taken = 1
    while best.faults and taken < shots and not order.cancelled():
        order.progress(taken, shots)
        order.pause(BETWEEN_SHOTS_S)
        best = min(best, camera.portrait(rules), key=lambda one: len(one.faults))
        taken += 1
    measured = best.measured
    return best.photo, {
        "faults": " ".join(best.faults),
        "shots": str(taken),
        "face_share": f"{measured.face_share:.2f}",
        "sharpness": f"{measured.sharpness:.1f}",
        "brightness": f"{measured.brightness:.0f}",
        "offset": f"{measured.offset:.2f}",
        "tilt_deg": "" if measured.tilt_deg is None else f"{measured.tilt_deg:.1f}",
        "background": measured.background or "",
        "background_wanted": rules.background,
        "background_spread": f"{measured.background_spread:.1f}",
        "faces": str(measured.faces),
    }


def _background(job: Job) -> Background:
    wanted = job.options.get("background", Background.WHITE)
    try:
        return Background(wanted)
    except ValueError as error:
        message = f"background: {' or '.join(Background)}"
        raise WrongOptions(message) from error


def _scan(scanner: DocumentScanner, order: Order) -> Ending:
    pages = scanner.scan(
        dpi=int(_number(order.job, "dpi", 300, _DPI.start, _DPI.stop - 1)),
        colour=_flag(order.job, "colour", default=True),
        feeder=_flag(order.job, "feeder", default=False),
        max_pages=int(_number(order.job, "pages", 1, 1, _MOST_PAGES)),
        progress=order.progress,
        cancelled=order.cancelled,
    )
    if not pages or order.cancelled():
        return Ending("failed", code="cancelled")
    facts = {"pages": str(len(pages)), "dpi": str(pages[0].dpi)}
    return Ending("done", (Part("application/pdf", pages_to_pdf(pages)),), facts=facts)


def _read_passport(reader: PassportReader, order: Order) -> Ending:
    """Read the chip with the key in the job's file; the hub judges what it gave."""
    key = _access_key(order.content)
    if not _laid_down(reader, order, PASSPORT_WAIT_S):
        return Ending("failed", code="cancelled" if order.cancelled() else "no_passport")
    read = reader.read_passport(key, progress=order.progress, cancelled=order.cancelled)
    if read.access not in ("BAC", "PACE"):
        return Ending("failed", code="passport_no_scheme")
    said = PassportInput(
        source="chip",
        document_number="",
        birth_date="",
        expiry_date="",
        mrz=read.mrz,
        chip=ChipEvidence(
            access="PACE" if read.access == "PACE" else "BAC",
            files=dict(read.files),
            proofs=dict(read.proofs),
            apdus=read.apdus,
        ),
    )
    part = Part("application/octet-stream", msgspec.json.encode(said))
    return Ending("done", (part,), facts={"access": read.access, "apdus": str(read.apdus)})


def _laid_down(reader: PassportReader | OfficerCardReader, order: Order, wait_s: float) -> bool:
    """Wait until a person has laid the document down; return whether that came true in time."""
    until = time.monotonic() + wait_s
    while not reader.present():
        if order.cancelled() or time.monotonic() > until:
            return False
        time.sleep(LOOK_EVERY_S)  # a person lays it down
    return True


def _confirm_by_card(reader: OfficerCardReader, order: Order) -> Ending:
    """Let the officer's card sign the hub's challenge; its PIN is opened here, for it alone."""
    asked = order.job.options
    challenge = _challenge(asked)
    try:
        pin = order.pins.open(order.content, challenge)
    except PinLost:
        return Ending("failed", code="card_pin_lost")
    if not _laid_down(reader, order, CARD_WAIT_S):
        return Ending("failed", code="cancelled" if order.cancelled() else "card_absent")
    purpose, bound = asked.get("purpose", ""), asked.get("certificate", "")
    try:
        signature = reader.confirm(challenge, purpose, pin, bound=bound)
    except DocumentRemoved:
        return Ending("failed", code="card_removed")
    except DeviceRefused as error:
        return Ending("failed", code=f"card_{error.reason}", detail=error.detail)
    except DeviceProtocolError as error:  # the card, not the reader: each errand powers it anew
        return Ending("failed", code="card_garbled", detail=error.detail)
    return Ending("done", (Part("application/octet-stream", signature),))


def _challenge(options: Mapping[str, str]) -> bytes:
    try:
        return bytes.fromhex(options.get("challenge", ""))
    except ValueError as error:
        message = "challenge: hexadecimal digits"
        raise WrongOptions(message) from error


def _access_key(content: bytes) -> AccessKey:
    try:
        said = msgspec.json.decode(content, type=ChipKey)
    except msgspec.DecodeError as error:
        message = "blob: no key of a passport"
        raise WrongOptions(message) from error
    if said.can:
        return CanKey(said.can)
    return MrzKey(said.document_number, said.birth_date, said.expiry_date)


def _print_document(printer: DocumentPrinter, order: Order) -> Ending:
    if not order.content.startswith(b"%PDF-"):
        message = "blob: no PDF"
        raise WrongOptions(message)
    copies = int(_number(order.job, "copies", 1, 1, 9))
    result = printer.print_pdf(
        order.content, job_name=order.job.id, copies=copies, progress=order.progress
    )
    return print_ending(result)


def _print_ticket(printer: TicketPrinter, order: Order, print_id: int) -> Ending:
    ticket = ticket_image(order.content)
    try:
        result = printer.print_ticket(ticket, process_id=print_id)
    except ValueError as error:  # wider than the paper
        message = f"blob: {error}"
        raise WrongOptions(message) from error
    return print_ending(result)


def ticket_image(png: bytes) -> TicketImage:
    """Turn a ticket's PNG into printer dots, dark is black. Raises WrongOptions."""
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            grey = picture.convert("L")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        message = "blob: no PNG picture"
        raise WrongOptions(message) from error
    width = -(-grey.width // 8) * 8
    page = Image.new("L", (width, grey.height), 255)
    page.paste(grey)
    # Pillow's "1" has 1 = white, the printer 1 = black
    dots = page.point(lambda level: 255 if level < 128 else 0).convert("1")
    return TicketImage(width, grey.height, dots.tobytes())


def _number(job: Job, name: str, default: float, least: float, most: float) -> float:
    text = job.options.get(name, "")
    try:
        value = float(text) if text else default
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        message = f"{name}: a number from {least:g} to {most:g}"
        raise WrongOptions(message)
    return value


def _flag(job: Job, name: str, *, default: bool) -> bool:
    text = job.options.get(name, "").lower()
    if text in ("", "yes", "true", "1", "no", "false", "0"):
        return text in ("yes", "true", "1") if text else default
    message = f"{name}: yes or no"
    raise WrongOptions(message)
