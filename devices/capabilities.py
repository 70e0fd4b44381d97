"""What a device can do, as small Protocols, and the values that cross them.

All calls are synchronous, bounded in time, and raise only from `devices.errors`. An ordinary
outcome (no finger on the glass) is a return value. A driver satisfies one or more Protocols.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

Progress = Callable[[int, int], None]
"""Called with (done, total); the unit is the operation's own (bytes, rows, pages)."""


def no_progress(_done: int, _total: int) -> None:
    """Ignore progress."""


class Lamp(enum.StrEnum):
    """The four states a device row shows (web-look: lamp)."""

    READY = "ready"
    BUSY = "busy"
    WARNING = "warning"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the device says it is; empty strings where it cannot tell."""

    model: str = ""
    serial: str = ""
    firmware: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """State of a device now; `code` is stable (`paper_near_end`, `paper_end`, `cover_open`, …)."""

    lamp: Lamp
    code: str = "ready"
    detail: str = ""


@runtime_checkable
class Device(Protocol):
    """Every driver."""

    def identity(self) -> Identity:
        """Return what the device said of itself when it was opened."""
        ...

    def health(self) -> Health:
        """Ask the device how it is, within the status limit. Raises DeviceUnavailable."""
        ...

    def close(self) -> None:
        """Release the device; safe to call twice."""
        ...


# ── fingerprint ──────────────────────────────────────────────────────────────


class CaptureResult(enum.StrEnum):
    """Outcome of one attempt to capture a finger."""

    CAPTURED = "captured"
    NO_FINGER = "no_finger"
    MESSY = "messy"
    FEW_POINTS = "few_points"


@dataclass(frozen=True, slots=True)
class FingerImage:
    """Grey image, 8 bit, row by row; `native_bits` is what the sensor delivered."""

    width_px: int
    height_px: int
    dpi: int
    pixels: bytes
    native_bits: int = 8
    certified: bool = False

    def png(self) -> bytes:
        """Return the image as PNG with its resolution recorded."""
        import io

        from PIL import Image

        out = io.BytesIO()
        picture = Image.frombytes("L", (self.width_px, self.height_px), self.pixels)
        picture.save(out, "PNG", dpi=(self.dpi, self.dpi))
        return out.getvalue()


@dataclass(frozen=True, slots=True)
class FingerCapture:
    """Result of a capture; image and the sensor's opaque template when CAPTURED."""

    result: CaptureResult
    image: FingerImage | None = None
    template: bytes = b""
    template_kind: str = ""
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class FingerAbilities:
    """What a reader can take: which fingers by ISO number, together or singly, with a preview.

    `slaps` is whether it takes four fingers at once; without `preview` a page shows progress.
    """

    positions: tuple[int, ...] = tuple(range(1, 11))
    slaps: bool = False
    preview: bool = False
    dpi: int = 500
    certified: bool = False


