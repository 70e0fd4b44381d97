"""A receipt printer on USB as a stream: its two bulk endpoints, found by serial number."""

from __future__ import annotations

import contextlib
import re
from typing import Final

from devices.errors import AddressError, DeviceBusy, DeviceGone, DeviceSilent

_PLACE: Final = re.compile(r"usb://([0-9a-fA-F]{4}):([0-9a-fA-F]{4})(?:/(.*))?")


def split_place(where: str) -> tuple[int, int, str]:
    """Split `usb://VID:PID[/SERIAL]`. Raises AddressError."""
    match = _PLACE.fullmatch(where)
    if match is None:
        message = (
            f"'{where}' bukan usb://VID:PID/SERI / '{where}' is no usb://VID:PID/SERIAL,"
            " mis. / e.g. usb://04b8:0e15/J5XF012345"
        )
        raise AddressError(message, address=where)
    vendor, product, serial = match.groups()
    return int(vendor, 16), int(product, 16), serial or ""


class UsbStream:
    """The two bulk endpoints of one USB printer, claimed for this process."""

    def __init__(self, where: str) -> None:
        import usb.core  # type: ignore[import-untyped]
        import usb.util  # type: ignore[import-untyped]

        self._where = where
        self._error, self._late = usb.core.USBError, usb.core.USBTimeoutError
        self._device = _find(where)
        try:
            with contextlib.suppress(NotImplementedError):
                if self._device.is_kernel_driver_active(0):
                    self._device.detach_kernel_driver(0)
            self._device.set_configuration()
            interface = self._device.get_active_configuration()[(0, 0)]
            usb.util.claim_interface(self._device, interface.bInterfaceNumber)
        except usb.core.USBError as error:
            message = f"{where} is held by another program or not ours to open"
            raise DeviceBusy(message, address=where) from error
        self._out, self._in = (_endpoint(interface, way) for way in (0x00, 0x80))
        if self._out is None:
            self.close()
            message = f"{where} has no endpoint to print to"
            raise DeviceGone(message, address=where)

    def write(self, octets: bytes, *, limit_s: float) -> None:
        """Send all of `octets` within `limit_s`."""
        try:
            self._device.write(self._out, octets, int(limit_s * 1000))
        except self._late as error:
            message = f"{self._where}: it takes no bytes within {limit_s:g} s"
            raise DeviceSilent(message, address=self._where) from error
        except self._error as error:
            raise self._gone() from error

    def read(self, *, limit_s: float) -> bytes:
        """Return what has come within `limit_s`."""
        message = f"{self._where}: no answer within {limit_s:g} s"
        if self._in is None:
            raise DeviceSilent(message, address=self._where)
        try:
            octets = bytes(self._device.read(self._in, 64, max(int(limit_s * 1000), 1)))
        except self._late as error:
            raise DeviceSilent(message, address=self._where) from error
        except self._error as error:
            raise self._gone() from error
        if not octets:
            raise DeviceSilent(message, address=self._where)
        return octets

    def close(self) -> None:
        """Release the interface; safe to call twice."""
        import usb.util

        usb.util.dispose_resources(self._device)

    def _gone(self) -> DeviceGone:
        return DeviceGone(f"{self._where} was unplugged", address=self._where)


def _find(where: str):  # type: ignore[no-untyped-def]  # pyusb's device has no types
    import usb.core
    import usb.util

    vendor, product, serial = split_place(where)
    try:
        found = list(usb.core.find(find_all=True, idVendor=vendor, idProduct=product) or ())
        named = [one for one in found if not serial or one.serial_number == serial]
    except (usb.core.USBError, usb.core.NoBackendError, ValueError) as error:
        message = f"{where}: USB cannot be used here ({error})"
        raise DeviceGone(message, address=where) from error
    if not named:
        message = f"{where} is not plugged in"
        raise DeviceGone(message, address=where)
    if len(named) > 1:
        places = ", ".join(f"bus {one.bus} device {one.address}" for one in named)
        message = (
            f"{where} cocok dengan {len(named)} pencetak ({places}): tambahkan nomor seri"
            f" / {where} names {len(named)} printers ({places}): add the serial number"
        )
        raise AddressError(message, address=where)
    return named[0]


def _endpoint(interface, direction: int):  # type: ignore[no-untyped-def]  # pyusb has no types
    import usb.util

    return usb.util.find_descriptor(
        interface,
        custom_match=lambda one: (
            usb.util.endpoint_direction(one.bEndpointAddress) == direction
            and usb.util.endpoint_type(one.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
        ),
    )
