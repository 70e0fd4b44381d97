"""The printer's own reading of an ESC/POS stream: what it prints, when it cuts, what it answers.

The stream is read as it comes, a command at a time; a raster is printed row by row. Real-time
commands (DLE EOT …) are answered by whoever receives the bytes and only skipped here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Final

from PIL import Image

from devices.escpos import drawing, wire
from devices.escpos.drawing import Style

_Read = Generator[int, bytes, None]
_CODE_PAGES: Final = {
    0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865",
    13: "cp857", 16: "cp1252", 17: "cp866", 18: "cp852", 19: "cp858", 33: "cp775", 35: "cp861",
    39: "iso8859-2", 40: "iso8859-15", 45: "cp1250", 46: "cp1251", 48: "cp1254", 51: "cp1257",
}  # fmt: skip
# arguments of the commands that change nothing visible here
_ESC_ARGUMENTS: Final = {
    b"2": 0, b"3": 1, b" ": 1, b"R": 1, b"M": 1, b"{": 1, b"V": 1, b"=": 1, b"r": 1, b"S": 0,
    b"L": 0, b"$": 2, b"\\": 2, b"p": 3, b"c": 2, b"G": 1, b"%": 1, b"u": 1, b"v": 0, b"T": 1,
}  # fmt: skip
_GS_ARGUMENTS: Final = {
    b"L": 2, b"W": 2, b"H": 1, b"h": 1, b"w": 1, b"f": 1, b"b": 1, b"P": 2, b"$": 2, b"\\": 2,
    b":": 0, b"T": 1,
}  # fmt: skip
_QR_LEVELS: Final = {48: "l", 49: "m", 50: "q", 51: "h"}


@dataclass(slots=True)
class Memory:
    """What the printer keeps between tickets until its power goes."""

    process_id: bytes = b""
    graphics: tuple[bytes, ...] = ()
    watched: bool = False
    in_output: bool = False
    retracted: int = 0


class Paper:
    """Prints what it is fed. `cut` gets each finished ticket, `answer` each in-order answer."""

    def __init__(
        self,
        width_dots: int,
        *,
        cut: Callable[[Image.Image], None],
        answer: Callable[[bytes], None],
        watch: Callable[[], None],
        about: dict[wire.About, str],
    ) -> None:
        self.memory = Memory()
        self.printed: list[str] = []
        """Every line that was printed in the printer's own letters."""
        self.knows_process_ids = True
        self.rows = 0
        self._width = width_dots
        self._cut = cut
        self._answer = answer
        self._watch = watch
        self._about = about
        self._waiting = bytearray()
        self._forget()
        self._reading = self._read()
        self._needed = next(self._reading)

    def _forget(self) -> None:
        self._style = Style()
        self._codec = "cp437"
        self._line: list[tuple[str, Style]] = []
        self._strips: list[Image.Image] = []
        self._qr = (b"", 3, "l")
        self.rows = 0

    def feed(self, octets: bytes) -> None:
        """Print `octets`, remembering an unfinished command."""
        self._waiting += octets
        while len(self._waiting) >= self._needed:
            taken = bytes(self._waiting[: self._needed])
            del self._waiting[: self._needed]
            self._needed = self._reading.send(taken)

    def clear(self) -> None:
        """Forget the command in work; what is on the paper stays there."""
        self._waiting.clear()
        self._line = []
        self._reading = self._read()
        self._needed = next(self._reading)

    # ── commands ──

    def _read(self) -> _Read:
        while True:
            first = yield 1
            if first == b"\n":
                self._end_line()
            elif first == wire.ESC:
                yield from self._read_esc()
            elif first == wire.GS:
                yield from self._read_gs()
            elif first == b"\x10":
                yield from self._read_real_time()
            elif first == b"\x1c":
                yield from self._read_fs()
            elif first >= b" ":
                self._add_character(first.decode(self._codec, "replace"))

    def _read_real_time(self) -> _Read:
        kind = yield 1
        if kind in (b"\x04", b"\x05"):
            yield 1
        elif kind == b"\x14":
            function = yield 1
            yield 7 if function == b"\x08" else 2

    def _read_fs(self) -> _Read:
        kind = yield 1
        if kind not in (b".", b"&"):
            yield 2 if kind in (b"S", b"p") else 1

    def _read_esc(self) -> _Read:
        kind = yield 1
        if kind == b"@":
            self._end_line(only_if_started=True)
            self._style, self._codec = Style(), "cp437"
        elif kind == b"*":
            yield from self._read_columns()
        elif kind == b"D":
            while (yield 1) != b"\0":
                continue
        elif kind in _ESC_ARGUMENTS:
            if arguments := _ESC_ARGUMENTS[kind]:
                yield arguments
        else:
            self._set_style(kind, (yield 1)[0])

    def _set_style(self, kind: bytes, value: int) -> None:
        if kind in (b"d", b"J"):
            self._end_line(only_if_started=True)
            self._add(drawing.blank(self._width, value * (30 if kind == b"d" else 1)))
        elif kind == b"a":
            self._style = replace(self._style, align=value % 48 % 3)
        elif kind == b"E":
            self._style = replace(self._style, bold=bool(value & 1))
        elif kind == b"-":
            self._style = replace(self._style, underlined=value % 48 > 0)
        elif kind == b"t":
            self._codec = _CODE_PAGES.get(value, "cp437")
        elif kind == b"!":
            self._style = replace(
                self._style,
                bold=bool(value & 8),
                high=2 if value & 16 else 1,
                wide=2 if value & 32 else 1,
                underlined=bool(value & 128),
            )

    def _read_gs(self) -> _Read:
        kind = yield 1
        long_ones = {
            b"v": self._read_raster,
            b"V": self._read_cut,
            b"(": self._read_block,
            b"k": self._read_barcode,
            b"e": self._read_ejector,
        }
        if kind in long_ones:
            yield from long_ones[kind]()
        elif kind in (b"!", b"B", b"r", b"I", b"a"):
            self._obey_gs(kind, (yield 1)[0])
        elif arguments := _GS_ARGUMENTS.get(kind, 0):
            yield arguments

    def _obey_gs(self, kind: bytes, value: int) -> None:
        if kind == b"!":
            self._style = replace(self._style, wide=(value >> 4) + 1, high=(value & 7) + 1)
        elif kind == b"B":
            self._style = replace(self._style, reversed=bool(value & 1))
        elif kind == b"r":
            self._answer(b"\x00")
        elif kind == b"I":
            self._tell(value)
        elif self.knows_process_ids:
            self.memory.watched = value != 0
            self._watch()

    def _read_raster(self) -> _Read:
        header = yield 6
        self._end_line(only_if_started=True)
        row_bytes = int.from_bytes(header[2:4], "little")
        for _ in range(int.from_bytes(header[4:6], "little") if row_bytes else 0):
            row = yield row_bytes
            self._add(drawing.raster(self._width, row_bytes, row, align=self._style.align))

    def _read_columns(self) -> _Read:
        header = yield 3
        columns, tall = int.from_bytes(header[1:3], "little"), header[0] >= 32
        octets = yield columns * (3 if tall else 1)
        self._line.extend((" ", self._style) for _ in range(columns // drawing.CELL_W))
        del octets  # column pictures are taken, not drawn: tickets are rasters

    def _read_cut(self) -> _Read:
        if (mode := (yield 1)[0]) >= 65:
            dots = (yield 1)[0]
            self._add(drawing.blank(self._width, dots if mode >= 65 else 0))
        self._end_line(only_if_started=True)
        if self._strips:
            self._cut(drawing.joined(self._strips, self._width))
        self._strips, self.rows = [], 0

    def _read_ejector(self) -> _Read:
        function = (yield 1)[0]
        if function in (3, 32):
            yield 1 if function == 3 else 2
            self.memory.in_output = True
        elif function == 2 and self.memory.in_output:
            self.memory.in_output = False
            self.memory.retracted += 1

    def _read_barcode(self) -> _Read:
        if (yield 1)[0] >= 65:
            text = yield (yield 1)[0]
        else:
            text = b""
            while (character := (yield 1)) != b"\0":
                text += character
        self._end_line(only_if_started=True)
        shown = [(character, self._style) for character in f"|{text.decode('ascii', 'replace')}|"]
        self._add(drawing.text_line(shown, self._width, self._style.align))

    def _read_block(self) -> _Read:
        head = yield 3
        length = int.from_bytes(head[1:3], "little")
        body = (yield length) if length else b""
        if head[:1] == b"k" and body[:1] == b"\x31":
            self._qr_command(body[1], body[2:])
        elif head[:1] == b"H" and body[:2] == b"\x30\x30" and self.knows_process_ids:
            self.memory.process_id = body[2:6]
            self._answer(b"\x37\x22" + body[2:6] + b"\0")
        elif head[:1] == b"L" and self.knows_process_ids:
            self._graphics_command(body[1], body[2:])

    def _qr_command(self, function: int, arguments: bytes) -> None:
        text, dots, level = self._qr
        if function == 67:
            self._qr = (text, arguments[0], level)
        elif function == 69:
            self._qr = (text, dots, _QR_LEVELS.get(arguments[0], "l"))
        elif function == 80:
            self._qr = (arguments[1:], dots, level)
        elif function == 81 and text:
            self._end_line(only_if_started=True)
            align = self._style.align
            self._add(
                drawing.qr(text, module_dots=dots, level=level, width=self._width, align=align)
            )

    def _graphics_command(self, function: int, arguments: bytes) -> None:
        if function == 81 and arguments == b"CLR":
            self.memory.graphics = ()
        elif function == 83:
            key = arguments[1:3]
            others = tuple(known for known in self.memory.graphics if known != key)
            self.memory.graphics = (*others, key)
        elif function == 80:
            self._answer(b"\x37\x73\x40" + b"".join(self.memory.graphics) + b"\0")

    def _tell(self, what: int) -> None:
        if what in self._about.keys():  # noqa: SIM118 - an int is found among its IntEnum
            self._answer(b"\x5f" + self._about[wire.About(what)].encode("ascii") + b"\0")

    # ── paper ──

    def _add_character(self, character: str) -> None:
        cells = sum(style.wide for _, style in self._line) + self._style.wide
        if cells * drawing.CELL_W > self._width:
            self._end_line()
        self._line.append((character, self._style))

    def _end_line(self, *, only_if_started: bool = False) -> None:
        if only_if_started and not self._line:
            return
        self.printed.append("".join(character for character, _ in self._line))
        self._add(drawing.text_line(self._line, self._width, self._style.align))
        self._line = []

    def _add(self, strip: Image.Image) -> None:
        if strip.height:
            self._strips.append(strip)
            self.rows += strip.height
