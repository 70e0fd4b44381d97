"""udev's events, sent as udevd sends them and taken by the real libudev, in a network apart."""

import ctypes
import os
import socket
import struct
import threading
from collections.abc import Callable

import pytest

from devices.arrival import Arrivals
from devices.plugging import Plugging

CLONE_NEWNET = 0x40000000
KOBJECT_UEVENT = 15
TO_LISTENERS_OF_UDEV = (0, 2)
SENSOR = "/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0"
PLUGGED = {
    "ACTION": "add",
    "DEVPATH": "/devices/pci0000:00/usb1/1-1/1-1:1.0/ttyUSB0/tty/ttyUSB0",
    "SUBSYSTEM": "tty",
    "DEVNAME": "/dev/ttyUSB0",
    "DEVLINKS": f"/dev/serial/by-path/pci-0000:00-usb-0:1:1.0-port0 {SENSOR}",
    "MAJOR": "188",
    "MINOR": "0",
    "SEQNUM": "4711",
}
PRINTER = {
    "ACTION": "remove",
    "DEVPATH": "/devices/pci0000:00/usb1/1-2",
    "SUBSYSTEM": "usb",
    "DEVTYPE": "usb_device",
    "PRODUCT": "4b8/e15/100",
    "SEQNUM": "4712",
}


def tell(event: dict[str, str]) -> None:
    """Send an event: `libudev\\0 | magic | header 40 | offset, length | four filters | pairs`."""
    pairs = b"".join(f"{name}={value}".encode() + b"\0" for name, value in event.items())
    head = b"libudev\0" + struct.pack(">I", 0xFEEDCAFE)
    head += struct.pack("=7I", 40, 40, len(pairs), 0, 0, 0, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, KOBJECT_UEVENT) as udevd:
        udevd.bind((0, 0))
        udevd.sendto(head + pairs, TO_LISTENERS_OF_UDEV)


def apart(work: Callable[[], object]) -> object:
    """Run `work` in a network namespace of its own, where no other udevd speaks."""
    results: list[object] = []

    def inside() -> None:
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "no network namespace: run as root")
        results.append(work())

    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    return results.pop()


@pytest.mark.parametrize(
    ("where", "concerned"),
    [
        (SENSOR, [True, False]),
        ("/dev/serial/by-id/usb-1a86_*", [True, False]),
        ("/dev/ttyUSB0", [True, False]),
        ("/dev/ttyUSB1", [False, False]),
        ("usb://04b8:0e15/X3", [False, True]),
        ("usb:04B8:0E15", [False, True]),
        ("usb://04b8:0e16", [False, False]),
        ("genesys:libusb:001:004", [False, True]),
        ("socket://10.0.0.9:9100", [False, False]),
    ],
)
def test_an_event_concerns_the_address_that_names_its_device(
    where: str, concerned: list[bool]
) -> None:
    def heard() -> list[bool]:
        plugging = Plugging(where)
        answers = []
        for event in (PLUGGED, PRINTER):
            tell(event)
            answers.append(plugging.happened())
        plugging.close()
        return [*answers, plugging.happened()]

    assert apart(heard) == [*concerned, False]


def test_what_udev_tells_ends_the_wait_and_other_devices_do_not() -> None:
    def waits() -> tuple[bool, bool]:
        arrivals = Arrivals("escpos:usb://04b8:0e15/X3")
        tell(PLUGGED)
        another = arrivals.wait(0.05)
        tell(PRINTER)
        ours = arrivals.wait(20)
        arrivals.close()
        return another, ours

    assert apart(waits) == (False, True)


def test_what_is_no_event_is_not_taken_for_one() -> None:
    def heard() -> bool:
        plugging = Plugging(SENSOR)
        for bytes_ in (b"add@/devices/x\0", b"libudev\0", b"libudev\0" + os.urandom(200)):
            with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, KOBJECT_UEVENT) as other:
                other.bind((0, 0))
                other.sendto(bytes_, TO_LISTENERS_OF_UDEV)
        return plugging.happened()

    assert apart(heard) is False


def test_a_flood_of_events_is_one_that_may_have_been_ours() -> None:
    """More than the socket holds: what was lost may have been the one that is waited for."""

    def heard() -> tuple[bool, bool]:
        plugging = Plugging("socket://10.0.0.9:9100")
        with socket.socket(fileno=os.dup(plugging.fileno())) as same:
            same.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(100):
            tell(PRINTER)
        flooded = plugging.happened()
        tell(PRINTER)
        return flooded, plugging.happened()

    assert apart(heard) == (True, False)
