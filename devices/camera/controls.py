"""Settings of a V4L2 camera that OpenCV does not know, bytes for the kernel's own calls.

`VIDIOC_S_CTRL` takes `struct v4l2_control { u32 id; s32 value; }` (linux/videodev2.h). Indonesia's
mains have 50 Hz: at the factory's 60 Hz the picture flickers in stripes under office lamps.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
from typing import Final

VIDIOC_S_CTRL: Final = 0xC008561C  # _IOWR('V', 28, struct v4l2_control)
POWER_LINE_FREQUENCY: Final = 0x00980918
FIFTY_HZ: Final = 1
_CONTROL: Final = struct.Struct("=Ii")

SETTLE_S: Final = 1.0
"""Automatic exposure of webcams needs 15 to 30 frames after opening."""
AUTO, LOCKED = 3.0, 1.0
"""V4L2_EXPOSURE_APERTURE_PRIORITY and V4L2_EXPOSURE_MANUAL, as OpenCV hands them through."""


def encode_control(control: int, value: int) -> bytes:
    """Return the kernel's struct for one control."""
    return _CONTROL.pack(control, value)


def against_flicker(path: str) -> bool:
    """Tell the camera at `path` that lamps flicker at 50 Hz; False from one that cannot."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            fcntl.ioctl(descriptor, VIDIOC_S_CTRL, encode_control(POWER_LINE_FREQUENCY, FIFTY_HZ))
        finally:
            os.close(descriptor)
        return True
    return False
