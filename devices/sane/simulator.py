"""A scanner on SANE's own `test` backend, with a private configuration folder.

The backend reads `test.conf` whenever it is opened, so a fault is a line in that file and every
SANE program sees it (`SANE_CONFIG_DIR=DIR scanimage -d test:0`).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from devices.options import Options, no_fault

_SCANNER = """\
number_of_devices 1
mode Color
depth 8
resolution_min 50.0
resolution_max 600.0
resolution 300.0
geometry_max 300.0
br_x 210.0
br_y 297.0
"""

_PICTURES = ("Grid", "Color pattern", "Solid black", "Solid white")

_FAULTS: Mapping[str, str] = {
    "": "",
    "jammed": 'read-status-code "SANE_STATUS_JAMMED"\n',
    "cover_open": 'read-status-code "SANE_STATUS_COVER_OPEN"\n',
    "no_docs": 'read-status-code "SANE_STATUS_NO_DOCS"\n',
    "io_error": 'read-status-code "SANE_STATUS_IO_ERROR"\n',
    # no device at all: the backend crashes when it is asked for one
    "unplugged": "number_of_devices 0\n",
    "busy": 'read-status-code "SANE_STATUS_DEVICE_BUSY"\n',
    # 40 ms for each buffer: an A4 page at 300 dpi in colour takes 5.6 s
    "slow": "read-delay true\nread-delay-duration 40000\n",
    "silent": "",
}


class SaneSimulator:
    """SANE's test backend behind a configuration folder of its own."""

    def __init__(self, folder: Path, picture: str) -> None:
        self._folder = folder
        self._picture = picture
        self._write("dll.conf", "test\n")
        self.fault("")

    @property
    def address(self) -> str:
        """Return the address under which the driver reaches it."""
        return f"sane:test:0?config={quote(str(self._folder))}"

    def fault(self, name: str) -> None:
        """Let the backend fail in this way from the next operation on; "" clears it."""
        if name not in _FAULTS:
            raise no_fault(name, sorted(filter(None, _FAULTS)))
        if name == "silent":
            self._hang()
        else:
            picture = f'test-picture "{self._picture}"\n'
            self._write("test.conf", _SCANNER + picture + _FAULTS[name])

    def _hang(self) -> None:
        # the backend has no silence of its own: it waits in fopen() for a pipe nobody writes to
        (self._folder / "test.conf").unlink()
        os.mkfifo(self._folder / "test.conf")

    def _write(self, name: str, text: str) -> None:
        written = self._folder / f"{name}.new"
        written.write_text(text)
        written.replace(self._folder / name)

    def stop(self) -> None:
        """Remove the configuration; safe to call twice."""
        shutil.rmtree(self._folder, ignore_errors=True)


def start(options: Mapping[str, str], *, out: Path | None = None) -> SaneSimulator:
    """Start the simulator; it leaves nothing in `out`. Raises ValueError.

    Option `picture`: Grid (squares of 10 mm), Color pattern, Solid black, Solid white.
    """
    del out
    chosen = Options(options)
    chosen.only("picture")
    picture = chosen.one_of("picture", _PICTURES)
    return SaneSimulator(Path(tempfile.mkdtemp(prefix="loket-sane-")), picture)
