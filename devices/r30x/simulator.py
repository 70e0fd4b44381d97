"""A fingerprint sensor at the other end of a serial line, as rude as it is told to be.

Options: `model` (r307, as608, r503), `finger` (number of the picture, "none" = glass free), `baud`,
`pace` (0 = as fast as possible instead of the line rate), `template` (bytes), `late_s`,
`keeps_baud` (no = a changed rate is lost with the power). Under the fault `dry` fingers are hard to
read, but read.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from devices.options import Options, no_fault
from devices.pty import Pty
from devices.r30x.models import MODELS, model_of
from devices.r30x.simulated_sensor import SimulatedSensor
from devices.r30x.wire import Code

FAULTS: Final = (
    "no_finger",
    "messy",
    "few_points",
    "dry",
    "silent",
    "garbage",
    "fragmented",
    "late",
    "unplugged",
    "unplugged_midway",
    "flipped_byte",
)
_BITS_PER_BYTE: Final = 10  # start, eight, stop
_PIECE: Final = 32


class R30xSimulator:
    """A running simulator; `flipped_byte:N` inverts byte N of each packet."""

    def __init__(self, options: Mapping[str, str]) -> None:
        chosen = Options(options)
        chosen.only("model", "finger", "baud", "pace", "template", "late_s", "keeps_baud")
        bare = options.get("finger") == "none"
        self._sensor = SimulatedSensor(
            model_of(chosen.one_of("model", ("r307", *MODELS)), chosen.whole("template", 0)),
            finger=None if bare else chosen.whole("finger", 1),
            baud=chosen.whole("baud", 57600, least=9600, most=115_200),
        )
        self._finger = self._sensor.finger
        self._baud = self._sensor.baud
        self._paced = chosen.one_of("pace", ("1", "0")) == "1"
        self._late_s = chosen.number("late_s", 4)
        self._keeps_baud = chosen.one_of("keeps_baud", ("yes", "no")) == "yes"
        self._faults: dict[str, int] = {}
        self._noise = random.Random(self._finger)
        self._free_at = 0.0
        self._stopping = threading.Event()
        self._pty = Pty("sensor")
        self._thread = threading.Thread(target=self._run, name="r30x-simulator", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Return the address under which the driver reaches it."""
        baud = "" if self._baud == 57600 else f"?baud={self._baud}"
        return f"r30x:{self._pty.path}{baud}"

    def press(self, finger: int | None) -> None:
        """Put the finger of that number on the glass, None takes it away."""
        self._finger = finger
        self._apply()

    @property
    def baud(self) -> int:
        """Return the line rate that the sensor has now."""
        return self._sensor.baud

    @property
    def light(self) -> bytes:
        """Return what the ring light was last told: mode, speed, colour, times."""
        return self._sensor.lit

    def fault(self, name: str) -> None:
        """Switch a fault on, "" clears all. Raises ValueError listing the known names."""
        kind, _, number = name.partition(":")
        if kind and (kind not in FAULTS or (number and not number.isdigit())):
            raise no_fault(name, FAULTS)
        self._faults = {**self._faults, kind: int(number or 0)} if kind else {}
        self._apply()

    def stop(self) -> None:
        """Take it off the line; safe to call twice."""
        self._stopping.set()
        self._pty.close()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _apply(self) -> None:
        faults = self._faults
        self._sensor.dry = "dry" in faults
        self._sensor.finger = None if "no_finger" in faults else self._finger
        self._sensor.extract_code = Code.OK
        if "messy" in faults:
            self._sensor.extract_code = Code.MESSY
        elif "few_points" in faults:
            self._sensor.extract_code = Code.FEW_POINTS
        if "unplugged" in faults:
            self._pty.unplug()
            self._sensor.power_cycle(baud=None if self._keeps_baud else self._baud)
        elif not self._stopping.is_set():
            self._pty.plug()

    def _run(self) -> None:
        while not self._stopping.is_set():
            octets = self._pty.read(limit_s=0.2)
            # at another rate than its own a UART receives nothing that makes sense
            if not octets or self._pty.line_rate() != self._sensor.baud:
                continue
            baud = self._sensor.baud
            self._free_at = max(self._free_at, time.monotonic())
            for packet in self._sensor.receive(octets):
                self._send(packet, baud)

    def _send(self, packet: bytes, baud: int) -> None:
        faults = self._faults
        if "silent" in faults:
            return
        if "late" in faults:
            self._stopping.wait(self._late_s)
        if "garbage" in faults:
            packet = self._noise.randbytes(len(packet))
        if "flipped_byte" in faults:
            at = faults["flipped_byte"] % len(packet)
            packet = packet[:at] + bytes([packet[at] ^ 0xFF]) + packet[at + 1 :]
        if "unplugged_midway" in faults:
            self._pty.write(packet[: len(packet) // 2])
            self._stopping.wait(0.05)
            self._pty.unplug()
            return
        self._transmit(packet, baud, 1 if "fragmented" in faults and len(packet) < 64 else _PIECE)

    def _transmit(self, packet: bytes, baud: int, piece: int) -> None:
        for start in range(0, len(packet), piece):
            octets = packet[start : start + piece]
            if self._paced:
                self._wait_for_line(len(octets), baud)
            elif piece == 1:
                self._stopping.wait(0.001)
            self._pty.write(octets)

    def _wait_for_line(self, octets: int, baud: int) -> None:
        # waking late must not make the line slower than it is: the end is fixed by the start
        self._free_at += octets * _BITS_PER_BYTE / baud
        self._stopping.wait(max(self._free_at - time.monotonic(), 0))


def start(options: Mapping[str, str], *, out: Path | None = None) -> R30xSimulator:
    """Start a sensor on a pseudo-terminal; it produces nothing for `out`."""
    del out
    return R30xSimulator(options)
