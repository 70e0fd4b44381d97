"""What every driver has to stand, whatever the device: checks against a simulator or on metal.

A check opens the device by its production address, lets something go wrong on the wire and looks
at what the driver says, how long it takes, and whether the next call works. Without a simulator
only the checks that need no fault can run.

    for check in conformance.CHECKS:
        conformance.run(check, Subject(address, simulator))
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from devices.capabilities import Device
from devices.errors import (
    DeviceBusy,
    DeviceError,
    DeviceGone,
    DeviceProtocolError,
    DeviceRefused,
    DeviceSilent,
    DeviceUnavailable,
)
from devices.registry import Simulator, open_device

_Answer = TypeVar("_Answer")
REPEATS: Final = 100
_SETTLING_S: Final = 20.0
HOLD_PORT: Final = """
import fcntl, os, sys, termios
line = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
fcntl.flock(line, fcntl.LOCK_EX)
fcntl.ioctl(line, termios.TIOCEXCL)
print("held", flush=True)
sys.stdin.read()
"""


HOLD_CARD: Final = """
import sys
from smartcard import scard
_, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
code, card, _ = scard.SCardConnect(context, sys.argv[1], scard.SCARD_SHARE_EXCLUSIVE,
                                   scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1)
print("held" if code == 0 else hex(code), flush=True)
sys.stdin.read()
scard.SCardDisconnect(card, scard.SCARD_UNPOWER_CARD)
"""


class NotConforming(Exception):
    """A driver did something else than the check demands."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A device to check. `ask` is one short exchange with it, answered within `healthy_s`.

    `answers_s` is the longest that the driver may take to give up on a silent device, opening
    included. `flips` is how many byte places of an answer are flipped, `detects_flips` whether
    the wire has a check value. `serial_path` is the port that another process can hold. A device
    is `unasked` if it speaks by itself, like a barcode scanner: then silence at opening is no fault
    and `ask` raises DeviceSilent itself where nothing came. `repeats` is how many calls must leave
    no descriptor open: fewer where one call is a second of a camera's time. `on_garbage` is what it
    may say to nonsense: a library that ends a stream on it leaves nothing to tell from a lost one.
    A `reader` holds a card: it opens without one, and a card that is pulled away, silent or held
    by another process is told by `ask`; what it says of one that is gone is `on_unplugged`.
    `connect` opens it: with shorter limits, say, where a test need not wait as long as a person.
    What is `on_its_way` when the fault begins is answered well: a code that is being sent, pictures
    of a stream that lie in buffers, the more the slower they are taken.
    """

    address: str
    simulator: Simulator | None = None
    ask: Callable[[Device], object] = lambda device: device.health()
    healthy_s: float = 10.0
    answers_s: float = 15.0
    flips: int = 0
    detects_flips: bool = True
    serial_path: str = ""
    unasked: bool = False
    repeats: int = REPEATS
    on_garbage: tuple[type[DeviceError], ...] = (DeviceProtocolError, DeviceSilent)
    on_unplugged: tuple[type[DeviceError], ...] = (DeviceGone,)
    reader: str = ""
    connect: Callable[[str], Device] = open_device
    on_its_way: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One demand, as a sentence; `faults` are those the simulator has to know."""

    name: str
    act: Callable[[Subject], None]
    faults: tuple[str, ...] = ()


def applies(check: Check, subject: Subject) -> bool:
    """Return whether `check` can run on `subject`."""
    if check.act is _held_elsewhere:
        return bool(subject.serial_path or subject.reader)
    if subject.reader and check.act in _OF_LINES:
        return False
    if check.act is _flipped_bytes and not subject.flips:
        return False
    if check.act is _silent_at_opening and subject.unasked:
        return False
    return not check.faults or subject.simulator is not None


def run(check: Check, subject: Subject) -> None:
    """Run `check`. Raises NotConforming saying what the driver did instead."""
    try:
        check.act(subject)
    finally:
        if subject.simulator is not None:
            subject.simulator.fault("")


# ── the demands ──────────────────────────────────────────────────────────────


def _opens_twice(subject: Subject) -> None:
    for _ in range(2):
        device = subject.connect(subject.address)
        subject.ask(device)
        device.close()
        device.close()


def _fails_and_recovers(
    subject: Subject, fault: str, expected: type[DeviceError] | tuple[type[DeviceError], ...]
) -> None:
    device = subject.connect(subject.address)
    try:
        subject.ask(device)
        _set(subject, fault)
        _expect(subject, device, expected, fault)
        _set(subject, "")
        _works_again(subject, device)
    finally:
        device.close()


def _unplugged(subject: Subject) -> None:
    _fails_and_recovers(subject, "unplugged", subject.on_unplugged)


def _unplugged_midway(subject: Subject) -> None:
    _fails_and_recovers(subject, "unplugged_midway", subject.on_unplugged)


def _silent(subject: Subject) -> None:
    _fails_and_recovers(subject, "silent", DeviceSilent)


def _garbage(subject: Subject) -> None:
    _fails_and_recovers(subject, "garbage", subject.on_garbage)


def _late(subject: Subject) -> None:
    device = subject.connect(subject.address)
    try:
        _set(subject, "late")
        _within(subject.answers_s, lambda: _try(subject, device), "late")
        _set(subject, "")
        _works_again(subject, device)
    finally:
        device.close()


def _silent_at_opening(subject: Subject) -> None:
    _set(subject, "silent")
    _expect_not_opening(subject, (DeviceSilent,))
    _set(subject, "")
    _opens_twice(subject)


def _gone_at_opening(subject: Subject) -> None:
    _set(subject, "unplugged")
    _expect_not_opening(subject, (DeviceGone,))
    _set(subject, "")
    _opens_twice(subject)


def _byte_by_byte(subject: Subject) -> None:
    device = subject.connect(subject.address)
    try:
        _set(subject, "fragmented")
        _within(subject.healthy_s, lambda: subject.ask(device), "fragmented")
    finally:
        device.close()


def _flipped_bytes(subject: Subject) -> None:
    device = subject.connect(subject.address)
    try:
        for place in range(subject.flips):
            _set(subject, f"flipped_byte:{place}")
            error = _within(subject.answers_s, lambda: _try(subject, device), "flipped byte")
            if error is None and subject.detects_flips:
                message = f"byte {place} of an answer was flipped and nobody noticed"
                raise NotConforming(message)
            _set(subject, "")
            _works_again(subject, device)
    finally:
        device.close()


def _held_elsewhere(subject: Subject) -> None:
    program, what = (
        (HOLD_CARD, subject.reader) if subject.reader else (HOLD_PORT, subject.serial_path)
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, what],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        if holder.stdout is None or holder.stdout.readline() != b"held\n":
            message = f"{what} cannot be held for the check"
            raise NotConforming(message)
        if subject.reader:
            _expect_asked(subject, DeviceBusy)
        else:
            _expect_not_opening(subject, (DeviceBusy,))
        holder.communicate()
    _opens_twice(subject)


def _leaks_nothing(subject: Subject) -> None:
    _opens_twice(subject)
    before = _open_descriptors()
    device = subject.connect(subject.address)
    for _ in range(subject.repeats):
        subject.ask(device)
    device.close()
    for _ in range(subject.repeats // 10):
        subject.connect(subject.address).close()
    # a simulator in this process closes its end a moment later
    end = time.monotonic() + _SETTLING_S
    while (left := _open_descriptors() - before) > 0:
        if time.monotonic() > end:
            message = f"{left} descriptors are left open after {subject.repeats} calls"
            raise NotConforming(message)
        time.sleep(0.05)


CHECKS: Final = (
    Check("opens and closes twice", _opens_twice),
    Check("leaves no descriptor open", _leaks_nothing),
    Check("is refused while another process holds it", _held_elsewhere),
    Check("says gone when unplugged", _unplugged, ("unplugged",)),
    Check("says gone when unplugged in mid-answer", _unplugged_midway, ("unplugged_midway",)),
    Check("says silent when nothing comes", _silent, ("silent",)),
    Check("survives garbage", _garbage, ("garbage",)),
    Check("drains answers that come late", _late, ("late",)),
    Check("says silent at opening", _silent_at_opening, ("silent",)),
    Check("says gone at opening", _gone_at_opening, ("unplugged",)),
    Check("reads one byte at a time", _byte_by_byte, ("fragmented",)),
    Check("notices flipped bytes", _flipped_bytes, ("flipped_byte",)),
)

_OF_LINES: Final = (_silent_at_opening, _gone_at_opening, _byte_by_byte)
CHECKS_OF_CARDS: Final = tuple(check for check in CHECKS if check.act not in _OF_LINES)
"""What a card reader has to stand: it opens without a card, and no wire of ours has its bytes."""


# ── what a check is made of ──────────────────────────────────────────────────


def _set(subject: Subject, fault: str) -> None:
    if subject.simulator is None:
        message = "this check needs a simulator that can be told to fail"
        raise NotConforming(message)
    subject.simulator.fault(fault)


def _try(subject: Subject, device: Device) -> DeviceError | None:
    try:
        subject.ask(device)
    except DeviceError as error:
        return error
    return None


def _expect(
    subject: Subject,
    device: Device,
    expected: type[DeviceError] | tuple[type[DeviceError], ...],
    fault: str,
) -> None:
    end = time.monotonic() + subject.answers_s
    error = _within(subject.answers_s, lambda: _try(subject, device), fault)
    while error is None and subject.on_its_way and time.monotonic() < end:
        error = _within(subject.answers_s, lambda: _try(subject, device), fault)
    if not isinstance(error, expected):
        message = f"with the fault {fault} it said {error!r}"
        raise NotConforming(message)


def _expect_asked(subject: Subject, expected: type[DeviceError]) -> None:
    device = subject.connect(subject.address)
    try:
        _expect(subject, device, expected, "held by another process")
    finally:
        device.close()


def _expect_not_opening(subject: Subject, expected: tuple[type[DeviceError], ...]) -> None:
    def attempt() -> DeviceError | None:
        try:
            subject.connect(subject.address).close()
        except DeviceError as error:
            return error
        return None

    error = _within(subject.answers_s, attempt, "opening")
    if not isinstance(error, expected):
        message = f"at opening it said {error!r} instead of {expected[0].__name__}"
        raise NotConforming(message)


def _works_again(subject: Subject, device: Device) -> None:
    end = time.monotonic() + _SETTLING_S + subject.answers_s
    while True:
        try:
            subject.ask(device)
        except (DeviceUnavailable, DeviceProtocolError, DeviceRefused) as error:
            if time.monotonic() > end:
                message = f"it is back, but the next call says {error!r}"
                raise NotConforming(message) from error
        else:
            return


def _within(limit_s: float, act: Callable[[], _Answer], what: str) -> _Answer:
    started = time.monotonic()
    answer = act()
    if (took_s := time.monotonic() - started) > limit_s:
        message = f"{what}: it took {took_s:.1f} s, allowed are {limit_s:g} s"
        raise NotConforming(message)
    return answer


def _open_descriptors() -> int:
    return len(os.listdir(Path("/proc/self/fd")))  # noqa: PTH208 - counted, not read
