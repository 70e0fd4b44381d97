"""The face of DG2 as a picture that every screen can show."""

from __future__ import annotations

import io

from PIL import Image

from devices.emrtd.lds import Face, LdsError

MAX_PIXELS = 16_000_000
"""A portrait of 35 × 45 mm at 600 dpi has under one million."""


def as_jpeg(face: Face) -> bytes:
    """Return the face as JPEG: as it is, or converted from JPEG 2000. Raises LdsError."""
    if face.kind == "jpeg":
        return face.image
    try:
        with Image.open(io.BytesIO(face.image), formats=["JPEG2000"]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                message = "DG2: the face is larger than any portrait"
                raise LdsError(message)
            out = io.BytesIO()
            picture.convert("RGB").save(out, "JPEG", quality=92)
            return out.getvalue()
    except (OSError, ValueError, SyntaxError) as error:
        message = "DG2: the face cannot be decoded"
        raise LdsError(message) from error
