"""The finger on libfprint's own virtual reader: libfprint is the real one, the picture is ours.

The glass takes a finger while a capture waits for one (`press`, or `finger N` at the terminal); an
answer that was told beforehand by a fault comes with the next press.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from devices.fprint import wire
from devices.options import Options, no_fault
from devices.r30x.finger_picture import draw_finger

FAULTS = ("messy", "unplugged", "unplugged_midway")
WIDTH_PX, HEIGHT_PX = 256, 288
_LIMIT_S = 5.0


class FprintSimulator:
    """Presses fingers on the virtual reader behind one socket."""

    def __init__(self, folder: Path, finger: int) -> None:
        self._folder = folder
        self._socket = folder / "reader"
        self._finger = finger
        self._fault = ""
        self._line: socket.socket | None = None

    @property
    def address(self) -> str:
        """Return the address under which the driver reaches it."""
        return f"fprint:virtual_image?virtual={quote(str(self._socket))}"

    def fault(self, name: str) -> None:
        """Answer the next press in this way; "" clears it. Raises ValueError."""
        if name and name not in FAULTS:
            raise no_fault(name, FAULTS)
        self._fault = name

    def press(self, finger: int | None = None) -> None:
        """Lay a finger on the glass of a reader that waits for one. Raises OSError if none is."""
        self._say(self._message(self._finger if finger is None else finger))

    def tell(self, verb: str, text: str) -> bool:
        """Obey `finger N`; False for another verb. Raises ValueError."""
        if verb != "finger":
            return False
        if not text.isdigit():
            message = "tulis / write: finger N"
            raise ValueError(message)
        try:
            self.press(int(text))
        except OSError as error:
            message = "tidak ada program yang membuka pembaca / no program has this reader open"
            raise ValueError(message) from error
        return True

    def stop(self) -> None:
        """Take the reader away; safe to call twice."""
        self._hang_up()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _message(self, finger: int) -> bytes:
        if self._fault == "messy":
            return wire.press_again()
        if self._fault:
            return wire.failure(wire.REMOVED)
        return wire.finger(WIDTH_PX, HEIGHT_PX, draw_finger(finger, WIDTH_PX, HEIGHT_PX))

    def _say(self, message: bytes) -> None:
        # the reader's end is gone with the child that had it open: once more on a new line
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.sendall(message)
                return
        self._hang_up()
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._line.settimeout(_LIMIT_S)
        self._line.connect(str(self._socket))
        self._line.sendall(message)

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def start(options: Mapping[str, str], *, out: Path | None = None) -> FprintSimulator:
    """Make a virtual reader; it leaves nothing in `out`. Option `finger`: which one is pressed."""
    del out
    chosen = Options(options)
    chosen.only("finger")
    finger = chosen.whole("finger", 2)
    return FprintSimulator(Path(tempfile.mkdtemp(prefix="loket-fprint-")), finger)
