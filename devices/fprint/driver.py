"""FingerprintReader over libfprint, for USB readers that give an image.

Address: `fprint:any`, `fprint:DRIVER` or `fprint:DRIVER/ID` as `loket devices check fprint:x` lists
them. `virtual` names the socket of libfprint's own virtual reader. libfprint runs in a child on the
system's Python: Debian's binding knows no other.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

from devices.address import Address
from devices.capabilities import (
    CaptureResult,
    FingerAbilities,
    FingerCapture,
    FingerImage,
    Health,
    Identity,
    Lamp,
    Progress,
    no_progress,
)
from devices.errors import AddressError
from devices.isolation import IsolatedDevice
from devices.limits import TABLE
from devices.options import options_of

PYTHON: Final = Path("/usr/bin/python3")
_TARGET: Final = "devices.fprint.reading:Reader"
_MARGIN_S: Final = 2.0
_LIMITS: Final = TABLE["fprint"]


def connect(address: Address) -> FprintReader:
    """Open the reader at `address`. Raises AddressError, DeviceGone, DeviceBusy, DeviceRefused."""
    options_of(address).only("virtual")
    if not address.where:
        message = (
            f"'{address}': tulis / write fprint:any, fprint:DRIVER, atau / or fprint:DRIVER/ID"
        )
        raise AddressError(message, address=str(address))
    reader = FprintReader(address)
    try:
        reader.open()
    except BaseException:
        reader.close()
        raise
    return reader


class FprintReader:
    """A USB reader, driven in a child process; after a loss the next call opens it again."""

    def __init__(self, address: Address) -> None:
        virtual = address.options.get("virtual", "")
        self._child = IsolatedDevice(
            _TARGET,
            address.where,
            address=str(address),
            open_limit_s=_LIMITS.open_s,
            environment={"FP_VIRTUAL_IMAGE": virtual} if virtual else {},
            python=PYTHON,
        )
        self._identity = Identity()

    @property
    def child_pid(self) -> int | None:
        """Return the process id of the reader's child, None while there is none."""
        return self._child.child_pid

    def open(self) -> None:
        """Open the reader and ask who it is. Raises DeviceError."""
        model, serial = cast(
            "tuple[str, str]", self._child.call_or_end("identity", limit_s=_LIMITS.status_s)
        )
        self._identity = Identity(model=model, serial=serial)

    def identity(self) -> Identity:
        """Return the reader's name, and libfprint's driver and id of it as its serial."""
        return self._identity

    def health(self) -> Health:
        """Ask the child whether the reader is still open. Raises DeviceUnavailable."""
        self._child.call_or_end("identity", limit_s=_LIMITS.status_s)
        return Health(Lamp.READY)

    def abilities(self) -> FingerAbilities:
        """Return single fingers without a preview; the image says its own resolution."""
        return FingerAbilities()

    def capture(
        self,
        *,
        wait_s: float,
        progress: Progress = no_progress,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> FingerCapture:
        """Wait up to `wait_s` for a finger; progress (0, 1) says that the glass waits.

        A finger that libfprint wants again is MESSY. Raises DeviceGone, DeviceSilent.
        """
        told = self._child.call_or_end(
            "capture", wait_s, limit_s=wait_s + _MARGIN_S, progress=progress, cancelled=cancelled
        )
        outcome, width, height, dpi, pixels = cast("tuple[str, int, int, int, bytes]", told)
        if outcome != "captured":
            return FingerCapture(CaptureResult(outcome))
        progress(1, 1)
        return FingerCapture(
            CaptureResult.CAPTURED, FingerImage(width, height, dpi, pixels), attempts=1
        )

    def close(self) -> None:
        """End the child process; safe to call twice."""
        self._child.end()
