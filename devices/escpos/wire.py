"""ESC/POS as far as a ticket needs it: status, confirmed end of print, and the printer's answers.

Source: Epson ESC/POS command reference: DLE EOT, GS a, GS r, GS I, GS ( H, GS ( L. All answers
are told apart by their fixed bits, because they may overtake each other:

    DLE EOT   0xx1 xx10                      1 byte
    ASB       0xx1 xx00                      first of 4 bytes
    GS r      0000 eenn                      1 byte: paper end, near end
    GS I      5F text 00
    GS ( H    37 22 id id id id 00
    GS ( L    37 73 40 keys 00
    DLE DC4   37 25 00
    DLE EOT 20  10 0F paper user error error  printers with a presenter: paper 20h, in the output

Presenter: GS e 3 m presents m steps of 7 mm, GS e 2 retracts (Pyramid, Reliance ESC/POS commands;
Custom, manuals of KPM and VKP, "ejector").
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

ESC: Final = b"\x1b"
GS: Final = b"\x1d"
DLE_EOT: Final = b"\x10\x04"
PAPER_STATUS: Final = GS + b"r\x01"
FEED_AND_CUT: Final = GS + b"VB\x00"
AUTOMATIC_STATUS: Final = GS + b"a\x0e"
"""GS a: tell by itself when online state, error or paper change."""
PRESENT: Final = GS + b"e\x03\x0c"
RETRACT: Final = GS + b"e\x02"
FULL_STATUS: Final = 20
"""Number of DLE EOT for all that a printer with a presenter knows."""
CLEAR: Final = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""DLE DC4 function 8: forget everything received, at once, even in the middle of a picture."""
HIGHEST_PROCESS_ID: Final = 95**4 - 1
_DIGITS: Final = 95  # the printable characters 20h…7Eh
_MARKS: Final = b"ABCD"
_LONGEST_BLOCK: Final = 128
_FULL_HEAD: Final = b"\x10\x0f"
_IN_OUTPUT: Final = 0x20


class About(enum.IntEnum):
    """What GS I asks for."""

    FIRMWARE = 65
    MAKER = 66
    MODEL = 67
    SERIAL = 68


# ── what we send ─────────────────────────────────────────────────────────────


def ask_status(number: int) -> bytes:
    """Return DLE EOT `number` (1 printer, 2 offline cause, 3 error cause, 4 paper)."""
    return DLE_EOT + bytes([number])


def ask_about(what: About) -> bytes:
    """Return GS I for `what`."""
    return GS + b"I" + bytes([what])


def ask_process_id(process_id: int) -> bytes:
    """Return GS ( H function 48: the printer repeats the id when it has come to this point."""
    return GS + b"(H\x06\x00\x30\x30" + encode_process_id(process_id)


