"""The device's end of a serial line: a pseudo-terminal under a name that survives replugging."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import shutil
import tempfile
import termios
import threading
import time
import tty
from pathlib import Path
from typing import Final

_CLOSED_POLL_S: Final = 0.03
_TAKEN_WITHIN_S: Final = 5.0


class Pty:
    """A serial line whose other end anybody opens at `path`, a link like those in by-id.

    The pseudo-terminal behind the link changes when it is unplugged and plugged in again,
    the link does not. One thread reads; `unplug` and `close` may come from another.
    """

    def __init__(self, name: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="loket-"))
        self.path = self._folder / name
        self._lock = threading.Lock()
        self._master = -1
        self.plug()

    def plug(self) -> None:
        """Put the line on its name; nothing happens if it is there."""
        with self._lock:
            if self._master >= 0 or not self._folder.exists():
                return
            master, slave = pty.openpty()
            try:
                tty.setraw(slave, termios.TCSANOW)
                os.set_blocking(master, False)
                self.path.symlink_to(os.ttyname(slave))
            finally:
                # holding it open here would keep a dead client's TIOCEXCL alive
                os.close(slave)
            self._master = master

    def unplug(self) -> None:
        """Take the line away: the client's reads and writes fail."""
        with self._lock:
            if self._master < 0:
                return
            self.path.unlink(missing_ok=True)
            os.close(self._master)
            self._master = -1

    def close(self) -> None:
        """Take the line and its name away for good; safe to call twice."""
        self.unplug()
        shutil.rmtree(self._folder, ignore_errors=True)

    def read(self, *, limit_s: float) -> bytes:
        """Return what the client sent, empty if nothing came within `limit_s`."""
        end = time.monotonic() + limit_s
        while (left := end - time.monotonic()) > 0:
            if octets := self._read_once(min(left, 0.2)):
                return octets
        return b""

    def write(self, octets: bytes) -> None:
        """Send to the client; what nobody takes in a long while is lost, as on a real line."""
        end = time.monotonic() + _TAKEN_WITHIN_S
        while octets and time.monotonic() < end:
            # the lock is free in between, for whoever unplugs
            with self._lock:
                if self._master < 0:
                    return
                octets = octets[self._write_once(octets) :]

    def line_rate(self) -> int:
        """Return the bits per second that the client has set, 0 if unplugged."""
        with self._lock, contextlib.suppress(OSError, termios.error):
            if self._master >= 0:
                return _RATES.get(termios.tcgetattr(self._master)[5], 0)
        return 0

    def _write_once(self, octets: bytes) -> int:
        if not _ready(self._master, select.POLLOUT, 0.1):
            return 0
        try:
            return os.write(self._master, octets)
        except BlockingIOError:
            return 0
        except OSError:  # no client has the other end open
            return len(octets)

    def _read_once(self, limit_s: float) -> bytes:
        master = self._master
        if master < 0:
            time.sleep(min(limit_s, _CLOSED_POLL_S))
            return b""
        try:
            if not _ready(master, select.POLLIN, limit_s):
                return b""
            with self._lock:
                return os.read(self._master, 4096) if self._master == master else b""
        except BlockingIOError:
            return b""
        except (OSError, ValueError):  # no client has the other end open
            time.sleep(min(limit_s, _CLOSED_POLL_S))
            return b""


def _ready(descriptor: int, event: int, limit_s: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, event)
    return bool(poll.poll(limit_s * 1000))


_RATES: Final = {
    getattr(termios, name): int(name[1:])
    for name in dir(termios)
    if name[0] == "B" and name[1:].isdigit()
}
