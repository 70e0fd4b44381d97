"""Why the office's key did not sign, by the code of the signing process, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from hub.wire import Words

KEY_MISSING, PASSPHRASE_MISSING, PASSPHRASE_WRONG = (
    "key-missing",
    "passphrase-missing",
    "passphrase",
)
NO_KEY, EXPIRED, NOT_YET, USAGE, DOCUMENT = "no-key", "expired", "not-yet", "usage", "document"
INK = Words(
    id=" Sementara itu Tata Usaha dapat mencatat tanda tangan basah.",
    en=" Meanwhile Tata Usaha may record a signature in ink.",
)


def _told(indonesian: str, english: str) -> Words:
    return Words(id=indonesian + INK.id, en=english + INK.en)


WHY: Mapping[str, Words] = {
    KEY_MISSING: _told(
        "Berkas kunci kantor tidak ada atau tidak terbaca: admin memeriksa key_file pada "
        "[signature] di office.toml.",
        "The office's key file is not there or cannot be read: the administrator looks at key_file "
        "under [signature] in office.toml.",
    ),
    PASSPHRASE_MISSING: _told(
        "Berkas frasa sandi tidak ada atau tidak terbaca: admin memeriksa passphrase_file pada "
        "[signature] di office.toml.",
        "The passphrase file is not there or cannot be read: the administrator looks at "
        "passphrase_file under [signature] in office.toml.",
    ),
    PASSPHRASE_WRONG: _told(
        "Frasa sandi tidak membuka kunci kantor: admin memperbaiki isi passphrase_file.",
        "The passphrase does not open the office's key: the administrator corrects what stands in "
        "passphrase_file.",
    ),
    NO_KEY: _told(
        "Berkas kunci bukan PKCS#12 dengan kunci dan sertifikat: admin memasang berkas .p12 yang "
        "benar.",
        "The key file is no PKCS#12 with key and certificate: the administrator puts the right "
        ".p12 there.",
    ),
    EXPIRED: _told(
        "Sertifikat kantor sudah kedaluwarsa: admin memasang sertifikat baru dan menerbitkannya.",
        "The office's certificate has expired: the administrator puts a new one there and "
        "publishes it.",
    ),
    NOT_YET: _told(
        "Sertifikat kantor belum berlaku: periksa jam komputer ini, lalu sertifikatnya.",
        "The office's certificate is not valid yet: check this machine's clock, then the "
        "certificate.",
    ),
    USAGE: _told(
        "Sertifikat kantor tidak diterbitkan untuk menandatangani: admin meminta sertifikat tanda "
        "tangan.",
        "The office's certificate was not issued for signing: the administrator asks for one that "
        "was.",
    ),
    DOCUMENT: _told(
        "Surat yang dicetak tidak dapat ditandatangani: buka kembali langkah 8 dan cetak ulang.",
        "The printed letter cannot be signed: open step 8 again and print it anew.",
    ),
}
FAILED = _told(
    "Kunci kantor tidak bekerja: lihat catatan hub.",
    "The office's key does not work: see the hub's log.",
)