@runtime_checkable
class FingerprintReader(Device, Protocol):
    """A sensor that captures fingers."""

    def abilities(self) -> FingerAbilities:
        """Return what it can take; known once it is open."""
        ...

    def capture(
        self,
        *,
        wait_s: float,
        progress: Progress = no_progress,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> FingerCapture:
        """Wait up to `wait_s` for a finger, capture it and fetch its image once.

        Returns NO_FINGER when time ran out or `cancelled()` became true.
        """
        ...


# ── camera ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Photo:
    """A JPEG still."""

    jpeg: bytes
    width_px: int
    height_px: int


@runtime_checkable
class Camera(Device, Protocol):
    """A camera for portraits."""

    def photo(self) -> Photo:
        """Take the newest frame at full size. Raises DeviceRefused if black or frozen."""
        ...

    def preview(self) -> Iterator[bytes]:
        """Yield JPEG frames, longest edge 640 px, newest only, until closed."""
        ...


# ── scanner ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """One page as JPEG."""

    jpeg: bytes
    width_px: int
    height_px: int
    dpi: int


@runtime_checkable
class DocumentScanner(Device, Protocol):
    """A flatbed or feeder scanner."""

    def scan(
        self,
        *,
        dpi: int = 300,
        colour: bool = True,
        feeder: bool = False,
        max_pages: int = 1,
        progress: Progress = no_progress,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> list[ScannedPage]:
        """Scan up to `max_pages` A4 pages. Raises OutOfPaper, Jammed, CoverOpen."""
        ...


# ── printers ─────────────────────────────────────────────────────────────────


class PrintState(enum.StrEnum):
    """How far a print is known to have come; UNKNOWN is never repeated without saying "copy"."""

    SENT = "sent"
    PRINTED = "printed"
    UNKNOWN = "unknown"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PrintResult:
    """Outcome of a print; `code` and `detail` say why it is not PRINTED."""

    state: PrintState
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TicketImage:
    """A 1-bit ticket picture: rows of `width_dots / 8` bytes, 1 = black."""

    width_dots: int
    height_dots: int
    rows: bytes


@runtime_checkable
class TicketPrinter(Device, Protocol):
    """A thermal receipt printer."""

    def print_ticket(self, ticket: TicketImage, *, process_id: int = 1) -> PrintResult:
        """Print and cut one ticket and confirm its end where the printer can.

        Raises OutOfPaper, CoverOpen before anything is sent; afterwards the result says it.
        """
        ...

    def last_process_id(self) -> int | None:
        """Return the process id the printer confirmed last, None if it cannot tell."""
        ...


@dataclass(frozen=True, slots=True)
class SlipText:
    """A paragraph in the printer's letters, `size` 1 to 8 times as large."""

    text: str
    size: int = 1
    bold: bool = False
    centred: bool = False


@dataclass(frozen=True, slots=True)
class SlipCode:
    """A QR code in the middle of the slip, at most `module_dots` a module."""

    text: str
    module_dots: int = 8


SlipPart = SlipText | SlipCode


@runtime_checkable
class SlipPrinter(Device, Protocol):
    """A receipt printer that is told text and codes instead of a picture."""

    def print_slip(self, slip: Sequence[SlipPart], *, process_id: int = 1) -> PrintResult:
        """Print and cut `slip` and confirm its end where the printer can.

        Latin letters are the printer's own, all others are drawn. Raises OutOfPaper, CoverOpen
        before anything is sent, DeviceRefused `no_font`, ValueError for what does not fit.
        """
        ...


@runtime_checkable
class DocumentPrinter(Device, Protocol):
    """A page printer that takes PDF."""

    def print_pdf(
        self, pdf: bytes, *, job_name: str, copies: int = 1, progress: Progress = no_progress
    ) -> PrintResult:
        """Print `pdf` and follow the job to its end. `job_name` is unique per job."""
        ...

    def find_job(self, job_name: str) -> PrintResult | None:
        """Return what the printer knows of an earlier job of that name, None if nothing."""
        ...


class Cue(enum.Enum):
    """What light and beeper of a reader tell the person."""

    OFF = enum.auto()
    READY = enum.auto()
    READING = enum.auto()
    REMOVE = enum.auto()
    ERROR = enum.auto()


# ── cards and passports ──────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class MrzKey:
    """The part of the MRZ that opens a chip: document number, dates as YYMMDD."""

    document_number: str
    birth_date: str
    expiry_date: str


@dataclass(frozen=True, slots=True)
class CanKey:
    """The card access number printed on a document: six digits, for PACE alone."""

    number: str


AccessKey = MrzKey | CanKey
"""What opens a chip."""


class Verdict(enum.StrEnum):
    """Outcome of one check on a chip."""

    VALID = "valid"
    ALTERED = "altered"
    UNKNOWN_SIGNER = "unknown_signer"
    EXPIRED_SIGNER = "expired_signer"
    CLONE_SUSPECTED = "clone_suspected"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict with its reason, e.g. ("passive", ALTERED, "DG1 does not match EF.SOD")."""

    check: str
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PassportRead:
    """What came off a chip: raw files by short name (COM, DG1 …) and the station's findings.

    `access` is "BAC" or "PACE", "" when the chip has no scheme of ours. `proofs` are what the chip
    did to show that it is no copy (devices.emrtd.proofs). The hub judges files and proofs again,
    these findings are hints.
    """

    access: str
    files: Mapping[str, bytes]
    findings: tuple[Finding, ...] = ()
    apdus: int = 0
    mrz: str = ""
    face_jpeg: bytes = b""
    proofs: Mapping[str, bytes] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class CardReader(Device, Protocol):
    """A PC/SC reader."""

    def present(self) -> bool:
        """Return whether a card or passport lies on the reader."""
        ...

    def transmit(self, apdu: bytes) -> bytes:
        """Send one command APDU and return response data + SW1 SW2. Raises DocumentRemoved."""
        ...

    def reset(self) -> None:
        """Power-cycle the card."""
        ...


@dataclass(frozen=True, slots=True)
class OfficerCard:
    """A card as it was found: "piv" with the certificate of slot 9A, or "other".

    An "other" card has a number that anybody can copy: it identifies and proves nothing.
    """

    kind: str
    number: str
    certificate: bytes = b""


@runtime_checkable
class OfficerCardReader(Device, Protocol):
    """Reads officers' cards and lets them sign."""

    def present(self) -> bool:
        """Return whether a card is in the reader."""
        ...

    def officer_card(self) -> OfficerCard:
        """Return whose card it is. Raises DocumentRemoved, DeviceProtocolError."""
        ...

    def confirm(self, challenge: bytes, purpose: str, pin: str, *, bound: str = "") -> bytes:
        """Let the card sign `challenge` for the act `purpose`. Raises WrongPin, DeviceRefused.

        `bound` is the SHA-256 that the card's certificate must have before it gets the PIN.
        """
        ...


@runtime_checkable
class PassportReader(Device, Protocol):
    """Reads ICAO 9303 chips."""

    def present(self) -> bool:
        """Return whether a document lies on the reader."""
        ...

    def read_passport(
        self,
        key: AccessKey,
        *,
        progress: Progress = no_progress,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> PassportRead:
        """Open the chip with `key` and read it; progress counts bytes.

        Raises WrongAccessKey, ChipDelays, CanTriesUsed, DocumentRemoved, DeviceProtocolError.
        """
        ...


@runtime_checkable
class MrzReader(Device, Protocol):
    """A swipe or desk reader that sends MRZ lines."""

    def read_mrz(self, *, wait_s: float) -> tuple[str, ...] | None:
        """Wait for one document; return its lines without controls, None if nothing came."""
        ...


@runtime_checkable
class BarcodeReader(Device, Protocol):
    """A barcode scanner."""

    def read_code(self, *, wait_s: float) -> str | None:
        """Wait for one code; return its text without AIM prefix, None if nothing came."""
        ...
