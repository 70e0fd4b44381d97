"""Light and beeper of card readers: the four cues as commands to the reader itself, not to a card.

ACR122U and its kin: the pseudo-APDU `FF 00 40 | P2 | 04 | T1 T2 repetitions buzzer` (ACS, ACR122U
API, "Bi-color LED and buzzer control"), times in 100 ms. P2: bit 0, 1 final red, green; 2, 3 change
red, green; 4, 5 begin with red, green; 6, 7 blink red, green.
ACR1252U, ACR1281U: `E0 00 00 29 01 | LEDs` with bit 0 red, 1 green, and `E0 00 00 28 01 | 10 ms`
(ACS, reference manuals, "LED control", "Buzzer control"), as escape commands only.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

from devices.address import Address
from devices.capabilities import Cue
from devices.errors import DeviceError
from devices.options import options_of

log = logging.getLogger(__name__)

OPTION: Final = "cues"
_AUTO, _NONE = "auto", "none"


@dataclass(frozen=True, slots=True)
class Lights:
    """How a kind of reader shows the cues; `by_escape` if it never takes them as an APDU."""

    commands: Mapping[Cue, tuple[bytes, ...]]
    by_escape: bool = False


def _bicolour(
    state: int, first: int = 0, second: int = 0, times: int = 0, buzzer: int = 0
) -> bytes:
    return bytes([0xFF, 0x00, 0x40, state, 4, first, second, times, buzzer])


def _led(colours: int) -> bytes:
    return bytes([0xE0, 0x00, 0x00, 0x29, 0x01, colours])


def _beep(tens_of_ms: int) -> bytes:
    return bytes([0xE0, 0x00, 0x00, 0x28, 0x01, tens_of_ms])


ACR122: Final = Lights(
    MappingProxyType(
        {
            Cue.OFF: (_bicolour(0x0C),),
            Cue.READY: (_bicolour(0x0E),),
            Cue.READING: (_bicolour(0x0F),),
            Cue.REMOVE: (_bicolour(0xAE, 1, 1, 2, 1),),
            Cue.ERROR: (_bicolour(0x5D, 4, 1, 1, 1),),
        }
    )
)
ACR1252: Final = Lights(
    MappingProxyType(
        {
            Cue.OFF: (_led(0),),
            Cue.READY: (_led(2),),
            Cue.READING: (_led(3),),
            Cue.REMOVE: (_led(2), _beep(10)),
            Cue.ERROR: (_led(1), _beep(40)),
        }
    ),
    by_escape=True,
)
KINDS: Final[Mapping[str, Lights]] = MappingProxyType({"acr122": ACR122, "acr1252": ACR1252})
CUES: Final = (_AUTO, _NONE, *KINDS)
BY_NAME: Final = (("ACR122", ACR122), ("ACR1252", ACR1252), ("ACR1281", ACR1252))
"""Parts of the names that pcscd gives to readers whose lights are known."""


def lights_of(address: Address, reader: str) -> Lights | None:
    """Return a reader's lights, by `?cues=` or by its name; None without. Raises AddressError."""
    wanted = address.options.get(OPTION, _AUTO)
    if wanted == _AUTO:
        return next((lights for part, lights in BY_NAME if part in reader), None)
    options_of(address).one_of(OPTION, CUES)
    return KINDS.get(wanted)


class Reader(Protocol):
    """What takes the commands."""

    def tell_reader(self, command: bytes, *, by_escape: bool) -> bytes:
        """Send a command to the reader itself. Raises DeviceError."""
        ...


class Signals:
    """Shows cues on a reader as far as it has lights; no errand fails for a lamp."""

    def __init__(self, reader: Reader, lights: Lights | None) -> None:
        self._reader = reader
        self._lights = lights
        self._shown: Cue | None = None
        self._told = False

    def show(self, cue: Cue) -> None:
        """Show `cue` unless it is shown already."""
        if self._lights is None or cue is self._shown:
            return
        self._shown = cue
        try:
            for command in self._lights.commands[cue]:
                self._reader.tell_reader(command, by_escape=self._lights.by_escape)
        except DeviceError as error:
            log.log(logging.DEBUG if self._told else logging.INFO, "no cue shown: %s", error)
            self._told = True
