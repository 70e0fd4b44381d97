"""What a value of the person may be: hard where a document or a law fixes its form.

Everything softer is a doubt (`hub.cases.doubts`): a warning that an officer answers with a reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from hub.cases.countries import is_state
from hub.cases.stays import read_stays, wrong_stays
from hub.sop import FieldRule
from hub.wire import Words

LONGEST_NAME = 150
LONGEST_TEXT = 500
MRZ_NAMES = 39
_PARTIAL = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_E164 = re.compile(r"\+[1-9]\d{4,14}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

Verdict = Words | None


def clean(rule: FieldRule, text: str) -> str:
    """Return `text` as it is kept: composed letters, digits without spaces, +62 for a leading 0."""
    text = unicodedata.normalize("NFC", text.strip())
    if rule.kind in ("country", "document"):
        return re.sub(r"[\s-]", "", text).upper()
    if rule.check in ("nik", "family_card", "npwp", "nib"):
        return re.sub(r"[\s.\-]", "", text)
    if rule.check == "phone":
        return _international(text)
    if rule.check in ("niora", "permit_number", "personal_number"):
        return re.sub(r"\s", "", text).upper()
    if rule.check == "mrz_name":
        return " ".join(text.upper().replace("<", " ").split())
    if rule.kind == "lines":
        return "\n".join(line.strip() for line in text.splitlines() if line.strip())
    return text


def fault(rule: FieldRule, text: str, today: date) -> Verdict:
    """Return what makes the cleaned `text` impossible for this field, or None."""
    if not text:
        return None
    if _CONTROL.search(text):
        return Words(id="berisi tanda yang tidak tercetak", en="holds signs that do not print")
    by_kind = _KINDS.get(rule.kind)
    verdict = by_kind(rule, text, today) if by_kind else _text(text)
    if verdict is None and rule.check:
        return _CHECKS[rule.check](text)
    return verdict


def faults_between(values: Mapping[str, str]) -> dict[str, Words]:
    """Return what cannot be true of several values together, by the field to correct."""
    found: dict[str, Words] = {}
    nik, guarantor = values.get("nik", ""), values.get("guarantor_nik", "")
    if nik and nik == guarantor:
        found["guarantor_nik"] = Words(
            id="penjamin tidak boleh pemohon sendiri", en="the guarantor may not be the applicant"
        )
    names = values.get("surname", "") + values.get("given_names", "")
    if len(names) > MRZ_NAMES:
        found["given_names"] = Words(
            id="nama MRZ paling panjang 39 huruf", en="the names of an MRZ have at most 39 letters"
        )
    if not values.get("phone") and not values.get("email"):
        found["phone"] = Words(
            id="isi telepon atau surel", en="give a telephone number or an e-mail address"
        )
    issued, until = values.get("passport_issued_on", ""), values.get("passport_expiry", "")
    if issued and until and issued >= until:
        found["passport_issued_on"] = Words(
            id="terbit sesudah berakhir", en="issued after it expires"
        )
    return found


def nik_fault(text: str) -> Words | None:
    """Return what is wrong with an identity number, or None."""
    if not re.fullmatch(r"\d{16}", text):
        return Words(id="NIK harus 16 angka", en="an identity number has 16 digits")
    if nik_birth(text) is None or text.endswith("0000") or text.startswith("0"):
        return Words(
            id="angka ke-7 sampai 12 bukan tanggal lahir, atau nomor urut kosong",
            en="digits 7 to 12 are no birth date, or the serial is empty",
        )
    return None


def nik_birth(nik: str) -> tuple[int, int, int, str] | None:
    """Return day, month, two-digit year and sex (M, F) that an identity number carries."""
    if not re.fullmatch(r"\d{16}", nik):
        return None
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    sex = "F" if day > 40 else "M"
    day -= 40 if day > 40 else 0
    try:
        date(2000 + year if (month, day) == (2, 29) else 2001, month, day)
    except ValueError:
        return None
    return day, month, year, sex


# ── by kind ──────────────────────────────────────────────────────────────────


def _text(text: str) -> Verdict:
    if len(text) > LONGEST_TEXT:
        return Words(
            id=f"paling panjang {LONGEST_TEXT} karakter", en=f"has over {LONGEST_TEXT} characters"
        )
    return None


def _date(rule: FieldRule, text: str, today: date) -> Verdict:
    if rule.name == "birth_date" and _PARTIAL.fullmatch(text):
        return _past(text, today)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return Words(id="bukan tanggal yang ada", en="is no day of the calendar")
    if rule.name.endswith("_expiry"):
        far = day.year > today.year + 50
        return Words(id="terlalu jauh", en="lies too far ahead") if far else None
    return _past(day.isoformat(), today)


def _past(text: str, today: date) -> Verdict:
    if text > today.isoformat()[: len(text)]:
        return Words(id="ada di masa depan", en="lies in the future")
    if text < "1880":
        return Words(id="terlalu lama", en="lies too far back")
    return None


def _country(rule: FieldRule, text: str, today: date) -> Verdict:
    del rule, today
    if is_state(text):
        return None
    return Words(
        id="bukan kode negara paspor (mis. AUS, D, XXA)",
        en="is no state code of passports (e.g. AUS, D, XXA)",
    )


def _document(rule: FieldRule, text: str, today: date) -> Verdict:
    del rule, today
    if re.fullmatch(r"[A-Z0-9]{1,20}", text):
        return None
    return Words(id="hanya huruf A-Z dan angka, paling banyak 20", en="only A-Z and digits, max 20")


def _choice(rule: FieldRule, text: str, today: date) -> Verdict:
    del today
    allowed = {"sex": {"M", "F", "X"}, "permit": {"ITAP", "ITAS"}}
    known = allowed.get(rule.kind) or {choice.value for choice in rule.choices}
    return None if text in known else Words(id="pilih salah satu", en="choose one of the answers")


def _stays(rule: FieldRule, text: str, today: date) -> Verdict:
    del rule
    try:
        return wrong_stays(read_stays(text), today)
    except ValueError:
        return Words(id="tidak terbaca", en="cannot be read")


def _lines(rule: FieldRule, text: str, today: date) -> Verdict:
    del rule, today
    if len(text) > 4 * LONGEST_TEXT:
        return Words(id="terlalu panjang", en="is too long")
    return None


_KINDS: Mapping[str, Callable[[FieldRule, str, date], Verdict]] = {
    "date": _date,
    "country": _country,
    "document": _document,
    "sex": _choice,
    "permit": _choice,
    "choice": _choice,
    "stays": _stays,
    "lines": _lines,
}


# ── by named check ───────────────────────────────────────────────────────────


def _pattern(pattern: str, indonesian: str, english: str) -> Callable[[str], Verdict]:
    compiled = re.compile(pattern)
    words = Words(id=indonesian, en=english)
    return lambda text: None if compiled.fullmatch(text) else words


def _name(text: str) -> Verdict:
    if len(text) > LONGEST_NAME:
        return Words(id="paling panjang 150 huruf", en="has over 150 characters")
    if not any(letter.isalpha() for letter in text):
        return Words(id="nama tanpa huruf", en="is a name without letters")
    return None


def _mrz_name(text: str) -> Verdict:
    if re.fullmatch(r"[A-Z ]{1,39}", text):
        return None
    return Words(
        id="ditulis seperti MRZ: hanya A-Z, paling banyak 39",
        en="is written as in the MRZ: only A-Z, at most 39",
    )


_CHECKS: Mapping[str, Callable[[str], Verdict]] = {
    "name": _name,
    "mrz_name": _mrz_name,
    "nik": nik_fault,
    "family_card": _pattern(r"\d{16}", "harus 16 angka", "must have 16 digits"),
    "npwp": _pattern(r"\d{15,16}", "NPWP harus 15 atau 16 angka", "must have 15 or 16 digits"),
    "nib": _pattern(r"\d{13}", "NIB harus 13 angka", "must have 13 digits"),
    "niora": _pattern(
        r"[A-Z0-9]{5,20}", "5 sampai 20 huruf atau angka", "must have 5 to 20 letters or digits"
    ),
    "postcode": _pattern(r"\d{5}", "kode pos harus 5 angka", "a postcode has 5 digits"),
    "phone": _pattern(_E164.pattern, "tulis seperti +62 812 …", "must be written like +62 812 …"),
    "email": _pattern(_EMAIL.pattern, "bukan alamat surel", "is no e-mail address"),
    "permit_number": _text,
    "personal_number": _pattern(
        r"[A-Z0-9<]{0,14}", "paling banyak 14 huruf atau angka", "has at most 14 letters or digits"
    ),
}


def _international(text: str) -> str:
    digits = re.sub(r"[\s().-]", "", text)
    if re.fullmatch(r"0\d+", digits):
        return "+62" + digits[1:]
    return "+" + digits[2:] if re.fullmatch(r"00\d+", digits) else digits
