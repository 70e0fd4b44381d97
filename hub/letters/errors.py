"""Why a paper is not printed: always a value somebody can correct.

hub.errors.BadInput
└── Unprintable     glyph_missing | paper_overflow | qr_too_long | photo_unreadable |
                    signature_unreadable | paper_empty | emblem_unprintable
"""

from __future__ import annotations

from hub.errors import BadInput
from hub.wire import FieldFault

_WORDS = {
    "glyph_missing": (
        "Huruf {what} pada kolom {field} tidak ada pada font kantor: tulis dengan huruf Latin.",
        "No font of this office has {what} in the field {field}: write it in Latin letters.",
    ),
    "paper_overflow": (
        "Isi kolom {field} tidak muat pada lembar ini: singkat isinya.",
        "The field {field} does not fit on this paper: shorten it.",
    ),
    "qr_too_long": (
        "Isi kode QR ({field}) terlalu panjang untuk dicetak.",
        "The content of the QR code ({field}) is too long to be printed.",
    ),
    "photo_unreadable": (
        "Foto ({field}) tidak terbaca: ambil foto lagi.",
        "The photo ({field}) cannot be read: take it again.",
    ),
    "signature_unreadable": (
        "Tanda tangan tercatat ({field}) tidak terbaca: rekam lagi di perekaman biometrik.",
        "The signature on record ({field}) cannot be read: capture it again with the biometrics.",
    ),
    "emblem_unprintable": (
        "Lambang ({field}) tidak dapat dicetak sebagai PDF/A: simpan ulang sebagai SVG biasa.",
        "The emblem ({field}) cannot be printed as PDF/A: save it again as a plain SVG.",
    ),
    "paper_empty": (
        "Kolom {field} kosong: lengkapi dahulu.",
        "The field {field} is empty: fill it in first.",
    ),
}


class Unprintable(BadInput):
    """A paper cannot carry a value; names the field and the remedy, never the value itself."""

    def __init__(self, code: str, field: str, what: str = "") -> None:
        self.field = field
        self.what = what
        indonesian, english = (text.format(field=field, what=what) for text in _WORDS[code])
        fault = FieldFault(field=field, code=code, message=english)
        super().__init__(code, english, id=indonesian, fields=(fault,))

    def __reduce__(self) -> tuple[type[Unprintable], tuple[str, str, str]]:
        """Cross a process border unchanged."""
        return (Unprintable, (self.code, self.field, self.what))
