"""Key events of a scanner that poses as a keyboard, Linux `struct input_event` → characters.

`time 16 | type u16 | code u16 | value i32` (64-bit kernels; linux/input.h). Scanners are set to
the US layout; controls come as Ctrl and a letter (STX is Ctrl-B), the end as Enter or keypad Enter.
"""

from __future__ import annotations

import struct
from typing import Final

EVENT: Final = struct.Struct("@qqHHi")
EVIOCGRAB: Final = 0x40044590  # _IOW('E', 0x90, int)

_EV_KEY: Final = 1
_UP, _DOWN = 0, 1
_SHIFTS: Final = frozenset({42, 54})
_CONTROLS: Final = frozenset({29, 97})
_CAPS_LOCK: Final = 58
_ENTERS: Final = frozenset({28, 96})
_TAB: Final = 15

# rows of a US keyboard from linux/input-event-codes.h: first code, plain signs, shifted signs
_KEY_ROWS: Final = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
    (71, "789-456+1230.", "789-456+1230."),
)
_SIGNS: Final = {
    first + place: (plain, shifted)
    for first, plains, shifteds in _KEY_ROWS
    for place, (plain, shifted) in enumerate(zip(plains, shifteds, strict=True))
}
_KEYS: Final = {
    sign: (code, sign == shifted and plain != shifted)
    for code, (plain, shifted) in sorted(_SIGNS.items(), reverse=True)
    for sign in (plain, shifted)
}


_SHIFTED: Final = dict(_SIGNS.values())


def with_shift(sign: str) -> str:
    """Return what a US keyboard's key types with shift held; other signs stay."""
    return _SHIFTED.get(sign, sign)


class KeyDecoder:
    """Collects input events and hands out the bytes that were typed; bounded by one event."""

    def __init__(self) -> None:
        self._waiting = b""
        self._held: set[int] = set()
        self._caps = False

    def feed(self, octets: bytes) -> bytes:
        """Return the characters of the keys that `octets` press."""
        octets = self._waiting + octets
        whole = len(octets) - len(octets) % EVENT.size
        self._waiting = octets[whole:]
        typed = bytearray()
        for _, _, kind, code, value in EVENT.iter_unpack(octets[:whole]):
            if kind == _EV_KEY:
                typed += self._key(code, value)
        return bytes(typed)

    def _key(self, code: int, value: int) -> bytes:
        if code in _SHIFTS | _CONTROLS:
            (self._held.discard if value == _UP else self._held.add)(code)
            return b""
        if value != _DOWN:  # a scanner's key is never held until it repeats
            return b""
        if code == _CAPS_LOCK:
            self._caps = not self._caps
            return b""
        if code in _ENTERS:
            return b"\r"
        return b"\t" if code == _TAB else self._sign(code)

    def _sign(self, code: int) -> bytes:
        plain, shifted = _SIGNS.get(code, ("", ""))
        if self._held & _CONTROLS and plain.isalpha():
            return bytes([ord(plain) & 0x1F])
        use_shifted = bool(self._held & _SHIFTS) != (self._caps and plain.isalpha())
        return (shifted if use_shifted else plain).encode()


def encode_keys(text: str) -> bytes:
    """Return the events of a scanner that types `text` and Enter. Raises ValueError."""
    events = bytearray()
    for sign in text:
        if sign not in _KEYS:
            message = f"a US keyboard has no key for {sign!r}"
            raise ValueError(message)
        code, shifted = _KEYS[sign]
        strokes = [(code, _DOWN), (code, _UP)]
        if shifted:
            strokes = [(42, _DOWN), *strokes, (42, _UP)]
        events += b"".join(_event(code, value) for code, value in strokes)
    return bytes(events) + _event(28, _DOWN) + _event(28, _UP)


def _event(code: int, value: int) -> bytes:
    return EVENT.pack(0, 0, _EV_KEY, code, value) + EVENT.pack(0, 0, 0, 0, 0)
