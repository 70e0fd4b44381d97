"""Wait until something is plugged in: the kernel's word instead of looking again and again.

udev makes and removes the names below `/dev` when devices come and go; inotify tells of it at once.
A lost device is opened anew when its folder changes, or when the back-off has passed: the names of
network printers do not come and go.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import threading
from pathlib import Path
from typing import Final

_CHANGES: Final = 0x100 | 0x200 | 0x40 | 0x80  # IN_CREATE, IN_DELETE, IN_MOVED_FROM, IN_MOVED_TO
_CLOEXEC_NONBLOCK: Final = os.O_CLOEXEC | os.O_NONBLOCK
_USB: Final = Path("/dev/bus/usb")


class Arrivals:
    """Watches the folder where a device's name appears; a plain timer where there is no folder."""

    def __init__(self, where: str) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor: int = self._libc.inotify_init1(_CLOEXEC_NONBLOCK)
        self._wake, self._woken = os.pipe2(_CLOEXEC_NONBLOCK)
        self._closing = threading.Lock()
        self._folders = _folders_of(where)

    def wait(self, limit_s: float) -> bool:
        """Wait until something came or went, or `wake` was called; False after `limit_s`."""
        if self._descriptor >= 0:
            # folders may be new since: adding a watch twice is the same watch
            for folder in self._folders:
                nearest = _nearest(folder)
                self._libc.inotify_add_watch(self._descriptor, bytes(nearest), _CHANGES)
        poll = select.poll()
        for descriptor in (self._descriptor, self._wake):
            if descriptor >= 0:
                poll.register(descriptor, select.POLLIN)
        happened = bool(poll.poll(limit_s * 1000))
        self._drain()
        return happened

    def wake(self) -> None:
        """End the wait now, or the next one at once; for any thread."""
        with self._closing:  # a closed descriptor's number may be another file's by now
            if self._woken < 0:
                return
            with contextlib.suppress(BlockingIOError):  # it is awake more than enough
                os.write(self._woken, b".")

    def close(self) -> None:
        """Stop watching; safe to call twice."""
        with self._closing:
            for descriptor in (self._descriptor, self._wake, self._woken):
                if descriptor >= 0:
                    os.close(descriptor)
            self._descriptor = self._wake = self._woken = -1

    def _drain(self) -> None:
        for descriptor in (self._descriptor, self._wake):
            try:
                while descriptor >= 0 and os.read(descriptor, 4096):
                    pass
            except BlockingIOError:
                continue


def _folders_of(where: str) -> list[Path]:
    if where.startswith("/"):
        return [Path(where).parent]
    if where.startswith("usb:") and _USB.exists():
        return [_USB, *(one for one in _USB.iterdir() if one.is_dir())]
    return []


def _nearest(folder: Path) -> Path:
    """Return `folder`, or what exists above it: by-id itself goes with its last device."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder
