"""Run a driver over a C library in a child process: one child per device.

A thread cannot stop a blocked C call, and a crash in a C library would take the station with it.
So the library is loaded only in a child. A call has a limit; at the limit, or when the caller
cancels, the child is asked to stop and, if it does not within `GRACE_S`, killed. The next call
starts a fresh child. A child that dies is DeviceGone. Errors of `devices.errors` keep their type.

Where Debian ships a library's binding for its own Python alone, the child is that `python`.

The child runs a *target*: `"package.module:Factory"`, called as `Factory(channel, *arguments)`.
Its public methods can be called; optional `cancel()` is called from another thread while a method
runs, optional `close()` at the end.
"""

from __future__ import annotations

import contextlib
import enum
import fcntl
import importlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from devices import errors
from devices.capabilities import Progress, no_progress
from devices.errors import DeviceError, DeviceGone, DeviceRefused, DeviceSilent

GRACE_S = 2.0
"""How long a child may take to stop when asked, before it is killed."""

_LOOK_S = 0.1  # how often `cancelled` is asked
_PROGRESS_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class _Open:
    target: str
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    arguments: tuple[object, ...]


class _Order(enum.Enum):
    CANCEL = enum.auto()
    CLOSE = enum.auto()


@dataclass(frozen=True, slots=True)
class _Progressed:
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class _Answer:
    value: object


@dataclass(frozen=True, slots=True)
class _Failure:
    kind: str
    detail: str
    reason: str

    def error(self, address: str) -> DeviceError:
        kind: type[DeviceError] = getattr(errors, self.kind)
        if issubclass(kind, DeviceRefused):
            return kind(self.detail, address=address, reason=self.reason)
        return kind(self.detail, address=address)


# ── the parent's side ────────────────────────────────────────────────────────


class IsolatedDevice:
    """A device driven in a child process of its own; calls from several threads take turns."""

    def __init__(
        self,
        target: str,
        *arguments: object,
        address: str,
        open_limit_s: float,
        environment: Mapping[str, str] | None = None,
        python: Path | None = None,
    ) -> None:
        self._python = python
        self._open = _Open(target, arguments)
        self._address = address
        self._open_limit_s = open_limit_s
        self._environment = dict(environment or {})
        self._child: _Child | None = None
        self._turn = threading.Lock()

    @property
    def child_pid(self) -> int | None:
        """Return the process id of the child, None while there is none."""
        return self._child.process.pid if self._child else None

    def open(self) -> None:
        """Start the child and open the device in it, unless it is open. Raises DeviceError."""
        with self._turn:
            self._opened()

    def call(
        self,
        method: str,
        *arguments: object,
        limit_s: float,
        progress: Progress = no_progress,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> object:
        """Call `method` in the child; `limit_s` runs from its last sign of life (progress).

        After `cancelled()` became true the child's own answer counts, if it comes within GRACE_S.
        Raises DeviceSilent at the limit, DeviceGone when the child died, and what it raised.
        """
        with self._turn:
            child = self._opened()
            try:
                child.send(_Call(method, arguments))
                return self._outcome(child, limit_s, progress, cancelled)
            except BaseException as error:
                if not isinstance(error, DeviceError):
                    self._kill()  # its answer would be taken for that of the next call
                raise

    def call_or_end(
        self,
        method: str,
        *arguments: object,
        limit_s: float,
        progress: Progress = no_progress,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> object:
        """Call; after an error end the child, as the library in it is then in doubt."""
        try:
            return self.call(
                method, *arguments, limit_s=limit_s, progress=progress, cancelled=cancelled
            )
        except DeviceError:
            self.end()
            raise

    def end(self) -> None:
        """Close the device and end the child; the next call starts a fresh one."""
        with self._turn:
            if self._child is None:
                return
            with contextlib.suppress(DeviceGone):
                self._child.send(_Order.CLOSE)
            self._child.wait(GRACE_S)
            self._kill()

    def _opened(self) -> _Child:
        if self._child is not None and self._child.process.poll() is None:
            return self._child
        self._kill()
        self._child = child = _start_child(self._address, self._environment, self._python)
        try:
            child.send(self._open)
            self._outcome(child, self._open_limit_s, no_progress, lambda: False)
        except BaseException:
            self._kill()
            raise
        return child

    def _outcome(
        self, child: _Child, limit_s: float, progress: Progress, cancelled: Callable[[], bool]
    ) -> object:
        ends = time.monotonic() + limit_s
        while time.monotonic() < ends:
            message = child.received(_LOOK_S)
            if isinstance(message, _Progressed):
                progress(message.done, message.total)
                ends = time.monotonic() + limit_s
            elif message is not None:
                return self._value(message)
            if cancelled():
                return self._value(self._stopped(child))
        self._stopped(child)
        message_text = f"no answer within {limit_s:g} s"
        raise DeviceSilent(message_text, address=self._address)

    def _stopped(self, child: _Child) -> object:
        """Ask the child to stop and return its last message; kill it if it does not."""
        child.send(_Order.CANCEL)
        ends = time.monotonic() + GRACE_S
        while time.monotonic() < ends:
            message = child.received(_LOOK_S)
            if message is not None and not isinstance(message, _Progressed):
                return message
        self._kill()
        return _Failure("DeviceSilent", "it did not stop when asked and was ended", "")

    def _value(self, message: object) -> object:
        if isinstance(message, _Failure):
            raise message.error(self._address)
        assert isinstance(message, _Answer)  # noqa: S101 -- the child sends nothing else
        return message.value

    def _kill(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None


class _Child:
    """A started child: its process, our end of its wire, and the pipe it watches for our death."""

    def __init__(
        self, process: subprocess.Popen[bytes], wire: Connection, lifeline: int, address: str
    ) -> None:
        self.process = process
        self._wire = wire
        self._lifeline = lifeline
        self._address = address

    def send(self, message: object) -> None:
        try:
            self._wire.send(message)
        except OSError as error:
            raise self._death() from error

    def received(self, within_s: float) -> object:
        """Return the next message, None if none came in time. Raises DeviceGone."""
        try:
            return self._wire.recv() if self._wire.poll(within_s) else None
        except (EOFError, OSError) as error:
            raise self._death() from error

    def wait(self, limit_s: float) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(limit_s)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        if self._lifeline >= 0:
            self._wire.close()
            os.close(self._lifeline)
            self._lifeline = -1

    def _death(self) -> DeviceGone:
        self.wait(GRACE_S)
        self.process.kill()  # should it live on without its wire
        code = self.process.wait()
        how = (
            f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        )
        return DeviceGone(f"the driver's process {how}", address=self._address)


def _start_child(address: str, environment: Mapping[str, str], python: Path | None) -> _Child:
    ours, theirs = Pipe()
    watched, lifeline = os.pipe()
    # another Python has packages of its own; it needs none of ours but this one
    ours_alone = str(Path(__file__).parents[1])
    path = ours_alone if python else os.pathsep.join(entry for entry in sys.path if entry)
    process = subprocess.Popen(
        [
            str(python or sys.executable),
            "-P",
            "-c",
            _CHILD_PROGRAM,
            str(theirs.fileno()),
            str(watched),
        ],
        env={**os.environ, "PYTHONPATH": path, **environment},
        pass_fds=(theirs.fileno(), watched),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    theirs.close()
    os.close(watched)
    return _Child(process, ours, lifeline, address)


# ── the child's side ─────────────────────────────────────────────────────────

_CHILD_PROGRAM = "from devices.isolation import serve_parent; serve_parent()"


class Channel:
    """What a target gets from its parent: whether it was cancelled, and where progress goes."""

    def __init__(self, wire: Connection) -> None:
        self._wire = wire
        self._said_at = 0.0
        self.cancelled = threading.Event()

    def progress(self, done: int, total: int) -> None:
        """Report progress; at most 20 messages a second leave, the last one always."""
        now = time.monotonic()
        if done < total and now - self._said_at < _PROGRESS_EVERY_S:
            return
        self._said_at = now
        self._wire.send(_Progressed(done, total))


def serve_parent() -> None:
    """Serve the parent named by the two descriptors in argv until it closes or dies."""
    wire, lifeline = Connection(int(sys.argv[1])), int(sys.argv[2])
    _die_with_parent(lifeline)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    channel = Channel(wire)
    with contextlib.suppress(EOFError, OSError):
        _serve(wire, channel)
    os._exit(0)  # no C library may hold up the end


def _serve(wire: Connection, channel: Channel) -> None:
    order = wire.recv()
    opened: list[object] = []
    wire.send(_outcome_of(lambda: opened.append(_make(order, channel))))
    if not opened:
        return
    calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(wire, channel, opened[0], calls), daemon=True).start()
    while (call := calls.get()) is not None:
        wire.send(_outcome_of(getattr(opened[0], call.method), *call.arguments))
    getattr(opened[0], "close", lambda: None)()


def _make(order: _Open, channel: Channel) -> object:
    module, _, factory = order.target.partition(":")
    return getattr(importlib.import_module(module), factory)(channel, *order.arguments)


def _listen(
    wire: Connection, channel: Channel, target: object, calls: queue.SimpleQueue[_Call | None]
) -> None:
    while True:
        try:
            message = wire.recv()
        except (EOFError, OSError):
            os._exit(0)
        if isinstance(message, _Call):
            channel.cancelled.clear()
            calls.put(message)
        elif message is _Order.CANCEL:
            channel.cancelled.set()
            getattr(target, "cancel", lambda: None)()
        elif message is _Order.CLOSE:
            calls.put(None)


def _outcome_of(function: Callable[..., object], *arguments: object) -> _Answer | _Failure:
    try:
        return _Answer(function(*arguments))
    except DeviceError as error:
        known = (kind for kind in type(error).__mro__ if kind.__module__ == errors.__name__)
        return _Failure(next(known).__name__, error.detail, getattr(error, "reason", ""))
    except Exception as error:  # noqa: BLE001 -- whatever a C library's binding raises
        traceback.print_exc()
        return _Failure("DeviceProtocolError", f"the driver failed: {type(error).__name__}", "")


def _die_with_parent(lifeline: int) -> None:
    # The kernel sends SIGIO when the parent's end closes, and its default action ends us even
    # while a C call holds the interpreter's lock. PR_SET_PDEATHSIG would not do: it fires when the
    # *thread* that started us ends.
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(lifeline, fcntl.F_GETFL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, flags | os.O_ASYNC | os.O_NONBLOCK)
