import inspect

import pytest

from devices import registry
from devices.capabilities import CaptureResult, FingerprintReader, TicketPrinter
from devices.errors import AddressError, DeviceGone


def test_the_installed_drivers_and_simulators_are_known() -> None:
    assert {"r30x", "escpos"} <= set(registry.driver_names())
    assert {"r30x", "escpos"} <= set(registry.simulator_names())


def test_an_unknown_driver_is_refused_with_the_known_ones() -> None:
    with pytest.raises(AddressError, match=r"no driver 'fax' is installed; ada / known: .*escpos"):
        registry.open_device("fax:/dev/ttyUSB0")


def test_a_device_that_is_not_there_is_gone() -> None:
    with pytest.raises(DeviceGone) as caught:
        registry.open_device("r30x:/dev/serial/by-id/usb-nobody")

    assert caught.value.address == "r30x:/dev/serial/by-id/usb-nobody"


def test_a_simulated_address_opens_the_driver_on_a_real_wire() -> None:
    device = registry.open_device("r30x:sim://any?pace=0&finger=3")
    try:
        assert isinstance(device, FingerprintReader)
        assert device.capture(wait_s=60).result is CaptureResult.CAPTURED
    finally:
        device.close()


def test_a_simulated_device_has_its_capability_without_being_asked() -> None:
    device = registry.open_device("r30x:sim://any?pace=0")
    try:
        # how isinstance looks from Python 3.12 on: nothing of the device's own code runs
        assert inspect.getattr_static(device, "capture")
        assert not isinstance(device, TicketPrinter)
    finally:
        device.close()
