"""The sensor's command set over an open line: one method a command, each with a limit in time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from devices.capabilities import Progress, no_progress
from devices.errors import (
    DeviceError,
    DeviceProtocolError,
    DeviceRefused,
    DeviceSilent,
)
from devices.limits import TABLE
from devices.r30x import wire
from devices.r30x.wire import Code, Command, Kind, Parameter
from devices.transport import Stream, discard_until_quiet

LARGEST_TRANSFER: Final = 256 * 1024
_WRITE_S: Final = 2.0
_QUIET_S: Final = 0.15
# packets carry no number: an answer that comes late must be over before the next question
_QUIET_AFTER_SILENCE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: to an acknowledgement, to the next data packet, to a long transfer's stale end."""

    answer_s: float = TABLE["r30x"].status_s
    optional_answer_s: float = 0.4
    data_s: float = TABLE["r30x"].silence_s
    stale_s: float = TABLE["r30x"].operation_s


@dataclass(frozen=True, slots=True)
class Light:
    """Arguments of AURA_LED; `times` 0 is for ever."""

    mode: int
    speed: int
    colour: int
    times: int


class Cancelled(Exception):
    """A transfer was given up because the caller said so."""


class Sensor:
    """A module at the other end of `stream`; every call raises only from `devices.errors`."""

    def __init__(
        self, stream: Stream, *, module: int = wire.EVERY_MODULE, limits: Limits | None = None
    ) -> None:
        self._stream = stream
        self._module = module
        self._limits = limits or Limits()
        self._decoder = wire.Decoder()
        self._stale = True
        self._quiet_s = _QUIET_S
        self._early: Iterator[wire.Packet] = iter(())
        self.packet_bytes = 128

    # ── who it is ──

    def verify_password(self, password: int) -> None:
        """Unlock the module. Raises DeviceRefused if the password is wrong."""
        self._ask(Command.VERIFY_PASSWORD, password.to_bytes(4, "big"))

    def read_parameters(self) -> wire.Parameters:
        """Return sizes and rates as the module says them."""
        parameters = wire.decode_parameters(self._ask(Command.READ_PARAMETERS))
        self.packet_bytes = parameters.packet_bytes
        return parameters

    def product_info(self) -> wire.ProductInfo | None:
        """Return what newer modules tell of themselves, None from one that does not know how."""
        try:
            answer = self._ask(Command.PRODUCT_INFO, limit_s=self._limits.optional_answer_s)
        except (DeviceRefused, DeviceSilent):
            return None
        return wire.decode_product_info(answer)

    def set_parameter(self, parameter: Parameter, setting: int) -> None:
        """Change a register; it survives a loss of power."""
        self._ask(Command.SET_PARAMETER, bytes([parameter, setting]))

    # ── finger ──

    def take_image(self) -> Code:
        """Look at the glass once: OK, NO_FINGER or IMAGE_FAILED."""
        return self._code_of(Command.GEN_IMAGE, b"", (Code.NO_FINGER, Code.IMAGE_FAILED))

    def extract(self, buffer: int) -> Code:
        """Turn the image into features in `buffer`: OK, MESSY, FEW_POINTS or NO_IMAGE."""
        ordinary = (Code.MESSY, Code.FEW_POINTS, Code.NO_IMAGE)
        return self._code_of(Command.IMAGE_TO_FEATURES, bytes([buffer]), ordinary)

    def fetch_image(
        self,
        *,
        expected_bytes: int = 0,
        progress: Progress = no_progress,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> bytes:
        """Return the packed image; `expected_bytes` only scales `progress`. Raises Cancelled."""
        self._ask(Command.UP_IMAGE)
        return self._receive(expected_bytes, progress, cancelled)

    # ── templates ──

    def fetch_template(self, buffer: int) -> bytes:
        """Return the opaque template in `buffer`, as long as the firmware makes it."""
        self._ask(Command.UP_CHAR, bytes([buffer]))
        return self._receive(0, no_progress, lambda: False)

    def send_template(self, buffer: int, template: bytes) -> None:
        """Put an opaque template into `buffer`."""
        self._ask(Command.DOWN_CHAR, bytes([buffer]))
        for packet in wire.chunks(template, self.packet_bytes, address=self._module):
            self._stream.write(packet, limit_s=_WRITE_S)
        self._stale = True  # some firmware acknowledges the data once more

    def make_model(self) -> bool:
        """Merge both buffers into a model; False if they are of different fingers."""
        return self._code_of(Command.MAKE_MODEL, b"", (Code.MERGE_FAILED,)) is Code.OK

    def match(self) -> int | None:
        """Compare both buffers; return the module's score, None if they differ."""
        return self._found(self._reply(Command.MATCH), Code.NO_MATCH, 0)

    def search(self, buffer: int, *, start: int = 0, count: int) -> tuple[int, int] | None:
        """Search the flash library; return (position, score), None if nobody is found."""
        span = start.to_bytes(2, "big") + count.to_bytes(2, "big")
        reply = self._reply(Command.SEARCH, bytes([buffer]) + span)
        score = self._found(reply, Code.NOT_FOUND, 2)
        return None if score is None else (int.from_bytes(reply[1:3], "big"), score)

    def store(self, buffer: int, position: int) -> None:
        """Write a buffer's model to the flash library."""
        self._ask(Command.STORE, bytes([buffer]) + position.to_bytes(2, "big"))

    def load(self, buffer: int, position: int) -> None:
        """Read a model of the flash library into a buffer."""
        self._ask(Command.LOAD, bytes([buffer]) + position.to_bytes(2, "big"))

    def count(self) -> int:
        """Return how many models the flash library holds."""
        return int.from_bytes(self._ask(Command.COUNT)[:2], "big")

    def empty(self) -> None:
        """Erase the flash library."""
        self._ask(Command.EMPTY, limit_s=5.0)

    def light(self, light: Light) -> bool:
        """Set the ring light of newer modules; False from a module without one."""
        arguments = bytes([light.mode, light.speed, light.colour, light.times])
        try:
            self._ask(Command.AURA_LED, arguments, limit_s=self._limits.optional_answer_s)
        except (DeviceRefused, DeviceSilent):
            return False
        return True

    # ── the line ──

    def _found(self, reply: bytes, none: Code, at: int) -> int | None:
        code = _code(reply)
        if code is none:
            return None
        if code is not Code.OK:
            raise _refused(code)
        if len(reply) < at + 3:
            message = "the answer to a search is too short"
            raise self._desynchronised(DeviceProtocolError(message))
        return int.from_bytes(reply[at + 1 : at + 3], "big")

    def _code_of(self, command: Command, arguments: bytes, ordinary: tuple[Code, ...]) -> Code:
        code = _code(self._reply(command, arguments))
        if code is Code.OK or code in ordinary:
            return code
        raise _refused(code)

    def _ask(
        self, command: Command, arguments: bytes = b"", *, limit_s: float | None = None
    ) -> bytes:
        reply = self._reply(command, arguments, limit_s=limit_s)
        code = _code(reply)
        if code is not Code.OK:
            raise _refused(code)
        return reply[1:]

    def _reply(
        self, command: Command, arguments: bytes = b"", *, limit_s: float | None = None
    ) -> bytes:
        if self._stale:
            limit_stale_s = self._limits.stale_s
            discard_until_quiet(self._stream, quiet_s=self._quiet_s, limit_s=limit_stale_s)
            self._quiet_s = _QUIET_S
        self._stale = True  # until the whole answer is here
        self._decoder = wire.Decoder()
        octets = wire.encode_command(command, arguments, address=self._module)
        self._stream.write(octets, limit_s=_WRITE_S)
        incoming = self._packets(limit_s or self._limits.answer_s)
        packet = next(incoming)
        self._early = incoming
        if packet.kind is not Kind.ACK:
            message = f"it answered {command.name} with a packet of kind {packet.kind.name}"
            raise DeviceProtocolError(message)
        self._stale = False
        return packet.payload

    def _receive(
        self, expected_bytes: int, progress: Progress, cancelled: Callable[[], bool]
    ) -> bytes:
        self._stale = True
        collected = bytearray()
        for packet in self._early:
            if packet.kind not in (Kind.DATA, Kind.LAST_DATA):
                message = f"a packet of kind {packet.kind.name} came among the data"
                raise DeviceProtocolError(message)
            collected += packet.payload
            if len(collected) > LARGEST_TRANSFER:
                message = "it sends data without end"
                raise DeviceProtocolError(message)
            progress(len(collected), max(expected_bytes, len(collected)))
            if packet.kind is Kind.LAST_DATA:
                self._stale = False
                return bytes(collected)
            if cancelled():
                raise Cancelled
        raise AssertionError  # the packets end only by an error

    def _packets(self, answer_s: float) -> Iterator[wire.Packet]:
        limit_s = answer_s
        while True:
            end = time.monotonic() + limit_s
            packets: list[wire.Packet] = []
            while not packets:
                packets = self._decoder.feed(self._read(end, limit_s))
            for packet in packets:
                if packet.address != self._module:
                    message = f"a module at address {packet.address:08X} answered"
                    raise DeviceProtocolError(message)
                yield packet
            limit_s = self._limits.data_s

    def _read(self, end: float, limit_s: float) -> bytes:
        try:
            return self._stream.read(limit_s=end - time.monotonic())
        except DeviceSilent as error:
            if self._decoder.unfinished:
                message = f"no whole packet came within {limit_s:g} s"
                raise DeviceProtocolError(message) from error
            if limit_s > self._limits.optional_answer_s:
                self._quiet_s = _QUIET_AFTER_SILENCE_S
            message = f"the sensor does not answer within {limit_s:g} s"
            raise DeviceSilent(message) from error

    def _desynchronised(self, error: DeviceError) -> DeviceError:
        self._stale = True
        return error


def _code(reply: bytes) -> Code:
    try:
        return Code(reply[0])
    except ValueError as error:
        message = f"it answered with the unknown code {reply[0]:02X}"
        raise DeviceRefused(message, reason=f"{reply[0]:02X}") from error


def _refused(code: Code) -> DeviceRefused:
    return DeviceRefused(f"the sensor refused: {code.name.lower()}", reason=f"{code:02X}")
