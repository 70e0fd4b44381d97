"""A scanner at the other end of a line, as rude as it is told to be.

Options: `wire` (serial; keys: input events of a keyboard), `end` (cr, lf, crlf, none), `aim` (yes =
sends AIM prefixes), `every_s` (sends a new code by itself that often, as one held before a pile of
papers does). `scan TEXT` on the terminal, or `scan`, sends a text; `mrz` sends a zone row by row.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from devices.barcode.keys import EVENT, encode_keys
from devices.options import Options, no_fault
from devices.pty import Pty

FAULTS: Final = (
    "silent",
    "garbage",
    "fragmented",
    "late",
    "unplugged",
    "unplugged_midway",
    "flipped_byte",
    "endless",
)
FRAMES: Final = ("plain", "3m", "desko")
SPECIMEN: Final = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
"""The machine readable zone that ICAO 9303-4, Appendix B prints."""
_ENDS: Final = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "none": b""}
_LATE_S: Final = 1.0


class BarcodeSimulator:
    """A running scanner; `flipped_byte:N` inverts byte N of each code."""

    def __init__(self, options: Mapping[str, str]) -> None:
        chosen = Options(options)
        chosen.only("wire", "end", "aim", "every_s")
        self._keys = chosen.one_of("wire", ("serial", "keys")) == "keys"
        self._end = _ENDS[chosen.one_of("end", tuple(_ENDS))]
        self._aim = "]Q1" if chosen.one_of("aim", ("no", "yes")) == "yes" else ""
        every_s = chosen.number("every_s", 0)
        self._faults: dict[str, int] = {}
        self._noise = random.Random(1)
        self._number = 0
        self._stopping = threading.Event()
        self._writing = threading.Lock()
        self._pty = Pty("scanner")
        self._thread: threading.Thread | None = None
        if every_s:
            self._thread = threading.Thread(target=self._repeat, args=(every_s,), daemon=True)
            self._thread.start()

    @property
    def address(self) -> str:
        """Return the address under which the driver reaches it."""
        return f"barcode:{self._pty.path}{'?wire=keys&grab=no' if self._keys else ''}"

    def scan(self, text: str) -> None:
        """Read a paper with the code `text`."""
        if self._keys:
            self._send(encode_keys(self._aim + text))
        else:
            self._send((self._aim + text).encode() + self._end)

    def mrz(self, rows: Sequence[str], *, frame: str = "plain") -> None:
        """Read a zone as a `plain` wedge, a `3m` or a `desko` swipe reader sends it."""
        if self._keys:
            self._send(b"".join(encode_keys(row) for row in rows))
            return
        body = b"".join(row.encode() + b"\r" for row in rows)
        framed = {
            "plain": body,
            "3m": b"\x01\x60OU\x020" + (b"" if len(rows) == 3 else b"\r") + body + b"\x03\x0d",
            "desko": b"\x01\x02" + body + b"\x03\x04",
        }
        self._send(framed[frame])

    def tell(self, verb: str, text: str) -> bool:
        """Obey a line of the terminal; False if it knows no such verb. Raises ValueError.

        `scan TEXT`, or `mrz [plain|3m|desko] [ROW ROW …]`, without rows ICAO's specimen.
        """
        if verb == "scan" and text:
            self.scan(text)
        elif verb == "mrz":
            first, *rest = text.split() or ["plain"]
            frame, rows = (first, rest) if first in FRAMES else ("plain", text.split())
            self.mrz(rows or SPECIMEN, frame=frame)
        else:
            return False
        return True

    def fault(self, name: str) -> None:
        """Switch a fault on, "" clears all. Raises ValueError listing the known names."""
        kind, _, number = name.partition(":")
        if kind and (kind not in FAULTS or (number and not number.isdigit())):
            raise no_fault(name, FAULTS)
        self._faults = {**self._faults, kind: int(number or 0)} if kind else {}
        if "unplugged" in self._faults:
            self._pty.unplug()
        elif not self._stopping.is_set():
            self._pty.plug()

    def stop(self) -> None:
        """Take it off the line; safe to call twice."""
        self._stopping.set()
        self._pty.close()
        if self._thread is not None:
            self._thread.join()

    def _repeat(self, every_s: float) -> None:
        while not self._stopping.wait(every_s):
            self._number += 1
            self.scan(f"LOKET-{self._number:06d}")

    def _send(self, octets: bytes) -> None:
        with self._writing:
            self._send_under(self._faults, octets)

    def _send_under(self, faults: Mapping[str, int], octets: bytes) -> None:
        if "silent" in faults:
            return
        if "late" in faults:
            self._stopping.wait(_LATE_S)
        octets = self._spoiled(faults, octets)
        if "unplugged_midway" in faults:
            self._pty.write(octets[: len(octets) // 2])
            self._stopping.wait(0.02)
            self._pty.unplug()
            return
        # the kernel never cuts an input event in two
        smallest = EVENT.size if self._keys else 1
        piece = smallest if "fragmented" in faults else len(octets)
        for start in range(0, len(octets), piece):
            self._pty.write(octets[start : start + piece])
            if piece == smallest:
                self._stopping.wait(0.001)

    def _spoiled(self, faults: Mapping[str, int], octets: bytes) -> bytes:
        if "garbage" in faults:
            end = b"" if self._keys else self._end
            return self._noise.randbytes(len(octets)) + end
        if "endless" in faults:
            return octets.rstrip(b"\r\n") * 100
        if "flipped_byte" in faults:
            at = faults["flipped_byte"] % len(octets)
            return octets[:at] + bytes([octets[at] ^ 0xFF]) + octets[at + 1 :]
        return octets


def start(options: Mapping[str, str], *, out: Path | None = None) -> BarcodeSimulator:
    """Start a scanner on a pseudo-terminal; it produces nothing for `out`."""
    del out
    return BarcodeSimulator(options)
