"""How long each driver may take: one table for all of them, in seconds.

`open_s` until a device that is there is open; `status_s` for one question how it is; `operation_s`
for what it is there for, as far as the device and not the person takes the time; `silence_s`
without a byte in the middle of an answer before it counts as silent. Drivers take their numbers
from here; docs/drivers.md shows the table and a test compares both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class DriverLimits:
    """One row of the table."""

    open_s: float
    status_s: float
    operation_s: float
    silence_s: float


TABLE: Final[Mapping[str, DriverLimits]] = {
    # a picture at 57,600 baud takes 6.95 s; an erase of the flash up to 5 s
    "r30x": DriverLimits(open_s=8.0, status_s=3.0, operation_s=20.0, silence_s=1.5),
    # 18 s of printing: the longest ticket at the slowest printer's 100 mm/s, twice
    "escpos": DriverLimits(open_s=3.0, status_s=1.0, operation_s=18.0, silence_s=1.5),
    "barcode": DriverLimits(open_s=3.0, status_s=1.0, operation_s=1.0, silence_s=1.0),
    # a webcam needs 3 to 5 s to start at full size; OpenCV would wait 30 s
    "camera": DriverLimits(open_s=8.0, status_s=15.0, operation_s=15.0, silence_s=4.0),
    # the lamp warms up in silence; the limit runs anew with every row
    "sane": DriverLimits(open_s=20.0, status_s=20.0, operation_s=60.0, silence_s=60.0),
    # what libfprint needs to open a reader; a capture's limit is the person's, and 2 s
    "fprint": DriverLimits(open_s=10.0, status_s=3.0, operation_s=30.0, silence_s=3.0),
    "ipp": DriverLimits(open_s=10.0, status_s=10.0, operation_s=180.0, silence_s=10.0),
    "pcsc": DriverLimits(open_s=5.0, status_s=3.0, operation_s=5.0, silence_s=5.0),
    "piv": DriverLimits(open_s=5.0, status_s=3.0, operation_s=10.0, silence_s=5.0),
    "emrtd": DriverLimits(open_s=5.0, status_s=3.0, operation_s=60.0, silence_s=5.0),
}
