"""The lamp's lines, bytes ↔ values.

`?` CR asks, `=1` CR sets; both are answered by `LAMP;serial;firmware;light*HH` CR, where HH is
the sum of the bytes before `*`, modulo 256, as two hex digits. (Invented for the example.)
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from devices.errors import DeviceProtocolError

ASK = b"?\r"
END = b"\r"
LONGEST = 64


class Light(enum.IntEnum):
    """What the lamp shows."""

    OFF = 0
    CALLING = 1
    CLOSED = 2


@dataclass(frozen=True, slots=True)
class Status:
    """What the lamp says of itself."""

    serial: str
    firmware: str
    light: Light


def encode_light(light: Light) -> bytes:
    """Return the command that shows `light`."""
    return b"=%d\r" % light


def encode_status(status: Status) -> bytes:
    """Return the lamp's answer."""
    body = f"LAMP;{status.serial};{status.firmware};{status.light:d}".encode()
    return body + b"*%02X\r" % (sum(body) % 256)


def decode_status(line: bytes) -> Status:
    """Read an answer without its end. Raises DeviceProtocolError."""
    body, star, check = line.partition(b"*")
    if not star or check != b"%02X" % (sum(body) % 256):
        message = "the lamp's checksum is wrong"
        raise DeviceProtocolError(message)
    parts = body.decode("ascii", "replace").split(";")
    if len(parts) != 4 or parts[0] != "LAMP" or parts[3] not in ("0", "1", "2"):
        message = "this is no answer of a lamp"
        raise DeviceProtocolError(message)
    return Status(parts[1], parts[2], Light(int(parts[3])))
