"""What a scanner sends, bytes → scans: lines, frames, AIM prefixes, machine readable zones.

    [AIM prefix `]Q1`] text CR | LF | CRLF            a barcode scanner, serial or typed
    44 signs CR 44 signs CR                           a plain MRZ wedge (also 2×36, 3×30)
    SOH len "OU" STX flag L1 CR L2 CR L3 CR ETX BCC   an MRZ swipe reader, 3M
    SOD STX L1 CR L2 CR [L3 CR] ETX EOD               an MRZ swipe reader, DESKO

AIM prefixes: ISO/IEC 15424, `]`, the symbology's letter, a modifier. Memory is bounded: a line
longer than the limit is thrown away to its end and reported once.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Final

from devices.limits import TABLE
from devices.mrz.wire import check_digit

LONGEST: Final = 512
"""The longest code of ours is an MRZ of 90 signs; a passport's PDF417 has 350."""
PART_S: Final = 0.3
"""Rows of one zone follow each other within this time, even over 1,200 baud."""
END_S: Final = TABLE["barcode"].silence_s
"""After so long without an end the scanner has none: a fault of its settings."""

_SOH, _STX, _ETX, _CR, _LF, _GS = 0x01, 0x02, 0x03, 0x0D, 0x0A, 0x1D
_ROW: Final = re.compile(r"[A-Z0-9<_]+")
_ROWS: Final = {44: 2, 36: 2, 30: 3}
_ROWS_OF_CARD: Final = 3
_HEAD: Final = re.compile(r"[PVACI][A-Z]{4}")
_AIM: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_FLAG: Final = 1  # 3M: the byte behind STX says how well it was read
_SYMBOLOGIES: Final = {
    "A": "Code 39",
    "C": "Code 128",
    "E": "EAN",
    "I": "ITF",
    "L": "PDF417",
    "Q": "QR",
    "d": "Data Matrix",
    "z": "Aztec",
}


class Unreadable(enum.StrEnum):
    """Why what came is no scan."""

    TOO_LONG = "too_long"
    NOT_TEXT = "not_text"
    NO_END = "no_end"


@dataclass(frozen=True, slots=True)
class Scan:
    """One thing that was read: `text` without prefix and end, `mrz` its rows if it is a zone."""

    text: str
    symbology: str = ""
    mrz: tuple[str, ...] = ()


Read = Scan | Unreadable


class Gatherer:
    """Collects bytes as they come and hands out whole scans; `at` is a clock in seconds."""

    def __init__(self, *, longest: int = LONGEST) -> None:
        self._longest = longest
        self._line = bytearray()
        self._overflowed = False
        self._framed = False
        self._three_m = False
        self._frame_ended = False
        self._rows: list[str] = []
        self._last_at = 0.0

    def feed(self, octets: bytes, *, at: float) -> list[Read]:
        """Take `octets` and return what they complete."""
        found = self.settle(at=at)
        self._last_at = at
        for octet in octets:
            found += self._take(octet)
        return found

    def settle(self, *, at: float) -> list[Read]:
        """Return what has to be over because nothing followed it: a lone row, an endless line."""
        found: list[Read] = []
        if self._rows and not self._framed and not self._line and at - self._last_at > PART_S:
            found += self._let_rows_go()
        if (self._line or self._overflowed) and at - self._last_at > END_S:
            found += self._let_rows_go()
            found.append(Unreadable.TOO_LONG if self._overflowed else Unreadable.NO_END)
            self._forget()
        return found

    @property
    def unfinished(self) -> bool:
        """Whether something is waiting for its end."""
        return bool(self._line or self._rows or self._overflowed)

    def _take(self, octet: int) -> list[Read]:
        if self._frame_ended:
            self._frame_ended = False
            if octet not in (_SOH, _STX):  # BCC or EOD, whatever its value
                return []
        if octet in (_SOH, _STX):
            return self._begin_frame(octet)
        if octet == _ETX and self._framed:
            return self._end_frame()
        if octet in (_CR, _LF):
            return self._end_line()
        if len(self._line) >= self._longest:
            self._line.clear()
            self._overflowed = True
        if not self._overflowed:
            self._line.append(octet)
        return []

    # ── frames ──

    def _begin_frame(self, octet: int) -> list[Read]:
        found = [] if self._framed else self._let_rows_go()
        three_m = octet == _STX and self._line.endswith(b"OU")
        self._forget()
        self._framed, self._three_m = True, three_m
        return found

    def _end_frame(self) -> list[Read]:
        found = self._end_line()
        found += self._let_rows_go()
        self._forget()
        self._frame_ended = True
        return found

    def _forget(self) -> None:
        self._line.clear()
        self._rows.clear()
        self._overflowed = self._framed = self._three_m = False

    # ── lines ──

    def _end_line(self) -> list[Read]:
        if self._overflowed:
            self._overflowed = False
            return [*self._let_rows_go(), Unreadable.TOO_LONG]
        line = bytes(self._line[_FLAG:] if self._three_m else self._line)
        self._line.clear()
        self._three_m = False
        if not line.strip(b"\0 "):
            return []  # the LF of CRLF, or a swipe reader's empty first row
        text = _text(line)
        if text is None:
            return [*self._let_rows_go(), Unreadable.NOT_TEXT]
        return self._row_or_code(text)

    def _row_or_code(self, text: str) -> list[Read]:
        count = _ROWS.get(len(text))
        is_row = count is not None and _ROW.fullmatch(text) is not None
        fits = is_row and (len(text) == len(self._rows[0]) if self._rows else _begins_zone(text))
        found = [] if fits else self._let_rows_go()
        if not fits:
            # a row of another length may begin a zone of its own
            return [*found, *self._row_or_code(text)] if found and is_row else [*found, _code(text)]
        self._rows.append(text)
        if len(self._rows) < (count or 0):
            return []
        rows = tuple(self._rows)
        self._rows.clear()
        return [Scan("\n".join(rows), "MRZ", rows)]

    def _let_rows_go(self) -> list[Read]:
        """Hand out rows that became no zone: whoever reads them sees that one is missing."""
        rows, self._rows = self._rows, []
        return [Scan(row) for row in rows]


def _begins_zone(row: str) -> bool:
    """Return whether a row of a zone's length is its first: most have fillers, not all.

    A card's row without any is known by its number's check digit (9303-5 §4.2.2), one of names that
    fill it by its letters (9303-4 §4.2.2).
    """
    if "<" in row or not _HEAD.match(row):
        return "<" in row
    if _ROWS[len(row)] == _ROWS_OF_CARD:
        number, digit = row[5:14], row[14]
        return "_" in number or check_digit(number) == digit
    return row.isalpha()


def _text(line: bytes) -> str | None:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return None
    text = text.strip(" ")
    return text if all(sign.isprintable() or ord(sign) == _GS for sign in text) else None


def _code(text: str) -> Scan:
    prefix = _AIM.match(text)
    if prefix is None or prefix.end() == len(text):
        return Scan(text)
    letter = text[1]
    return Scan(text[prefix.end() :], _SYMBOLOGIES.get(letter, f"AIM {letter}"))


class Repeats:
    """Drops the same scan again within `within_s` of its last sight: a code held in the beam."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._text = ""
        self._seen_at = 0.0

    def is_new(self, scan: Scan, *, at: float) -> bool:
        """Return whether `scan` is another one than the last, or was away long enough."""
        again = scan.text == self._text and at - self._seen_at < self._within_s
        self._text, self._seen_at = scan.text, at
        return not again
