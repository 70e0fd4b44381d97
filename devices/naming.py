"""Stable names of plugged devices, and who a device is by its name alone.

`/dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0`: bus, maker and model, serial, interface.
udev makes these names from what the device says of itself, so they survive replugging. A name with
`*` or `?` matches; two matches are an error, for nobody can tell which one is meant.
"""

from __future__ import annotations

import glob
import re
from pathlib import Path
from typing import Final

from devices.capabilities import Identity
from devices.errors import AddressError

STABLE_FOLDERS: Final = (
    ("serial", Path("/dev/serial/by-id"), "*"),
    ("camera", Path("/dev/v4l/by-id"), "*-index0"),
    ("keyboard", Path("/dev/input/by-id"), "*-event-kbd"),
)
_BUS: Final = re.compile(r"^usb-")
_INTERFACE: Final = re.compile(r"(-if\d+)?(-port\d+|-video-index\d+|-event-kbd|-event-mouse)?$")


def resolve(pattern: str) -> str:
    """Return the one path that `pattern` means; a plain path is returned as it is.

    Raises AddressError listing both when it matches two. No match is the pattern itself: it may be
    plugged in later.
    """
    if not glob.has_magic(pattern):
        return pattern
    found = sorted(glob.glob(pattern))  # noqa: PTH207 - the pattern is absolute and from a person
    if len(found) > 1:
        message = (
            f"'{pattern}' cocok dengan {len(found)} perangkat, tulis salah satu"
            f" / '{pattern}' matches {len(found)} devices, name one: {', '.join(found)}"
        )
        raise AddressError(message, address=pattern)
    return found[0] if found else pattern


def identity_of_name(path: str) -> Identity:
    """Return model and serial that stand in a name of `…/by-id`, else the name as the model."""
    name = _INTERFACE.sub("", _BUS.sub("", Path(path).name))
    maker, _, serial = name.rpartition("_")
    if not (maker and any(sign.isdigit() for sign in serial)):
        return Identity(model=name.replace("_", " "))
    return Identity(model=maker.replace("_", " "), serial=serial)
