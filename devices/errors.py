"""What can go wrong with a device, split by what the caller does next.

DeviceError
├── AddressError            the address itself is wrong: fix the configuration
├── DeviceUnavailable       reopen with back-off
│   ├── DeviceGone          unplugged, connection refused or dropped
│   ├── DeviceBusy          held by another process
│   └── DeviceSilent        no answer within the limit
├── DeviceProtocolError     it answered nonsense: reset and repeat once, then replace
├── DeviceRefused           it understood and said no (code says why)
└── NeedsPerson             somebody has to do something at the device
    ├── AnotherDevice       not the one that was accepted at this address
    ├── OutOfPaper          paper end or feeder empty
    ├── CoverOpen
    ├── Jammed
    ├── WrongAccessKey      MRZ or CAN does not open this chip
    ├── ChipDelays          the chip makes us wait after wrong keys
    ├── CanTriesUsed        two wrong CANs: use the MRZ, or lay the document down again
    ├── WrongPin            the card refuses its PIN
    └── DocumentRemoved     card or passport pulled away in mid-read
"""

from __future__ import annotations

from typing import ClassVar


class DeviceError(Exception):
    """Base of every error that a driver raises; `code` is stable, `address` names the device."""

    code: ClassVar[str] = "device_error"

    def __init__(self, detail: str = "", *, address: str = "") -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.address = address


class AddressError(DeviceError):
    """The address cannot be parsed or names no known driver."""

    code = "device_address"


class DeviceUnavailable(DeviceError):
    """The device cannot be reached now; reopen with back-off."""

    code = "device_unavailable"


class DeviceGone(DeviceUnavailable):
    """Unplugged, or the connection was refused or dropped."""

    code = "device_gone"


class DeviceBusy(DeviceUnavailable):
    """Another process holds the device."""

    code = "device_busy"


class DeviceSilent(DeviceUnavailable):
    """No answer came within the time limit."""

    code = "device_silent"


class DeviceProtocolError(DeviceError):
    """The device sent bytes that break its protocol."""

    code = "device_protocol"


class DeviceRefused(DeviceError):
    """The device understood the request and refused it; `reason` is its own code as text."""

    code = "device_refused"

    def __init__(self, detail: str = "", *, address: str = "", reason: str = "") -> None:
        super().__init__(detail, address=address)
        self.reason = reason


class NeedsPerson(DeviceError):
    """Somebody has to do something at the device before it can go on."""

    code = "device_needs_person"


class AnotherDevice(NeedsPerson):
    """Another device than the accepted one is at the address: a person takes or changes it."""

    code = "device_changed"


class OutOfPaper(NeedsPerson):
    """The printer is at its paper end, or the scanner's feeder is empty."""

    code = "device_out_of_paper"


class CoverOpen(NeedsPerson):
    """A cover is open."""

    code = "device_cover_open"


class Jammed(NeedsPerson):
    """Paper is jammed."""

    code = "device_jammed"


class WrongAccessKey(NeedsPerson):
    """The MRZ data or CAN does not open this chip: check what was typed."""

    code = "passport_wrong_key"


class ChipDelays(NeedsPerson):
    """The chip slows down after wrong keys: wait, compare the key, try again."""

    code = "passport_delays"


class CanTriesUsed(NeedsPerson):
    """Two wrong card access numbers for one laid down document: no third is sent."""

    code = "passport_can_tries"


class WrongPin(NeedsPerson):
    """The card refuses its PIN, or has too few tries left to risk one; `tries` are left."""

    code = "card_wrong_pin"

    def __init__(self, detail: str = "", *, address: str = "", tries: int = 0) -> None:
        super().__init__(detail, address=address)
        self.tries = tries


class DocumentRemoved(NeedsPerson):
    """The card or passport left the reader in mid-read: lay it down again."""

    code = "passport_removed"
