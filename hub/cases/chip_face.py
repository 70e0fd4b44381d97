"""The face that a case's passport carries in its chip (DG2), read again from the kept files.

It is no file of its own: the sealed record of the chip holds it, and whoever may see the case sees
it. ICAO 9303-10, DG2; ISO/IEC 19794-5.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from hub.blobs import Blobs
from hub.cases.passports import kept_chip
from hub.errors import Refused

if TYPE_CHECKING:
    from devices.emrtd.lds import Face


class Kept(Protocol):
    """A file of a case: what it is, and where it lies."""

    @property
    def kind(self) -> str:
        """Return what the file is, `chip` for the record of a chip."""

    @property
    def blob(self) -> str:
        """Return where it lies."""


def face_of(blobs: Blobs, documents: Iterable[Kept]) -> Face | None:
    """Return the face of the chip read last that gave one; None if none did."""
    from devices.emrtd.lds import LdsError, parse_dg2  # loaded with the first chip

    for one in reversed([one for one in documents if one.kind == "chip"]):
        try:
            files = kept_chip(blobs.get(one.blob)).files
            return parse_dg2(files["DG2"])
        except (KeyError, LdsError, Refused):
            continue
    return None


def as_picture(face: Face) -> bytes | None:
    """Return a face as JPEG, for a thread; None if it cannot be decoded."""
    from devices.emrtd.face import as_jpeg  # the picture library: loaded with the first face
    from devices.emrtd.lds import LdsError

    try:
        return as_jpeg(face)
    except LdsError:
        return None
