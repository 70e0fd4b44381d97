"""Reading files from an opened chip: protected commands, chunks, fall-backs, progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from devices.capabilities import Progress
from devices.emrtd import tlv, wire
from devices.emrtd.lds import ChipFile
from devices.errors import DeviceProtocolError, DeviceSilent

MAX_FILE = 1_000_000
"""No file of a passport is near this; a chip that claims more is broken."""
USUAL_BYTES = {"COM": 24, "DG1": 93, "SOD": 2_000, "DG2": 14_000}
_FURTHER_BYTES = {"DG11": 200, "DG12": 100, "DG14": 400, "DG15": 300}
"""Stands for a file in the progress total until its header is read."""
_HEADER = 4
_CAUTIOUS_CHUNK = 112
_WIDEST_CHUNK = 65_535
_LONGEST_CHAINED = 4096
"""No answer of short commands is longer: a signature by 16,384 bits has 2 kB."""
# files that may be shorter than a chunk, and how many bytes each has at least: some chips refuse
# a read beyond the end. EF.COM with the two mandatory groups has 22, DG1 of a passport 93
_FIRST_READ = {
    "COM": 22, "DG1": 93, "DG11": _HEADER, "DG12": _HEADER, "DG14": 20, "DG15": 64,
}  # fmt: skip
_WRONG_LENGTH, _BEYOND_THE_END = 0x6700, 0x6B00


class FileRefused(DeviceProtocolError):
    """The chip does not give a file; `status` says why."""

    def __init__(self, detail: str, status: int) -> None:
        super().__init__(detail)
        self.status = status


class Cancelled(Exception):
    """The caller gave up in mid-read."""


class Tally:
    """Counts bytes and APDUs of one read and ends it when cancelled or out of time."""

    def __init__(self, progress: Progress, cancelled: Callable[[], bool], limit_s: float) -> None:
        self._progress = progress
        self._cancelled = cancelled
        self._limit_s = limit_s
        self._ends_at = time.monotonic() + limit_s
        self.apdus = 0
        self.restart()

    def restart(self) -> None:
        """Count the bytes from zero again; the time limit goes on."""
        self._done = 0
        self._sizes = dict(USUAL_BYTES)

    def before_command(self) -> None:
        """Count an APDU. Raises Cancelled, DeviceSilent when the whole limit is used up."""
        if self._cancelled():
            raise Cancelled
        if time.monotonic() > self._ends_at:
            message = f"the chip was not read within {self._limit_s:g} s"
            raise DeviceSilent(message)
        self.apdus += 1

    def knows(self, name: str, length: int) -> None:
        """Note the true length of a file."""
        self._sizes[name] = length

    def expects(self, names: Iterable[str]) -> None:
        """Note further files that will be read."""
        self._sizes |= {name: _FURTHER_BYTES.get(name, 0) for name in names}

    def add(self, count: int) -> None:
        """Note bytes that came and tell the caller."""
        self._done += count
        self._progress(self._done, max(self._done, sum(self._sizes.values())))

    def finish(self) -> None:
        """Tell the caller that everything came."""
        self._progress(self._done, self._done)


class Channel:
    """Commands to one chip, protected once `session` is set."""

    def __init__(self, transmit: Callable[[bytes], bytes], tally: Tally) -> None:
        self._transmit = transmit
        self.tally = tally
        self.session: wire.Session | None = None
        self.refuses_sfi = False
        self.broken = False

    def longest_read(self, answer: int = 256) -> int:
        """Return the most plain bytes that fit a protected answer of `answer` bytes."""
        return wire.plain_read(answer, self.session.suite.block if self.session else 8)

    def send(self, command: wire.Command) -> tuple[bytes, int]:
        """Send a command; return plain data and status. Raises DeviceProtocolError."""
        self.tally.before_command()
        try:
            if self.session is None:
                return wire.split_response(self._transmit(command.encode()))
            answer = self._whole(self._transmit(self.session.protect(command).encode()))
            body, status = wire.split_response(answer)
            # an answer without protection ends the session on the chip's side (9303-11 §9.8.3)
            if body:
                return self.session.open_response(answer)
            self.broken = True
            return b"", _unprotected(status)
        except wire.WireError as error:
            message = f"the chip's answer breaks the protocol: {error}"
            raise DeviceProtocolError(message) from error

    def _whole(self, answer: bytes) -> bytes:
        """Fetch what of a protected answer is still waiting: 61xx, GET RESPONSE (7816-4 §5.3.4)."""
        body, status = wire.split_response(answer)
        while status >> 8 == wire.MORE and len(body) < _LONGEST_CHAINED:
            self.tally.before_command()
            more, status = wire.split_response(self._transmit(wire.get_response(status).encode()))
            body += more
        return body + status.to_bytes(2, "big")

    def send_raw(self, apdu: bytes) -> bytes:
        """Send bytes as they are; the session of this channel is over."""
        self.tally.before_command()
        self.session = None
        return self._transmit(apdu)

    def expect_ok(self, command: wire.Command, what: str) -> bytes:
        """Send a command that must succeed; return its data. Raises DeviceProtocolError."""
        data, status = self.send(command)
        if status != wire.OK:
            message = f"could not {what}: the chip answered {status:04X}"
            raise DeviceProtocolError(message)
        return data


def _unprotected(status: int) -> int:
    if status == wire.OK:
        message = "a success without protection"
        raise wire.WireError(message)
    return status


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """How boldly to read: the chunk, whether by short identifier, whether to start in chunks."""

    chunk: int
    by_sfi: bool
    eager: bool
    extended: bool = False
    card_access: int = 0
    """Bytes of the EF.CardAccess that the chip showed."""

    @classmethod
    def wide(cls) -> ReadPlan:
        """Return the plan with extended length, for chips and readers that both allow it."""
        return cls(_WIDEST_CHUNK, by_sfi=True, eager=True, extended=True)

    @classmethod
    def fast(cls) -> ReadPlan:
        """Return the plan with the fewest short APDUs."""
        return cls(wire.PLAIN_READ_3DES, by_sfi=True, eager=True)

    def at_most(self, chunk: int) -> ReadPlan:
        """Return the plan with chunks of at most `chunk` bytes."""
        return replace(self, chunk=min(self.chunk, chunk))

    def after(self, card_access: bytes) -> ReadPlan:
        """Return the plan for a chip that showed this EF.CardAccess, so that it has DG14, too."""
        return replace(self, card_access=len(card_access))

    def first_read(self, file: ChipFile) -> int:
        """Return how many bytes to begin with: what such a file has at least, or a chunk.

        DG14 repeats what stands in EF.CardAccess (9303-11 §9.2), and EF.COM names it.
        """
        if not self.eager:
            return _HEADER
        least = _FIRST_READ.get(file.name, self.chunk)
        if self.card_access and file.name in ("COM", "DG14"):
            repeated = len(tlv.write(file.tag, bytes(self.card_access)))
            least = least + 1 if file.name == "COM" else repeated
        return min(least, self.chunk)

    @classmethod
    def cautious(cls) -> ReadPlan:
        """Return the plan that every chip takes: SELECT, header first, small chunks."""
        return cls(_CAUTIOUS_CHUNK, by_sfi=False, eager=False)


def read_file(channel: Channel, file: ChipFile, plan: ReadPlan) -> bytes:
    """Read one whole file. Raises DeviceProtocolError."""
    data = _start(channel, file, plan)
    length = _whole_length(data, file)
    channel.tally.knows(file.name, length)
    channel.tally.add(min(len(data), length))
    while len(data) < length:
        # object 53 around the far reads takes three or four bytes of the chunk
        chunk = plan.chunk if len(data) < wire.FAR_OFFSET else plan.chunk - 4
        piece = _next(channel, file, len(data), min(chunk, length - len(data)))
        data += piece
        channel.tally.add(len(piece))
    return data[:length]


def _start(channel: Channel, file: ChipFile, plan: ReadPlan) -> bytes:
    """Read the beginning: the least that the file has; its header alone if it has even less."""
    first = plan.first_read(file)
    data, status = b"", 0
    if plan.by_sfi and not channel.refuses_sfi:
        data, status = channel.send(wire.read_by_sfi(file.sfi, first))
    if not data:
        data, status = _select(channel, file, first)
        # SELECT and the same read did better: this chip knows no short identifiers
        channel.refuses_sfi |= bool(data) and plan.by_sfi
    if not data and first > _HEADER and _is_beyond(status):
        data, status = channel.send(wire.read_at(0, _HEADER))
    if status not in (wire.OK, wire.END_OF_FILE) or not data:
        message = f"could not open {file.name}: the chip answered {status:04X}"
        raise FileRefused(message, status)
    return data


def _select(channel: Channel, file: ChipFile, first: int) -> tuple[bytes, int]:
    """Select `file` and ask for its `first` bytes."""
    _, status = channel.send(wire.select_file(file.file_id))
    return channel.send(wire.read_at(0, first)) if status == wire.OK else (b"", status)


def _is_beyond(status: int) -> bool:
    return status in (_WRONG_LENGTH, _BEYOND_THE_END) or status >> 8 == 0x6C


def _next(channel: Channel, file: ChipFile, offset: int, count: int) -> bytes:
    command = wire.read_at(offset, count)
    data, status = channel.send(command)
    if status not in (wire.OK, wire.END_OF_FILE) or not data:
        message = f"{file.name} stops at byte {offset}: the chip answered {status:04X}"
        raise DeviceProtocolError(message)
    if command.ins == 0xB1:
        data = _unwrapped(data, file)
    if len(data) > count:
        message = f"{file.name}: the chip sent more than was asked for"
        raise DeviceProtocolError(message)
    return data


def _unwrapped(data: bytes, file: ChipFile) -> bytes:
    try:
        return tlv.need(data, 0x53, file.name)
    except tlv.LdsError as error:
        raise DeviceProtocolError(str(error)) from error


def _whole_length(data: bytes, file: ChipFile) -> int:
    try:
        tag, _, _ = tlv.read_header(data)
        length = tlv.file_length(data)
    except tlv.LdsError as error:
        message = f"{file.name} has no readable header"
        raise DeviceProtocolError(message) from error
    if tag != file.tag or length > MAX_FILE:
        message = f"{file.name} begins with a foreign header"
        raise DeviceProtocolError(message)
    return length
