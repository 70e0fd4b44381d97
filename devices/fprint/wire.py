"""What libfprint's virtual image reader is told through its socket, pure.

`width 4 | height 4 | pixels width*height` is a finger, in the machine's own byte order; a negative
first number tells something else: `-1 | n` press again, `-2 | n` an error (libfprint 1.94,
libfprint/drivers/virtual-image.c). The readers themselves speak their makers' protocols, which
libfprint knows.
"""

from __future__ import annotations

import struct
from typing import Final

REMOVED: Final = 0x100
"""FP_DEVICE_ERROR_REMOVED."""
GENERAL_RETRY: Final = 0
_HEAD: Final = struct.Struct("=ii")
_RETRY, _ERROR = -1, -2


def finger(width_px: int, height_px: int, pixels: bytes) -> bytes:
    """Say that this finger lies on the glass. Raises ValueError for a wrong count of pixels."""
    if width_px <= 0 or height_px <= 0 or len(pixels) != width_px * height_px:
        message = f"{len(pixels)} pixels are no picture of {width_px}x{height_px}"
        raise ValueError(message)
    return _HEAD.pack(width_px, height_px) + pixels


def press_again(code: int = GENERAL_RETRY) -> bytes:
    """Say that the finger was there and could not be read."""
    return _HEAD.pack(_RETRY, code)


def failure(code: int) -> bytes:
    """Say that the reader failed, e.g. with REMOVED."""
    return _HEAD.pack(_ERROR, code)
