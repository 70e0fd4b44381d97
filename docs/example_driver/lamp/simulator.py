"""A call lamp at the other end of a serial line, as rude as it is told to be."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from devices.options import Options, no_fault
from devices.pty import Pty
from lamp import wire

FAULTS = (
    "silent", "garbage", "late", "fragmented", "flipped_byte", "unplugged", "unplugged_midway",
)  # fmt: skip
LATE_S = 1.5


class LampSimulator:
    """A running lamp; `flipped_byte:N` inverts byte N of each answer."""

    def __init__(self) -> None:
        self.light = wire.Light.OFF
        self._fault, self._place = "", 0
        self._stopping = threading.Event()
        self._pty = Pty("lamp")
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Return the address under which the driver reaches it."""
        return f"lamp:{self._pty.path}"

    def fault(self, name: str) -> None:
        """Switch a fault on, "" clears it. Raises ValueError listing the known names."""
        kind, _, place = name.partition(":")
        if kind and (kind not in FAULTS or (place and not place.isdigit())):
            raise no_fault(name, FAULTS)
        self._fault, self._place = kind, int(place or 0)
        if kind == "unplugged":
            self._pty.unplug()
        elif not self._stopping.is_set():
            self._pty.plug()

    def stop(self) -> None:
        """Take it off the line; safe to call twice."""
        self._stopping.set()
        self._pty.close()
        self._thread.join()

    def _run(self) -> None:
        waiting = b""
        while not self._stopping.is_set():
            *lines, waiting = (waiting + self._pty.read(limit_s=0.2)).split(wire.END)
            for line in lines:
                if line[:1] == b"=" and line[1:] in (b"0", b"1", b"2"):
                    self.light = wire.Light(int(line[1:]))
                self._answer()

    def _answer(self) -> None:
        octets = wire.encode_status(wire.Status("00042", "1.3", self.light))
        if self._fault == "silent":
            return
        if self._fault == "late":
            self._stopping.wait(LATE_S)
        if self._fault == "garbage":
            octets = bytes(octet ^ 0x5A for octet in octets)
        if self._fault == "flipped_byte":
            at = self._place % len(octets)
            octets = octets[:at] + bytes([octets[at] ^ 0xFF]) + octets[at + 1 :]
        if self._fault == "unplugged_midway":
            self._pty.write(octets[: len(octets) // 2])
            self._pty.unplug()
            return
        piece = 1 if self._fault == "fragmented" else len(octets)
        for start in range(0, len(octets), piece):
            self._pty.write(octets[start : start + piece])


def start(options: Mapping[str, str], *, out: Path | None = None) -> LampSimulator:
    """Start a lamp on a pseudo-terminal; it has no options and leaves nothing in `out`."""
    del out
    Options(options).only()
    return LampSimulator()
