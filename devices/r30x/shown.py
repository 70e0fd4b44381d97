"""How the sensor's wire is shown in a trace: commands whole, data by length, no password."""

from __future__ import annotations

from devices.errors import DeviceProtocolError
from devices.r30x import wire
from devices.r30x.wire import Command, Kind, Packet
from devices.trace import Show

_SECRET = (Command.VERIFY_PASSWORD, Command.SET_PASSWORD)


def packet_show() -> Show:
    """Return a `Show` for one direction of the line."""
    decoder = wire.Decoder()

    def show(octets: bytes) -> list[str]:
        try:
            return [_line(packet) for packet in decoder.feed(octets)]
        except DeviceProtocolError as error:
            return [f"{len(octets)} byte(s) that are no packet: {error}"]

    return show


def _line(packet: Packet) -> str:
    if packet.kind in (Kind.DATA, Kind.LAST_DATA):
        return f"{packet.kind.name} {len(packet.payload)} byte(s), hidden"
    if packet.kind is Kind.COMMAND and packet.payload[0] in _SECRET:
        return f"COMMAND {packet.payload[:1].hex()} ({len(packet.payload) - 1} byte(s), hidden)"
    return f"{packet.kind.name} {packet.payload.hex(' ')}"
