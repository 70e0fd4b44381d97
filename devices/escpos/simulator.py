"""A receipt printer on TCP or a serial line that leaves its tickets as PNG files.

Options: `port` (TCP, 0 = any free one), `pty` (yes = a serial line instead), `width` (dots),
`model`, `presenter` (yes; the line `take` takes a ticket out), `late_s`. Tickets are
`ticket-0001.png`, … in the folder given at the start.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from PIL import Image

from devices.escpos import wire
from devices.escpos.paper import Paper
from devices.escpos.real_time import RealTimeScanner
from devices.escpos.simulated_port import TcpPort
from devices.options import Options, no_fault
from devices.pty import Pty

FAULTS: Final = (
    "paper_out",
    "paper_out_midway",
    "near_end",
    "cover_open",
    "silent",
    "garbage",
    "fragmented",
    "late",
    "unplugged",
    "unplugged_midway",
    "flipped_byte",
    "slow",
    "no_process_id",
)
_DPI: Final = 203.2
_ROWS_LEFT_ON_THE_ROLL: Final = 150
_SLICE: Final = 72


class EscposSimulator:
    """A running simulator; `flipped_byte:N` inverts byte N of each answer."""

    def __init__(self, options: Mapping[str, str], out: Path | None) -> None:
        chosen = Options(options)
        chosen.only("port", "pty", "width", "model", "presenter", "late_s")
        self._out = out
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
        self.tickets = 0
        self._presents = chosen.one_of("presenter", ("no", "yes")) == "yes"
        self._late_s = chosen.number("late_s", 2)
        self._faults: dict[str, int] = {}
        self._status = wire.Status()
        self._noise = random.Random(1)
        self._scanner = RealTimeScanner()
        self._buffer = bytearray()
        self._paper = self._new_paper(options)
        self._port: TcpPort | Pty
        if chosen.one_of("pty", ("no", "yes")) == "yes":
            self._port = Pty("printer")
        else:
            self._port = TcpPort(chosen.whole("port", 0, most=65_535))
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="escpos-simulator", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Return the address under which the driver reaches it."""
        where = self._port.where if isinstance(self._port, TcpPort) else self._port.path
        return f"escpos:{where}"

    @property
    def rows(self) -> int:
        """Return how many rows of dots of the ticket in work are printed."""
        return self._paper.rows

    @property
    def printed(self) -> list[str]:
        """Return the lines that were printed in the printer's own letters."""
        return list(self._paper.printed)

    @property
    def retracted(self) -> int:
        """Return how many tickets were drawn back into the printer."""
        return self._paper.memory.retracted

    @property
    def in_output(self) -> bool:
        """Whether a ticket waits to be taken."""
        return self._paper.memory.in_output

    def tell(self, verb: str, _text: str) -> bool:
        """Obey `take`: somebody takes the ticket out of the presenter."""
        if verb == "take":
            self._paper.memory.in_output = False
        return verb == "take"

    def fault(self, name: str) -> None:
        """Switch a fault on, "" clears all. Raises ValueError listing the known names."""
        kind, _, number = name.partition(":")
        if kind and (kind not in FAULTS or (number and not number.isdigit())):
            raise no_fault(name, FAULTS)
        self._faults = {**self._faults, kind: int(number or 0)} if kind else {}
        self._paper.knows_process_ids = "no_process_id" not in self._faults
        self._set_status(
            wire.Status(
                cover_open="cover_open" in self._faults,
                paper_end="paper_out" in self._faults,
                paper_near_end="near_end" in self._faults,
            )
        )
        if "unplugged" in self._faults:
            self._port.unplug()
        elif not self._stopping.is_set():
            self._port.plug()

    def stop(self) -> None:
        """Take it off the wire; safe to call twice."""
        self._stopping.set()
        self._port.close()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _new_paper(self, options: Mapping[str, str]) -> Paper:
        about = {
            wire.About.MAKER: "Loket",
            wire.About.MODEL: options.get("model", "Loket receipt printer"),
            wire.About.SERIAL: "SIM00001",
            wire.About.FIRMWARE: "1.00",
        }
        width = Options(options).whole("width", 576, least=8, most=2000)
        return Paper(
            width, cut=self._keep, answer=self._answer, watch=self._tell_state, about=about
        )

    # ── the wire ──

    def _run(self) -> None:
        while not self._stopping.is_set():
            may_print = bool(self._buffer) and not self._blocked()
            octets = self._port.read(limit_s=0.005 if may_print else 0.1)
            if octets:
                self._receive(octets)
            self._print_some()

    def _receive(self, octets: bytes) -> None:
        forgotten = 0
        for found, end in self._scanner.feed(octets):
            if found == wire.ask_status(wire.FULL_STATUS):
                if self._presents:
                    waiting = self._paper.memory.in_output
                    self._answer(wire.full_status(self._status, in_output=waiting))
            elif found != wire.CLEAR:
                self._answer(bytes([wire.status_bits(self._status)[found[2] - 1]]))
            elif self._paper.knows_process_ids:
                self._buffer.clear()
                self._paper.clear()
                forgotten = end
                self._answer(b"\x37\x25\x00")
        self._buffer += octets[forgotten:]

    def _set_status(self, status: wire.Status) -> None:
        changed, self._status = status != self._status, status
        if changed and self._paper.memory.watched:
            self._tell_state()

    def _tell_state(self) -> None:
        self._answer(wire.automatic_bits(self._status))

    def _print_some(self) -> None:
        slices = 6 if "slow" in self._faults else 64
        midway = "paper_out_midway" in self._faults
        # the roll ends between two bytes: a slice could hold the last rows and the cut after them
        size = 1 if midway else _SLICE
        for _ in range(slices * _SLICE // size):
            if not self._buffer or self._blocked():
                return
            piece = bytes(self._buffer[:size])
            del self._buffer[:size]
            self._paper.feed(piece)
            if midway and self._paper.rows > _ROWS_LEFT_ON_THE_ROLL:
                # a roll ends once: whoever hears of it may put in the next before this returns
                self._faults.pop("paper_out_midway", None)
                self._set_status(replace(self._status, paper_end=True))
                return
        if "slow" in self._faults:
            self._stopping.wait(0.02)

    def _blocked(self) -> bool:
        return self._status.paper_end or self._status.cover_open

    def _answer(self, octets: bytes) -> None:
        faults = self._faults
        if "silent" in faults:
            return
        if "late" in faults:
            self._stopping.wait(self._late_s)
        if "garbage" in faults:
            octets = bytes(byte | 0x80 for byte in self._noise.randbytes(len(octets)))
        if "flipped_byte" in faults:
            at = faults["flipped_byte"] % len(octets)
            octets = octets[:at] + bytes([octets[at] ^ 0xFF]) + octets[at + 1 :]
        if "unplugged_midway" in faults:
            self._port.write(octets[: len(octets) // 2])
            self._port.unplug()
            return
        if "fragmented" not in faults:
            self._port.write(octets)
            return
        for at in range(len(octets)):
            self._port.write(octets[at : at + 1])
            self._stopping.wait(0.002)

    # ── the paper ──

    def _keep(self, ticket: Image.Image) -> None:
        if self._out is not None:
            self._leave(self._out, ticket)
        self.tickets += 1

    def _leave(self, out: Path, ticket: Image.Image) -> None:
        kept = [int(path.stem[7:]) for path in out.glob("ticket-[0-9]*.png")]
        target = out / f"ticket-{max(kept, default=0) + 1:04d}.png"
        unfinished = target.with_suffix(".part")
        ticket.save(unfinished, "PNG", dpi=(_DPI, _DPI))
        # whoever looks into the folder sees whole tickets only
        os.replace(unfinished, target)  # noqa: PTH105 - Path.replace is the same


def start(options: Mapping[str, str], *, out: Path | None = None) -> EscposSimulator:
    """Start a printer; its tickets are left in `out`."""
    return EscposSimulator(options, out)
