"""Why a paper is not printed: always a value somebody can correct.

hub.errors.BadInput
└── Unprintable     glyph_missing | paper_overflow | qr_too_long | photo_unreadable |
                    signature_unreadable | paper_empty | emblem_unprintable
"""

from __future__ import annotations

from hub.errors import BadInput
from hub.wire import FieldFault, Words

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
        "Isi kode QR terlalu panjang untuk dicetak.",
        "The content of the QR code is too long to be printed.",
    ),
    "photo_unreadable": (
        "Foto tidak terbaca: ambil foto lagi.",
        "The photo cannot be read: take it again.",
    ),
    "signature_unreadable": (
        "Tanda tangan tercatat tidak terbaca: rekam lagi di perekaman biometrik.",
        "The signature on record cannot be read: capture it again with the biometrics.",
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


_FIELDS = {
    "full_name": Words(id="nama", en="name"),
    "applicant": Words(id="pemohon", en="applicant"),
    "guarantor": Words(id="penjamin", en="guarantor"),
    "nationality": Words(id="kewarganegaraan", en="nationality"),
    "birth_place": Words(id="tempat lahir", en="place of birth"),
    "address": Words(id="alamat", en="address"),
    "permit": Words(id="izin tinggal", en="stay permit"),
    "purpose": Words(id="tujuan", en="purpose"),
    "number": Words(id="nomor", en="number"),
    "blank_serial": Words(id="nomor blangko", en="blank number"),
    "issued_on": Words(id="tempat dan tanggal terbit", en="place and day of issue"),
    "billing_code": Words(id="kode billing", en="billing code"),
    "token": Words(id="kode bukti bayar", en="code of the payment proof"),
    "signer": Words(id="pejabat", en="official"),
    "officer": Words(id="petugas", en="officer"),
    "documents": Words(id="daftar dokumen", en="list of documents"),
    "photo_jpeg": Words(id="foto", en="photo"),
    "on_record": Words(id="tanda tangan", en="signature"),
    "imprint": Words(id="kode verifikasi", en="verification code"),
    "head": Words(id="kop surat", en="letterhead"),
}
"""What a paper calls its values; of lists and parts the whole."""


class Unprintable(BadInput):
    """A paper cannot carry a value; names the field and the remedy, never the value itself."""

    def __init__(self, code: str, field: str, what: str = "") -> None:
        self.field = field
        self.what = what
        named = _FIELDS.get(field.partition(".")[0], Words(id=field, en=field))
        texts = zip(_WORDS[code], (named.id, named.en), strict=True)
        indonesian, english = (text.format(field=name, what=what) for text, name in texts)
        fault = FieldFault(field=field, code=code, message=f"{indonesian} / {english}")
        super().__init__(code, english, id=indonesian, fields=(fault,))

    def __reduce__(self) -> tuple[type[Unprintable], tuple[str, str, str]]:
        """Cross a process border unchanged."""
        return (Unprintable, (self.code, self.field, self.what))
