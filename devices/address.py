"""Device addresses: `<driver>:<where>[?option=value&…]`.

Examples: `r30x:/dev/serial/by-id/usb-X`, `escpos:socket://10.0.0.9:9100?profile=tm-t20`,
`emrtd:pcsc://ACS ACR1252`, `camera:http://127.0.0.1:8090/cam.mjpg`, `sane:test:0`,
`ipp://printer.local/ipp/print`, and `<driver>:sim://name` for a simulator on its real wire.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from devices.errors import AddressError

_DRIVER = re.compile(r"[a-z][a-z0-9_]*")
_USER = re.compile(r"//[^/@\s]*@")
_PASSWORD = re.compile(r"([?&]password=)[^&\s]*")
_SCHEMES_THAT_ARE_THE_WIRE = ("ipp", "ipps")


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed device address: which driver, where, and its options."""

    driver: str
    where: str
    options: Mapping[str, str] = field(default_factory=dict)
    text: str = ""

    @property
    def simulated(self) -> bool:
        """Whether this address asks for the driver's own simulator."""
        return self.where.startswith("sim://")

    def __str__(self) -> str:
        return self.text or f"{self.driver}:{self.where}"


def shown_address(text: str) -> str:
    """Return a device address, or words about it, without the passwords it may carry."""
    return _PASSWORD.sub(r"\1…", _USER.sub("//…@", text))


def parse_address(text: str) -> Address:
    """Split `text` into driver, place and options. Raises AddressError naming the fault."""
    driver, colon, rest = text.strip().partition(":")
    if not colon or not _DRIVER.fullmatch(driver):
        message = (
            f"'{text}' bukan alamat perangkat, tulis <driver>:<letak>, mis. r30x:/dev/ttyUSB0"
            f" / '{text}' is no device address: write <driver>:<where>, e.g. r30x:/dev/ttyUSB0"
        )
        raise AddressError(message, address=text)
    where, _, query = rest.partition("?")
    if not where:
        message = (
            f"'{text}' menyebut driver '{driver}' tanpa letak perangkat, tulis {driver}:<letak>"
            f" / '{text}' names the driver '{driver}' but not where the device is"
        )
        raise AddressError(message, address=text)
    if driver in _SCHEMES_THAT_ARE_THE_WIRE and where.startswith("//"):
        return Address("ipp", f"{driver}:{where}", dict(parse_qsl(query)), text)
    return Address(driver, where, dict(parse_qsl(query)), text)