def encode_process_id(process_id: int) -> bytes:
    """Return the id as four printable characters. Raises ValueError beyond 95^4 - 1."""
    if not 0 <= process_id <= HIGHEST_PROCESS_ID:
        message = f"a process id lies between 0 and {HIGHEST_PROCESS_ID}, not {process_id}"
        raise ValueError(message)
    return bytes(process_id // _DIGITS**power % _DIGITS + 0x20 for power in (3, 2, 1, 0))


def decode_process_id(characters: bytes) -> int:
    """Return the id of four printable characters. Raises ValueError."""
    if len(characters) != 4 or not all(0x20 <= one < 0x7F for one in characters):
        message = "a process id has four printable characters"
        raise ValueError(message)
    return sum(
        (one - 0x20) * _DIGITS**power for one, power in zip(characters, (3, 2, 1, 0), strict=True)
    )


def remember_process_id(process_id: int) -> bytes:
    """Return commands that leave the id in the printer's memory until its power goes.

    The printer has no register for it, but it keeps downloaded graphics by two-character keys
    and lists them: GS ( L functions 81 (forget all) and 83 (define, here one dot each). Four
    keys, a mark and a digit each, are the id.
    """
    digits = encode_process_id(process_id)
    defined = [
        _graphics(83, b"\x30" + bytes([mark, digit]) + b"\x01\x01\x00\x01\x00\x31\x80")
        for mark, digit in zip(_MARKS, digits, strict=True)
    ]
    return _graphics(81, b"CLR") + b"".join(defined)


def ask_remembered_process_id() -> bytes:
    """Return GS ( L function 80: list the keys of the downloaded graphics."""
    return _graphics(80, b"KC")


def remembered_process_id(keys: bytes) -> int | None:
    """Read the id from the listed keys, None if they are not ours or not all there."""
    found = {keys[at]: keys[at + 1] for at in range(0, len(keys) - 1, 2)}
    if len(keys) != 8 or set(found) != set(_MARKS):
        return None
    return decode_process_id(bytes(found[mark] for mark in _MARKS))


def _graphics(function: int, parameters: bytes) -> bytes:
    body = bytes([48, function]) + parameters
    return GS + b"(L" + len(body).to_bytes(2, "little") + body


# ── what the printer answers ─────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class StatusByte:
    """An answer to DLE EOT; which question it answers only the order tells."""

    bits: int


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    """Four bytes that the printer sent by itself (ASB)."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class FullStatus:
    """The answer to DLE EOT 20."""

    octets: bytes

    @property
    def in_output(self) -> bool:
        """Whether a ticket still waits to be taken."""
        return bool(self.octets[2] & _IN_OUTPUT)


@dataclass(frozen=True, slots=True)
class PaperByte:
    """The answer to GS r 1, in order behind everything printed before it."""

    bits: int


@dataclass(frozen=True, slots=True)
class Text:
    """An answer to GS I."""

    text: str


@dataclass(frozen=True, slots=True)
class ProcessId:
    """The answer to GS ( H function 48."""

    process_id: int


@dataclass(frozen=True, slots=True)
class Keys:
    """The answer to GS ( L function 80."""

    keys: bytes


@dataclass(frozen=True, slots=True)
class Cleared:
    """The answer to DLE DC4 function 8."""


@dataclass(frozen=True, slots=True)
class Nonsense:
    """A byte that no answer begins with, or a block that breaks its form."""

    octets: bytes


Reply = (
    StatusByte
    | AutomaticStatus
    | FullStatus
    | PaperByte
    | Text
    | ProcessId
    | Keys
    | Cleared
    | Nonsense
)


class ReplyDecoder:
    """Collects bytes as they come and hands out whole answers."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, octets: bytes) -> list[Reply]:
        """Take `octets` and return the answers they complete."""
        self._waiting += octets
        replies = []
        while self._waiting and (length := self._complete()):
            taken = bytes(self._waiting[:length])
            del self._waiting[:length]
            if taken not in (b"\x11", b"\x13"):  # flow control is no answer
                replies.append(_reply(taken))
        return replies

    def _complete(self) -> int:
        first = self._waiting[0]
        if first in (0x37, 0x5F):
            end = self._waiting.find(b"\0")
            if end < 0:
                return len(self._waiting) if len(self._waiting) > _LONGEST_BLOCK else 0
            return end + 1
        if first & 0x93 == 0x10:
            # an automatic status never has 0F second: its bits 0 and 1 are fixed
            whole = 6 if self._waiting.startswith(_FULL_HEAD) else 4
            return whole if len(self._waiting) >= whole else 0
        return 1


def _reply(octets: bytes) -> Reply:
    first = octets[0]
    if first == 0x5F:
        return Text(octets[1:-1].decode("ascii", "replace"))
    if first == 0x37:
        return _block(octets)
    if first & 0x93 == 0x12:
        return StatusByte(first)
    if first & 0x93 == 0x10:
        return FullStatus(octets) if octets.startswith(_FULL_HEAD) else AutomaticStatus(octets)
    if first in (0x00, 0x03, 0x0C, 0x0F):
        return PaperByte(first)
    return Nonsense(octets)


def _block(octets: bytes) -> Reply:
    if octets[1:2] == b"\x73" and octets[2:3] in (b"\x40", b"\x41"):
        return Keys(octets[3:-1])
    if octets == b"\x37\x25\x00":
        return Cleared()
    try:
        if octets[1:2] == b"\x22":
            return ProcessId(decode_process_id(octets[2:-1]))
    except ValueError:
        return Nonsense(octets)
    return Nonsense(octets)


@dataclass(frozen=True, slots=True)
class Status:
    """What DLE EOT 1-4 said together."""

    offline: bool = False
    cover_open: bool = False
    paper_end: bool = False
    paper_near_end: bool = False
    cutter_error: bool = False
    error: bool = False


def status_of(bits: tuple[int, int, int, int]) -> Status:
    """Join the four answers to DLE EOT 1, 2, 3 and 4."""
    printer, cause, error, paper = bits
    return Status(
        offline=bool(printer & 0x08),
        cover_open=bool(cause & 0x04),
        paper_end=bool(cause & 0x20) or bool(paper & 0x60),
        paper_near_end=bool(paper & 0x0C),
        cutter_error=bool(error & 0x08),
        error=bool(cause & 0x40) or bool(error & 0x20),
    )


def status_bits(status: Status) -> tuple[int, int, int, int]:
    """Return the answers to DLE EOT 1, 2, 3 and 4 of a printer in that state."""
    blocked = status.cover_open or status.paper_end or status.cutter_error or status.error
    failing = status.cutter_error or status.error
    return (
        0x12 | 0x08 * (status.offline or blocked),
        0x12 | 0x04 * status.cover_open | 0x20 * status.paper_end | 0x40 * failing,
        0x12 | 0x08 * status.cutter_error | 0x20 * status.error,
        0x12 | 0x0C * (status.paper_near_end or status.paper_end) | 0x60 * status.paper_end,
    )


def status_of_automatic(octets: bytes) -> Status:
    """Read the four bytes of an automatic status (ASB)."""
    printer, error, paper, _ = octets
    return Status(
        offline=bool(printer & 0x08),
        cover_open=bool(printer & 0x20),
        paper_end=bool(paper & 0x0C),
        paper_near_end=bool(paper & 0x03),
        cutter_error=bool(error & 0x08),
        error=bool(error & 0x20),
    )


def full_status(status: Status, *, in_output: bool) -> bytes:
    """Return the answer to DLE EOT 20 of a printer in that state."""
    paper = status.paper_end | 0x04 * status.paper_near_end | _IN_OUTPUT * in_output
    return _FULL_HEAD + bytes([paper, 0x02 * status.cover_open, 0, status.cutter_error])


def automatic_bits(status: Status) -> bytes:
    """Return the automatic status (ASB) of a printer in that state."""
    blocked = status.cover_open or status.paper_end or status.cutter_error or status.error
    return bytes(
        [
            0x10 | 0x08 * (status.offline or blocked) | 0x20 * status.cover_open,
            0x08 * status.cutter_error | 0x20 * status.error,
            0x03 * (status.paper_near_end or status.paper_end) | 0x0C * status.paper_end,
            0x0F,
        ]
    )
