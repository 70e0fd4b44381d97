"""What udev tells of devices that come and go, told apart by the address that they concern.

`DEVNAME`, `DEVLINKS` and `PRODUCT` of an event (udev(7), the kernel's uevent of a usb_device) are
compared with the place of an address. Without libudev, or in a container where no udevd runs,
nothing is heard: the folders that devices.arrival watches still tell.
"""

from __future__ import annotations

import fnmatch
import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyudev

log = logging.getLogger(__name__)

_USB_PLACE: Final = re.compile(r"usb:(?://)?([0-9a-fA-F]{1,4}):([0-9a-fA-F]{1,4})")
_LIBUSB: Final = "libusb:"
_AT_ONCE: Final = 10_000
"""Events taken by one call; a hub full of devices makes some hundred."""


class Plugging:
    """udev's events on one descriptor; `concerns` picks those of `where`."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._monitor = _monitor()

    def fileno(self) -> int:
        """Return the descriptor to wait on, -1 when there is no udev."""
        return self._monitor.fileno() if self._monitor else -1

    def happened(self) -> bool:
        """Take every event that came; return whether one of them was about `where`."""
        try:
            return any([self._concerns(device) for device in self._events()])
        except OSError as error:
            # more came than the kernel keeps for us: what was lost may have been ours
            log.debug("udev's events were lost: %s", error)
            self._monitor = _monitor()
            return True

    def close(self) -> None:
        """Stop listening; safe to call twice."""
        self._monitor = None

    def _events(self) -> Iterator[pyudev.Device]:
        for _ in range(_AT_ONCE):
            try:
                device = self._monitor.poll(0) if self._monitor else None
            except ValueError:
                continue  # bytes that are no event
            if device is None:
                return
            yield device

    def _concerns(self, device: pyudev.Device) -> bool:
        known = device.properties
        if self._where.startswith("/"):
            names = [known.get("DEVNAME", ""), *known.get("DEVLINKS", "").split()]
            return any(fnmatch.fnmatchcase(name, self._where) for name in names)
        if usb := _USB_PLACE.match(self._where):
            wanted = tuple(int(part, 16) for part in usb.groups())
            return wanted == _product(known.get("PRODUCT", ""))
        # SANE names its scanners by bus and number, which change: any of them may be it
        return _LIBUSB in self._where and known.get("DEVTYPE") == "usb_device"


def _monitor() -> pyudev.Monitor | None:
    try:
        import pyudev

        monitor = pyudev.Monitor.from_netlink(pyudev.Context())
        monitor.start()
    except (ImportError, OSError) as error:
        log.info("udev does not tell of devices here: %s", error)
        return None
    return monitor


def _product(told: str) -> tuple[int, ...]:
    """Return vendor and product of `4b8/e15/100`, nothing when it is something else."""
    parts = told.split("/")
    try:
        return tuple(int(part, 16) for part in parts[:2])
    except ValueError:
        return ()
