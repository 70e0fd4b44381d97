"""What can be wrong with a machine-readable zone or with what was typed from it.

MrzError  one class: every fault is told to the person who holds the document, `code` says which
"""

from __future__ import annotations

FIELDS = {
    "document_number": ("Nomor dokumen", "document number"),
    "birth_date": ("Tanggal lahir", "date of birth"),
    "expiry_date": ("Tanggal kedaluwarsa", "date of expiry"),
    "optional_data": ("Data tambahan", "optional data"),
    "composite": ("Digit periksa akhir", "final check digit"),
    "document_code": ("Jenis dokumen", "document type"),
    "issuing_state": ("Negara penerbit", "issuing state"),
    "nationality": ("Kewarganegaraan", "nationality"),
}
_TEXTS = {
    "mrz_length": (
        "Baris MRZ harus 2×44, 2×36, atau 3×30 tanda: pindai atau ketik ulang",
        "an MRZ has 2×44, 2×36 or 3×30 signs: scan or type it again",
    ),
    "mrz_letters": (
        "MRZ hanya berisi A-Z, 0-9, dan <: periksa tanda lain",
        "an MRZ has only A-Z, 0-9 and <: look for other signs",
    ),
    "mrz_unread": (
        "Sebagian MRZ tidak terbaca: bersihkan halaman dan pindai ulang",
        "a part of the MRZ was not read: clean the page and scan again",
    ),
    "mrz_check_digit": (
        "{id}: digit periksa tidak cocok, bandingkan dengan dokumen",
        "{en}: the check digit does not match, compare with the document",
    ),
    "mrz_too_long": ("{id} terlalu panjang untuk MRZ", "{en} is too long for its MRZ field"),
    "number_empty": ("{id} kosong: ketik nomor paspor", "{en} is empty: type the passport number"),
    "number_signs": (
        "{id} hanya berisi huruf A-Z dan angka",
        "{en} has only letters A-Z and digits",
    ),
    "number_length": ("{id} terlalu panjang: periksa", "{en} is too long: check it"),
    "date_form": (
        "{id}: tulis HH-BB-TTTT, misalnya 12-08-1974",
        "{en}: write DD-MM-YYYY, e.g. 12-08-1974",
    ),
    "date_calendar": ("{id} tidak ada di kalender", "{en} is not in the calendar"),
    "birth_future": ("{id} ada di masa depan", "{en} lies in the future"),
    "expiry_before_birth": (
        "{id} lebih awal dari tanggal lahir",
        "{en} is before the date of birth",
    ),
}


class MrzError(ValueError):
    """A zone or a typed field is wrong; `code` is stable, `field` names it (may be empty).

    The text is Indonesian, then English, and never holds what was typed.
    """

    def __init__(self, code: str, field: str, indonesian: str, english: str) -> None:
        super().__init__(f"{indonesian} / {english}")
        self.code = code
        self.field = field
        self.indonesian = indonesian
        self.english = english


def fault(code: str, field: str) -> MrzError:
    """Return the error of `code` about `field` with its two texts."""
    indonesian, english = _TEXTS[code]
    name_id, name_en = FIELDS.get(field, ("MRZ", "MRZ"))
    return MrzError(code, field, indonesian.format(id=name_id), english.format(en=name_en))
