from pathlib import Path

import pytest

from devices.capabilities import Identity
from devices.errors import AddressError, DeviceGone
from devices.naming import identity_of_name, resolve
from devices.registry import open_device


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("usb-FTDI_FT232R_A50285BI-if00-port0", Identity("FTDI FT232R", "A50285BI")),
        ("usb-Honeywell_1900_12345678-if00", Identity("Honeywell 1900", "12345678")),
        ("usb-SCANNER_Barcode_Scanner-event-kbd", Identity("SCANNER Barcode Scanner")),
        ("usb-046d_C920_1A2B3C-video-index0", Identity("046d C920", "1A2B3C")),
        ("ttyUSB0", Identity("ttyUSB0")),
    ],
)  # fmt: skip
def test_a_stable_name_tells_model_and_serial(name: str, identity: Identity) -> None:
    assert identity_of_name(f"/dev/serial/by-id/{name}") == identity


def test_a_name_that_means_two_devices_is_refused_listing_both(tmp_path: Path) -> None:
    for serial in ("A1", "A2"):
        (tmp_path / f"usb-FTDI_{serial}").touch()
    pattern = f"{tmp_path}/usb-FTDI_*"

    assert resolve(f"{tmp_path}/usb-FTDI_*1") == f"{tmp_path}/usb-FTDI_A1"
    assert resolve(f"{tmp_path}/usb-X*") == f"{tmp_path}/usb-X*"
    for address in (f"r30x:{pattern}", f"barcode:{pattern}", f"escpos:{pattern}"):
        with pytest.raises(AddressError, match="matches 2 devices") as caught:
            open_device(address)
        assert "usb-FTDI_A1" in str(caught.value)
        assert "usb-FTDI_A2" in str(caught.value)
    with pytest.raises(DeviceGone):
        open_device(f"barcode:{tmp_path}/usb-X*")
