"""A card of ours on a slot of the virtual reader: laid down, taken away, and disturbed on its line.

What every card simulator shares. The reader's own lights are here too: a pseudo-APDU to the reader
(`FF 00 40 …`) never reaches the card.
"""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

from devices.errors import DeviceSilent
from devices.options import no_fault
from devices.pcsc.driver import PcscReader
from devices.pcsc.virtual import Slot
from devices.pcsc.wire import FrameReader, VpcdControl, frame

LINE_FAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "unplugged": "nothing on the reader",
        "unplugged_midway": "pulled away instead of the next answer",
        "silent": "no answer to any command",
        "late": "every answer 20 ms late",
        "garbage": "random bytes instead of answers",
        "flipped_byte": "byte N of each answer is inverted, the status word never (flipped_byte:N)",
    }
)
"""Faults of the line that every card simulator knows; "removed" says "unplugged" of a card."""
_AWAY: Final = ("unplugged", "removed")
_WITHOUT_MOVING: Final = ("", "late", "garbage", "flipped_byte")
_PRESENT_LIMIT_S: Final = 20.0
_TRIES: Final = 4
_RECEIVE_BYTES: Final = 65_536
_LATE_S: Final = 0.02
_LIGHTS: Final = b"\xff\x00\x40"


class Pulled(Exception):
    """The card is pulled away instead of answering."""


class Card(Protocol):
    """What answers on the slot."""

    def power_up(self) -> None:
        """Start anew: the reader switched the power on."""
        ...

    def respond(self, apdu: bytes) -> bytes:
        """Answer one command APDU. Raises Pulled."""
        ...


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What is wrong with the line: a name of LINE_FAULTS or "", and its number."""

    name: str = ""
    number: int = 0

    @classmethod
    def named(cls, text: str, known: Mapping[str, str]) -> Disturbance:
        """Read `NAME` or `flipped_byte:N`. Raises ValueError listing the `known` names."""
        name, _, number = text.partition(":")
        wrong = bool(number) and not (name == "flipped_byte" and number.isdigit())
        if name and (name not in known or wrong):
            raise no_fault(text, known)
        return cls(name, int(number or 0))


class Place:
    """A slot of the virtual reader with at most one card, which the caller moves."""

    def __init__(self, slot: Slot, card: Card, atr: bytes, *, lit: bool = False) -> None:
        self.reader = slot.reader
        self.lights: list[bytes] = []
        """Every `P2 Lc T1 T2 repetitions buzzer` that the reader was told, if it has lights."""
        self._slot = slot
        self._card = card
        self._atr = atr
        self._lit = lit
        self._line = Disturbance()
        self._laid: _Laid | None = None

    def disturb(self, line: Disturbance, *, anew: bool = False) -> None:
        """Lay the card down with `line`, or take it away; `anew` moves it even if it need not.

        Returns when the reader has seen the card come or go. Raises DeviceSilent.
        """
        still = (line.name in _WITHOUT_MOVING) and (self._line.name in _WITHOUT_MOVING)
        if self._laid is None or anew or not still:
            self.take_away()
            self._line = line
            if line.name not in _AWAY:
                self._lay_down()
        self._line = line

    def take_away(self) -> None:
        """Take the card away and wait until the reader has seen it."""
        if self._laid is not None:
            self._laid.close()
            self._laid = None
            self._await(present=False)
            self._slot.hung_up()

    def close(self) -> None:
        """Take the card away and free the slot; safe to call twice."""
        if self._laid is not None:
            self._laid.close()
            self._laid = None
        self._slot.close()

    def _lay_down(self) -> None:
        for _ in range(_TRIES):
            self._laid = _Laid(self._card, self._atr, self._slot.dial(), self._heard)
            if self._await(present=True):
                return
            self.take_away()
        message = "the virtual reader did not see the card: is pcscd alive?"
        raise DeviceSilent(message)

    def _await(self, *, present: bool) -> bool:
        reader = PcscReader(self._slot.reader)
        try:
            return reader.wait_present(present, wait_s=_PRESENT_LIMIT_S)
        finally:
            reader.close()

    def _heard(self, apdu: bytes) -> tuple[Disturbance, bytes | None]:
        """Return what is wrong with the line now, and the reader's own answer if it has one."""
        if self._lit and apdu.startswith(_LIGHTS):
            self.lights.append(apdu[3:])
            return Disturbance(), b"\x90\x02"
        return self._line, None


class _Laid:
    """One connection to the virtual reader: the card while it lies there."""

    def __init__(
        self,
        card: Card,
        atr: bytes,
        connection: socket.socket,
        heard: Callable[[bytes], tuple[Disturbance, bytes | None]],
    ) -> None:
        self._card = card
        self._atr = atr
        self._connection = connection
        self._heard = heard
        self._noise = random.Random(9303)  # noqa: S311 - noise that is the same every time
        self._ended = threading.Event()
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._thread = threading.Thread(target=self._serve, name="card", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Leave the reader and wait until the connection is closed."""
        self._ended.set()
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def _serve(self) -> None:
        frames = FrameReader()
        with self._connection, contextlib.suppress(OSError, Pulled):
            while not self._ended.is_set():
                # without it every APDU waits 40 ms for the delayed acknowledgement
                self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
                received = self._connection.recv(_RECEIVE_BYTES)
                if not received:
                    return
                for body in frames.feed(received):
                    self._take(body)

    def _take(self, body: bytes) -> None:
        if len(body) > 1:
            self._answer(body)
        elif body == bytes([VpcdControl.ATR]):
            self._connection.sendall(frame(self._atr))
        elif body in (bytes([VpcdControl.ON]), bytes([VpcdControl.RESET])):
            self._card.power_up()

    def _answer(self, apdu: bytes) -> None:
        line, of_reader = self._heard(apdu)
        if of_reader is not None:
            self._connection.sendall(frame(of_reader))
            return
        if line.name == "silent":
            self._ended.wait()
            return
        if line.name == "late":
            self._ended.wait(_LATE_S)
        answer = self._disturbed(line, apdu)
        if line.name == "unplugged_midway":
            raise Pulled  # not after half a frame: vpcd takes its pcscd with it then
        self._connection.sendall(frame(answer))

    def _disturbed(self, line: Disturbance, apdu: bytes) -> bytes:
        if line.name == "garbage":
            return self._noise.randbytes(self._noise.randrange(2, 60))
        answer = self._card.respond(apdu)
        if line.name != "flipped_byte" or line.number >= len(answer) - 2:
            return answer
        flipped = bytes([answer[line.number] ^ 0xFF])
        return answer[: line.number] + flipped + answer[line.number + 1 :]
