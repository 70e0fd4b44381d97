"""The reasons of a chip's verdict in both languages; the devices say them in English."""

from __future__ import annotations

import re

from devices.capabilities import Verdict
from hub.wire import Words

CHECKS = {
    "passive": Words(id="Tanda tangan negara", en="The country's signature"),
    "access": Words(id="Cara membuka", en="How it opens"),
    "active": Words(id="Bukti kunci (AA)", en="Proof of its key (AA)"),
    "chip": Words(id="Bukti kunci (CA)", en="Proof of its key (CA)"),
}
VERDICT_WORDS = {
    Verdict.VALID: Words(id="Sah", en="Valid"),
    Verdict.ALTERED: Words(id="Berubah", en="Altered"),
    Verdict.UNKNOWN_SIGNER: Words(id="Penanda tangan tidak dikenal", en="Signer unknown"),
    Verdict.EXPIRED_SIGNER: Words(id="Kedaluwarsa atau dicabut", en="Expired or revoked"),
    Verdict.CLONE_SUSPECTED: Words(id="Diduga salinan", en="May be a copy"),
    Verdict.NOT_CHECKED: Words(id="Tidak diperiksa", en="Not checked"),
}
_REASONS = {
    r"the chip gave no EF\.SOD": "cip tidak memberi EF.SOD",
    r"EF\.SOD cannot be judged: .*": "EF.SOD tidak dapat dinilai",
    r"all files are as a known authority signed them": (
        "semua berkas sama seperti ditandatangani negara yang dikenal"
    ),
    r"(DG\d+) is no data group": r"\1 bukan kelompok data",
    r"(DG\d+) is not covered by EF\.SOD": r"\1 tidak tercakup EF.SOD",
    r"(DG\d+) does not match EF\.SOD": r"\1 tidak cocok dengan EF.SOD",
    r"EF\.COM cannot be read: .*": "EF.COM tidak terbaca",
    r"EF\.COM does not announce what EF\.SOD covers": "EF.COM tidak sesuai dengan EF.SOD",
    r"EF\.SOD: its contents do not match the signed digest": (
        "EF.SOD: isinya tidak cocok dengan yang ditandatangani"
    ),
    r"EF\.SOD: the signed content type is another": "EF.SOD: jenis isinya lain",
    r"EF\.SOD: its signature is wrong": "EF.SOD: tanda tangannya salah",
    r"the document signer is not valid today": "penanda dokumen tidak berlaku hari itu",
    r"the country authority is not valid today": "sertifikat negara tidak berlaku hari itu",
    r"the document signer was revoked": "penanda dokumen dicabut",
    r"the country authority was revoked": "sertifikat negara dicabut",
    r"no country certificates are installed here": "belum ada sertifikat negara di kantor ini",
    r"the signer's country authority is not known here": (
        "sertifikat negara penanda tidak ada di kantor ini"
    ),
    r"the signer's certificate is not signed by the authority it names": (
        "sertifikat penanda tidak ditandatangani negara yang disebutnya"
    ),
    r"the authority's link certificate lacks the key that it links to": (
        "sertifikat penghubung negara tanpa kunci asalnya"
    ),
    r"the authority's key cannot be used: .*": "kunci negara tidak dapat dipakai",
    r"signer and authority are of different countries": "penanda dan negaranya berbeda",
    r"the signer is of another country": "penanda tangan dari negara lain",
    r"(DG\d+) cannot be read: .*": r"\1 tidak terbaca",
    r"EF\.CardAccess hides the PACE that DG14 offers": (
        "EF.CardAccess menyembunyikan PACE yang ditawarkan DG14"
    ),
    r"EF\.CardAccess cannot be confirmed: the chip gave no DG14": (
        "EF.CardAccess tidak dapat dipastikan: cip tidak memberi DG14"
    ),
    r"EF\.CardAccess does not match DG14": "EF.CardAccess tidak cocok dengan DG14",
    r"EF\.CardAccess is .*": "EF.CardAccess rusak",
    r"the chip was not asked to prove its key": "cip tidak diminta membuktikan kuncinya",
    r"the chip signs in (\d+) bytes: longer than chip or reader hands over": (
        r"tanda tangan cip \1 byte: lebih panjang daripada yang diserahkan cip atau pembaca"
    ),
    r"the chip's key needs commands longer than this chip or reader takes": (
        "kunci cip memerlukan perintah yang lebih panjang daripada yang diterima cip atau pembaca"
    ),
    r"the chip does not prove the key of (DG\d+): it answered (\w+)": (
        r"cip tidak membuktikan kunci \1: jawabannya \2"
    ),
    r"the chip's key cannot be used: .*": "kunci cip tidak dapat dipakai",
    r"the chip has the key of (DG\d+)": r"cip memiliki kunci \1",
    r"the chip has not the key of (DG\d+)": r"cip tidak memiliki kunci \1",
    r"EF\.SOD covers (DG\d+), the chip does not give it": (
        r"EF.SOD mencakup \1, cip tidak memberikannya"
    ),
    r"(DG\d+) was not read": r"\1 tidak dibaca",
    r"Chip Authentication scheme not supported": "skema Chip Authentication tidak didukung",
    r"the record of the agreement is broken": "catatan kesepakatan kunci rusak",
}
_PATTERNS = tuple((re.compile(pattern), words) for pattern, words in _REASONS.items())


def reason_words(reason: str) -> Words:
    """Return a reason in both languages; one that is not in the table stays English."""
    for pattern, words in _PATTERNS:
        if found := pattern.fullmatch(reason):
            return Words(id=found.expand(words), en=reason)
    return Words(id=reason, en=reason)
