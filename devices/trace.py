"""The bytes on a device's wire, both ways, as text for a technician, without anybody's data.

    +0.000 > ef01 ffffffff 01 0003 01 0005
    +0.021 < ef01 ffffffff 07 0003 02 000c
    +0.045 < data 128 byte(s), hidden

What is shown is decided by the driver's own view of its wire (`Show`): only it knows where a
picture begins. Without one every piece longer than a short command is hidden but its first bytes,
and so is whatever reads like text. MRZ, keys, data groups, templates and pictures are never shown.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TextIO

from devices.transport import Stream

Show = Callable[[bytes], list[str]]
"""Turns bytes as they come into lines; it may keep what belongs to the next one."""

SHORT: Final = 24
_FIRST: Final = 8
_TEXT: Final = re.compile(rb"[0-9A-Za-z<_ ]{6,}")
_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


class Trace:
    """Writes both directions of every wire that is opened under it."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._began = time.monotonic()

    def write(self, arrow: str, line: str) -> None:
        """Write one line; `arrow` is > to the device, < from it, or - about the wire."""
        self._out.write(f"+{time.monotonic() - self._began:.3f} {arrow} {line}\n")
        self._out.flush()


@contextmanager
def tracing(out: TextIO) -> Iterator[None]:
    """Trace every wire that is opened in this block to `out`."""
    token = _current.set(Trace(out))
    try:
        yield
    finally:
        _current.reset(token)


def traced(stream: Stream, name: str, *, sent: Show, received: Show) -> Stream:
    """Return `stream`, with its bytes traced if somebody asked for it."""
    trace = _current.get()
    if trace is None:
        return stream
    trace.write("-", f"open {name}")
    return _TracedStream(stream, trace, sent, received)


def show_masked(octets: bytes) -> list[str]:
    """Show a piece by its first bytes and its length; hide what reads like text."""
    if len(octets) > SHORT:
        return [f"{_masked(octets[:_FIRST])} … {len(octets)} byte(s), hidden"]
    return [_masked(octets)]


def show_length(octets: bytes) -> list[str]:
    """Show nothing but how much came."""
    return [f"{len(octets)} byte(s), hidden"]


def _masked(octets: bytes) -> str:
    hidden = _TEXT.sub(lambda found: b"\xff" * len(found[0]), octets)
    return hidden.hex(" ") + (" (text hidden)" if hidden != octets else "")


class _TracedStream:
    """A stream whose bytes are written down as they pass."""

    def __init__(self, stream: Stream, trace: Trace, sent: Show, received: Show) -> None:
        self._stream = stream
        self._trace = trace
        self._sent = sent
        self._received = received

    def write(self, octets: bytes, *, limit_s: float) -> None:
        """Send `octets` and note them."""
        for line in self._sent(octets):
            self._trace.write(">", line)
        self._stream.write(octets, limit_s=limit_s)

    def read(self, *, limit_s: float) -> bytes:
        """Return what came and note it."""
        octets = self._stream.read(limit_s=limit_s)
        for line in self._received(octets):
            self._trace.write("<", line)
        return octets

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()
        self._trace.write("-", "close")


def note(arrow: str, octets: bytes, show: Show) -> None:
    """Trace a whole message of a wire that is no stream of ours, if somebody asked for it."""
    trace = _current.get()
    if trace is not None:
        for line in show(octets):
            trace.write(arrow, line)


def note_apdu(command: bytes, answer: bytes) -> None:
    """Trace a card command by its header and lengths, its answer by length and status word."""
    trace = _current.get()
    if trace is None:
        return
    trace.write(">", f"{command[:4].hex(' ')} ({max(len(command) - 4, 0)} byte(s), hidden)")
    trace.write("<", f"{max(len(answer) - 2, 0)} byte(s), hidden; SW {answer[-2:].hex(' ')}")
