"""The call lamp over a counter. Address: `lamp:/dev/serial/by-id/…`."""

from __future__ import annotations

import time

from devices.address import Address
from devices.capabilities import Health, Identity, Lamp
from devices.errors import DeviceError, DeviceProtocolError, DeviceSilent, DeviceUnavailable
from devices.naming import resolve
from devices.options import options_of
from devices.trace import show_masked, traced
from devices.transport import SerialStream, Stream, discard_until_quiet
from lamp import wire

ANSWER_S = 1.0
QUIET_S = 0.05
STALE_S = 5.0


class CallLamp:
    """An opened lamp. After DeviceUnavailable the next call opens it anew."""

    def __init__(self, address: Address) -> None:
        options_of(address).only()
        self._address = str(address)
        self._where = address.where
        self._stream: Stream | None = None
        self._status = self._exchange(wire.ASK)

    def identity(self) -> Identity:
        """Return what the lamp said of itself when it was opened."""
        return Identity("call lamp", self._status.serial, self._status.firmware)

    def health(self) -> Health:
        """Ask the lamp. Raises DeviceUnavailable, DeviceProtocolError."""
        self._status = self._exchange(wire.ASK)
        return Health(Lamp.READY, detail=self._status.light.name.lower())

    def show(self, light: wire.Light) -> None:
        """Show `light` and see that it is shown. Raises DeviceError."""
        self._status = self._exchange(wire.encode_light(light))
        if self._status.light is not light:
            message = f"it shows {self._status.light.name} instead of {light.name}"
            raise DeviceProtocolError(message, address=self._address)

    def close(self) -> None:
        """Release the port; safe to call twice."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _exchange(self, question: bytes) -> wire.Status:
        try:
            stream = self._opened()
            # an answer that came late must not be taken for the next one
            discard_until_quiet(stream, quiet_s=QUIET_S, limit_s=STALE_S)
            stream.write(question, limit_s=ANSWER_S)
            return wire.decode_status(_line(stream))
        except DeviceError as error:
            error.address = self._address
            if isinstance(error, DeviceUnavailable):
                self.close()
            raise

    def _opened(self) -> Stream:
        if self._stream is None:
            path = resolve(self._where)
            port = SerialStream(path, baud=9600)
            self._stream = traced(port, path, sent=show_masked, received=show_masked)
        return self._stream


def _line(stream: Stream) -> bytes:
    end = time.monotonic() + ANSWER_S
    line = b""
    while not line.endswith(wire.END):
        if len(line) > wire.LONGEST:
            message = "the lamp talks without end"
            raise DeviceProtocolError(message)
        try:
            line += stream.read(limit_s=end - time.monotonic())
        except DeviceSilent as error:
            if line:
                message = "the lamp broke off in mid-answer"
                raise DeviceProtocolError(message) from error
            raise
    return line[: -len(wire.END)]


def connect(address: Address) -> CallLamp:
    """Open the lamp at `address`. Raises DeviceError."""
    return CallLamp(address)
