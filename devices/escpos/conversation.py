"""Questions to a receipt printer and their answers, sorted from what else comes meanwhile."""

from __future__ import annotations

import time
from collections import deque
from typing import Final, TypeVar

from devices.errors import DeviceProtocolError, DeviceSilent
from devices.escpos import wire
from devices.transport import Stream, discard_until_quiet

_WRITE_S: Final = 3.0
_QUIET_S: Final = 0.05
_QUIET_AFTER_SILENCE_S: Final = 0.5
_STALE_S: Final = 5.0
_MOST_UNWANTED: Final = 64
_Wanted = TypeVar("_Wanted", bound=wire.Reply)


class Conversation:
    """Answers come in any order among each other; none is lost while another is waited for."""

    def __init__(self, stream: Stream, *, status_s: float) -> None:
        self._stream = stream
        self._status_s = status_s
        self._decoder = wire.ReplyDecoder()
        self._fresh: deque[wire.Reply] = deque()
        self._aside: deque[wire.Reply] = deque()
        self._quiet_s = _QUIET_S

    def start_afresh(self) -> None:
        """Throw away late answers to earlier questions. Raises DeviceUnavailable."""
        discard_until_quiet(self._stream, quiet_s=self._quiet_s, limit_s=_STALE_S)
        self._quiet_s = _QUIET_S
        self._decoder = wire.ReplyDecoder()
        self._fresh.clear()
        self._aside.clear()

    def status(self) -> wire.Status:
        """Ask DLE EOT 1 to 4. Raises DeviceSilent, DeviceProtocolError, DeviceGone."""
        first, second, third, fourth = (self._ask_status(number) for number in (1, 2, 3, 4))
        return wire.status_of((first, second, third, fourth))

    def ask(self, question: bytes, wanted: type[_Wanted], *, limit_s: float) -> _Wanted:
        """Send `question` and return the first answer of the kind `wanted`.

        Raises DeviceSilent, DeviceProtocolError if only nonsense came, DeviceGone.
        """
        self.send(question)
        end = time.monotonic() + limit_s
        passed = nonsense = 0
        while True:
            try:
                reply = self._next(end, limit_s)
            except DeviceSilent as error:
                self._quiet_s = _QUIET_AFTER_SILENCE_S
                if nonsense:
                    message = "the printer answers nonsense"
                    raise DeviceProtocolError(message) from error
                raise
            if isinstance(reply, wanted):
                return reply
            passed += 1
            if isinstance(reply, wire.Nonsense):
                nonsense += 1
            else:
                self._aside.append(reply)
            if passed > _MOST_UNWANTED:
                message = "the printer talks without answering"
                raise DeviceProtocolError(message)

    def send(self, octets: bytes) -> None:
        """Send a command. Raises DeviceUnavailable."""
        self._stream.write(octets, limit_s=_WRITE_S)

    def next(self, *, limit_s: float) -> wire.Reply | None:
        """Return the next answer of any kind, None after `limit_s`. Raises DeviceGone."""
        if self._aside:
            return self._aside.popleft()
        try:
            return self._next(time.monotonic() + limit_s, limit_s)
        except DeviceSilent:
            return None

    def _ask_status(self, number: int) -> int:
        question = wire.ask_status(number)
        return self.ask(question, wire.StatusByte, limit_s=self._status_s).bits

    def _next(self, end: float, limit_s: float) -> wire.Reply:
        while not self._fresh:
            try:
                octets = self._stream.read(limit_s=end - time.monotonic())
            except DeviceSilent as error:
                message = f"the printer does not answer within {limit_s:g} s"
                raise DeviceSilent(message) from error
            self._fresh.extend(self._decoder.feed(octets))
        return self._fresh.popleft()
