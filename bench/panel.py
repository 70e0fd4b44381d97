"""A touch panel that can be measured: an Xvfb whose pixels are a file, and a finger on it.

Xvfb keeps the screen in a mapped file (`-fbdir`, in the form of X11/XWDFile.h), so that looking
for a change asks nobody: neither the X server nor the program that draws.
"""

from __future__ import annotations

import ctypes
import mmap
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Seen = NDArray[np.uint32]
WIDTH_PX, HEIGHT_PX = 1080, 1920
LOOK_EVERY_S = 0.002
EVERY_ROW = 8
"""Of eight rows one is looked at, else looking would take the processor from the kiosk: nothing on
the glass is lower than that."""
_HEAD = struct.Struct(">25I")  # XWDFileHeader: sizes and masks, then colours, then the picture
_SIZE, _LINE, _COLOURS, _COLOUR_BYTES = 0, 12, 19, 12
_LEFT_BUTTON = 1


class Picture:
    """What is on the panel, row by row, as it changes."""

    def __init__(self, file: Path) -> None:
        with file.open("rb") as opened:
            self._file = mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ)
        head = _HEAD.unpack_from(self._file)
        begins = head[_SIZE] + head[_COLOURS] * _COLOUR_BYTES
        pixels = np.frombuffer(self._file, np.uint32, HEIGHT_PX * head[_LINE] // 4, begins)
        self._rows = pixels.reshape(HEIGHT_PX, -1)[::EVERY_ROW]

    def seen(self) -> Seen:
        """Return what is on the panel now."""
        return self._rows.copy()

    def is_still(self, seen: Seen) -> bool:
        """Return whether nothing changed since `seen`."""
        return bool(np.array_equal(self._rows, seen))

    def changed(self, seen: Seen, *, within_s: float) -> float | None:
        """Wait for the first changed pixel; return the instant of perf_counter, None if none."""
        until = time.perf_counter() + within_s
        while self.is_still(seen):
            if time.perf_counter() > until:
                return None
            time.sleep(LOOK_EVERY_S)
        return time.perf_counter()


class Finger:
    """Presses and lets go by the server's XTEST, like a touch; no call waits for the server."""

    def __init__(self, display: str) -> None:
        self._x11 = ctypes.CDLL("libX11.so.6")
        self._xtest = ctypes.CDLL("libXtst.so.6")
        self._x11.XOpenDisplay.restype = ctypes.c_void_p
        opened = self._x11.XOpenDisplay(display.encode())
        assert opened, f"no display {display}"
        self._display = ctypes.c_void_p(opened)

    def move(self, x: int, y: int) -> None:
        """Be over a pixel."""
        self._xtest.XTestFakeMotionEvent(self._display, 0, x, y, ctypes.c_ulong(0))
        self._x11.XFlush(self._display)

    def press(self, *, down: bool) -> None:
        """Touch the glass, or let it go."""
        self._xtest.XTestFakeButtonEvent(self._display, _LEFT_BUTTON, int(down), ctypes.c_ulong(0))
        self._x11.XFlush(self._display)


@dataclass(frozen=True, slots=True)
class Panel:
    """A display with its picture and a finger on it."""

    display: str
    picture: Picture
    finger: Finger


@contextmanager
def panel(folder: Path) -> Iterator[Panel]:
    """Start a display of a kiosk's size, without a pointer on the picture, until the block ends."""
    folder.mkdir()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", f"{WIDTH_PX}x{HEIGHT_PX}x24",
         "-nolisten", "tcp", "-noreset", "-nocursor", "-fbdir", folder],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert server.stdout is not None
    with server:
        try:
            display = f":{server.stdout.readline().strip()}"
            yield Panel(display, Picture(folder / "Xvfb_screen0"), Finger(display))
        finally:
            server.terminate()
