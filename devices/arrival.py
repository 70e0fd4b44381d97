"""Wait until something is plugged in or pulled out: told by the system, never looked for.

Three tell: udev (`devices.plugging`), pcscd (`devices.pcsc.events`), and inotify on the folder
where a device's name appears, for containers and ptys, where there is no udev. A lost device is
opened anew when one of them speaks, or when the back-off is over: names of network printers
do not come and go. Why all three: docs/decisions/0015-arrivals-are-told.md.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from devices.address import parse_address
from devices.errors import AddressError
from devices.plugging import Plugging

if TYPE_CHECKING:
    from devices.pcsc.events import ReaderEvents

_CHANGES: Final = 0x100 | 0x200 | 0x40 | 0x80  # IN_CREATE, IN_DELETE, IN_MOVED_FROM, IN_MOVED_TO
_CLOEXEC_NONBLOCK: Final = os.O_CLOEXEC | os.O_NONBLOCK
_USB: Final = Path("/dev/bus/usb")
_PCSCD: Final = Path("/run/pcscd")
_PCSC: Final = "pcsc://"


class Arrivals:
    """Tells when the device of one address, or a card on its reader, may have come or gone."""

    def __init__(self, address: str) -> None:
        where = _place(address)
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor: int = self._libc.inotify_init1(_CLOEXEC_NONBLOCK)
        self._wake, self._woken = os.pipe2(_CLOEXEC_NONBLOCK)
        self._closing = threading.Lock()
        self._folders = _folders_of(where)
        self._plugging = Plugging(where)
        self._readers = self._reader_events(where)

    def wait(self, limit_s: float) -> bool:
        """Wait until something came or went, or `wake` was called; False after `limit_s`."""
        self._watch_folders()
        poll = select.poll()
        for descriptor in (self._descriptor, self._wake, self._plugging.fileno()):
            if descriptor >= 0:
                poll.register(descriptor, select.POLLIN)
        ends_at = time.monotonic() + limit_s
        while ready := poll.poll(max(0.0, ends_at - time.monotonic()) * 1000):
            others = {number for number, _ in ready} - {self._plugging.fileno()}
            self._drain()
            if self._readers is not None and self._descriptor in others:
                self._readers.look_again()
            # udev tells of every device of the machine
            if self._plugging.happened() or others:
                return True
        return False

    def wake(self) -> None:
        """End the wait now, or the next one at once; for any thread."""
        with self._closing:  # a closed descriptor's number may be another file's by now
            if self._woken < 0:
                return
            with contextlib.suppress(BlockingIOError):  # it is awake more than enough
                os.write(self._woken, b".")

    def close(self) -> None:
        """Stop watching; safe to call twice."""
        if self._readers is not None:
            self._readers.close()
        self._plugging.close()
        with self._closing:
            for descriptor in (self._descriptor, self._wake, self._woken):
                if descriptor >= 0:
                    os.close(descriptor)
            self._descriptor = self._wake = self._woken = -1

    def _reader_events(self, where: str) -> ReaderEvents | None:
        if not where.startswith(_PCSC):
            return None
        from devices.pcsc.events import ReaderEvents

        return ReaderEvents(where.removeprefix(_PCSC), self.wake)

    def _watch_folders(self) -> None:
        if self._descriptor >= 0:
            # folders may be new since: adding a watch twice is the same watch
            for folder in self._folders:
                nearest = _nearest(folder)
                self._libc.inotify_add_watch(self._descriptor, bytes(nearest), _CHANGES)

    def _drain(self) -> None:
        for descriptor in (self._descriptor, self._wake):
            try:
                while descriptor >= 0 and os.read(descriptor, 4096):
                    pass
            except BlockingIOError:
                continue


def _place(address: str) -> str:
    """Return where the device is, empty when the address does not tell."""
    try:
        known = parse_address(address)
    except AddressError:
        return ""
    if known.driver == "pcsc" and not known.where.startswith(("sim://", _PCSC)):
        return _PCSC + known.where
    return known.where


def _folders_of(where: str) -> list[Path]:
    if where.startswith("/"):
        return [Path(where).parent]
    if where.startswith(_PCSC):
        return [_PCSCD]
    if where.startswith("usb:") and _USB.exists():
        return [_USB, *(one for one in _USB.iterdir() if one.is_dir())]
    return []


def _nearest(folder: Path) -> Path:
    """Return `folder`, or what exists above it: by-id itself goes with its last device."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder
