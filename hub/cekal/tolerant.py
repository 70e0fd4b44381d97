"""Read queries and list lines as they come: a line that cannot be used is named, not fatal.

Screening asks after people at the counter; a broken date must not hide a name.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec

from hub.cekal.birthdates import births_of
from hub.cekal.records import Entry, Query

Line = dict[str, object]
_FOUR_DIGITS = re.compile(r"\d{4}")
_WHOLE = re.compile(r"(18|19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


def read_queries(file: Path) -> Iterator[Query]:
    """Return the queries of a file of JSON lines."""
    for number, line in _lines(file):
        _name_faults(file.name, number, _text(line, "name") or _text(line, "names"), line)
        yield Query(
            id=_text(line, "id") or f"line {number}",
            name=_text(line, "name") or " ".join(_texts(line, "names")[:1]),
            dob=_text(line, "dob") or None,
            sex=_text(line, "sex") or None,
            nationality=_text(line, "nationality") or None,
            passport=_text(line, "passport") or None,
        )


def read_entries(file: Path) -> Iterator[Entry]:
    """Return the entries of a file of JSON lines."""
    for number, line in _lines(file):
        _name_faults(file.name, number, _text(line, "names") or _text(line, "name"), line)
        yield Entry(
            id=_text(line, "id") or f"line {number}",
            names=_texts(line, "names") or _texts(line, "name"),
            dob=_text(line, "dob") or None,
            sex=_text(line, "sex") or None,
            nationality=_text(line, "nationality") or None,
            passports=_texts(line, "passports") or _texts(line, "passport"),
            kind=_text(line, "kind"),
            valid_from=_text(line, "valid_from") or None,
            valid_to=_text(line, "valid_to") or None,
        )


def _lines(file: Path) -> Iterator[tuple[int, Line]]:
    decoder = msgspec.json.Decoder(Line)
    with file.open("rb") as opened:
        for number, raw in enumerate(opened, start=1):
            text = raw.removeprefix(b"\xef\xbb\xbf").strip()
            if not text:
                continue
            try:
                yield number, decoder.decode(_readable(file.name, number, text))
            except msgspec.DecodeError:
                _tell(file.name, number, "bukan JSON / no JSON")


def _name_faults(file: str, number: int, name: str, line: Line) -> None:
    """Say what of a line cannot be compared; the rest of it counts all the same."""
    if not any(sign.isalpha() for sign in name):
        _tell(file, number, "nama tanpa huruf / a name without letters")
    if fault := date_fault(_text(line, "dob")):
        _tell(file, number, fault)


def date_fault(dob: str) -> str:
    """Return what of a date of birth cannot be compared as it was meant; nothing: it is sound."""
    if dob and not births_of(dob):
        return (
            "tanggal lahir tidak terbaca, dianggap tidak ada / no date of birth, counted as unknown"
        )
    if dob and not _FOUR_DIGITS.search(dob):
        return (
            "tahun lahir bukan empat angka, dibaca menurut dugaan / "
            "the year of birth has not four digits, read by guess"
        )
    if _is_no_day(dob):
        return (
            "tanggal lahir itu tidak ada, dibandingkan seadanya / "
            "there is no such day of birth, compared as it stands"
        )
    return ""


def _is_no_day(dob: str) -> bool:
    """Say whether a date is whole and yet no day of any month: 31 February."""
    if not _WHOLE.fullmatch(dob):
        return False
    try:
        date.fromisoformat(dob)
    except ValueError:
        return True
    return False


def _readable(name: str, number: int, text: bytes) -> str:
    """Return a line as text; in another encoding it is read as Windows wrote it, and named."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        _tell(name, number, "bukan UTF-8, dibaca sebagai CP1252 / not UTF-8, read as CP1252")
        return text.decode("cp1252", errors="replace")


def _tell(name: str, number: int, what: str) -> None:
    sys.stderr.write(f"{name}, baris / line {number}: {what}\n")


def _text(line: Line, key: str) -> str:
    value = line.get(key)
    if isinstance(value, list):
        value = value[0] if value else None
    return "" if value is None else str(value).strip()


def _texts(line: Line, key: str) -> list[str]:
    value = line.get(key)
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [str(item) for item in values if item is not None and str(item).strip()]
