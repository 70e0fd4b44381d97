"""Judge the rows of a list file: which are entries, and what is wrong with the others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from hub.cekal.birthdates import ZEROS, NoDate, check_birth, in_figures
from hub.cekal.folding import LONGEST, fold
from hub.cekal.reading import Cell, Row
from hub.cekal.records import Entry, sex_of

KINDS = ("cegah", "tangkal")
MOST_LETTERS = {"id": 80, "decree": 1000, "agency": 1000, "basis": 4000}
"""Of fields other than names, documents and dates, which have at most `LONGEST`."""
MOST_VALUES = 200
_LOCAL_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_UNKNOWN = ("", "-", "?", "N/A", "NULL", "NONE", "TIDAK DIKETAHUI", "UNKNOWN")
_FORMULA = re.compile(r"^\s*[=+@]|^\s*-\D")
_BROKEN = re.compile(
    r"#(N/A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)", re.IGNORECASE
)
"""What a spreadsheet shows for a formula that failed."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is no entry: its line, the field and the reason in words; `torn`: a part of it
    is missing; `swallowed`: it took the rest of the file with it."""

    line: int
    field: str
    reason: str
    torn: bool = False
    swallowed: bool = False


class _Wrong(ValueError):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def judge(rows: Iterable[Row]) -> Iterator[Entry | BadRow]:
    """Return an entry or a bad row for each row."""
    met: dict[str, int] = {}
    for row in rows:
        if row.fault:
            yield BadRow(row.line, "", row.fault, row.torn, row.swallowed)
            continue
        try:
            entry = entry_of(row)
            _must_be_new(entry, met)
        except _Wrong as wrong:
            yield BadRow(row.line, wrong.field, wrong.reason)
            continue
        met[entry.id] = row.line
        yield entry


def _must_be_new(entry: Entry, met: Mapping[str, int]) -> None:
    if entry.id in met:
        reason = f"sudah ada di baris {met[entry.id]} / is on line {met[entry.id]} already"
        raise _Wrong("id", reason)


def entry_of(row: Row) -> Entry:
    """Return the entry of a row. Raises with the field and the reason."""
    valid_from, valid_to = (
        _day(row.cells.get(field), field) for field in ("valid_from", "valid_to")
    )
    if valid_from and valid_to and valid_to < valid_from:
        raise _Wrong("valid_to", "sebelum valid_from / before valid_from")
    kind = _text(row.cells.get("kind"), "kind").casefold()
    if kind and kind not in KINDS:
        raise _Wrong("kind", "bukan cegah atau tangkal / neither cegah nor tangkal")
    return Entry(
        id=_identity(row),
        names=_names(row.cells.get("names")),
        dob=_birth(row.cells.get("dob")),
        sex=_sex(row.cells.get("sex")),
        nationality=_text(row.cells.get("nationality"), "nationality") or None,
        passports=[
            _plain(text, "passports") for text in _several(row.cells.get("passports"), "passports")
        ],
        kind=kind,
        valid_from=valid_from,
        valid_to=valid_to,
        decree=_text(row.cells.get("decree"), "decree"),
        agency=_text(row.cells.get("agency"), "agency"),
        basis=_text(row.cells.get("basis"), "basis"),
    )


def _identity(row: Row) -> str:
    identity = _text(row.cells.get("id"), "id")
    if not identity:
        raise _Wrong("id", "kosong / empty")
    return identity


def _names(cell: Cell) -> list[str]:
    names = [_name(text) for text in _several(cell, "names") if text.strip()]
    if not names:
        raise _Wrong("names", "kosong / empty")
    return names


def _name(text: str) -> str:
    if len(text) > LONGEST:
        raise _Wrong("names", f"lebih dari {LONGEST} huruf / longer than {LONGEST} characters")
    plain = _plain("".join(c for c in text if unicodedata.category(c) != "Cf"), "names")
    if not fold(plain):
        raise _Wrong("names", "tidak ada huruf nama / holds no letters of a name")
    return plain


def _birth(cell: Cell) -> str | None:
    text = _text(cell, "dob")
    if text.upper() in _UNKNOWN:
        return None
    try:
        return check_birth(_year_first(in_figures(text)))
    except NoDate as wrong:
        raise _Wrong("dob", str(wrong)) from wrong


def _year_first(text: str) -> str:
    """Return a date as YYYY-MM-DD whichever way round and with whatever time it was written."""
    if local := _LOCAL_DATE.fullmatch(text):
        day, month, year = local.groups()
        return f"{year}-{int(month):02d}-{int(day):02d}"
    return text.replace("/", "-").split("T")[0].split(" ")[0]


def _sex(cell: Cell) -> str | None:
    text = _text(cell, "sex")
    if text.upper() in (*_UNKNOWN, "X", "U"):
        return None
    if not sex_of(text):
        raise _Wrong("sex", "bukan L/P atau M/F / neither M nor F")
    return sex_of(text)


def _day(cell: Cell, field: str) -> str | None:
    """Return a day from or to which a ban counts; unlike a birth it may lie far ahead."""
    text = _text(cell, field)
    if text.upper() in _UNKNOWN:
        return None
    text = _year_first(text)
    if not _DAY.fullmatch(text):
        raise _Wrong(field, "bukan TTTT-BB-HH / not YYYY-MM-DD")
    if text.startswith("0000"):
        raise _Wrong(field, ZEROS)
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as wrong:
        raise _Wrong(field, "tanggal itu tidak ada / there is no such day") from wrong


def _several(cell: Cell, field: str) -> list[str]:
    several = cell if isinstance(cell, list) else [cell] if cell else []
    if len(several) > MOST_VALUES:
        reason = f"lebih dari {MOST_VALUES} nilai / more than {MOST_VALUES} values"
        raise _Wrong(field, reason)
    return several


def _text(cell: Cell, field: str) -> str:
    return _plain(cell if isinstance(cell, str) else " ".join(cell or []), field)


def _plain(text: str, field: str) -> str:
    most = MOST_LETTERS.get(field, LONGEST)
    if len(text) > most:
        raise _Wrong(field, f"lebih dari {most} huruf / longer than {most} characters")
    if any(unicodedata.category(sign) == "Cc" for sign in text.strip()):
        raise _Wrong(field, "berisi tanda kendali / holds control characters")
    if _FORMULA.match(text) and text.strip() != "-":
        raise _Wrong(field, "berisi rumus, bukan nilai / holds a formula, not a value")
    if _BROKEN.fullmatch(text.strip()):
        raise _Wrong(field, "berisi kesalahan rumus / holds the error of a formula")
    if "\ufffd" in text:
        raise _Wrong(field, "huruf rusak (pengodean salah) / broken letters (wrong encoding)")
    return text.strip()
