"""A bank statement as a table, CSV or XLSX: read line by line, every fault named.

tanggal;ntpn;jumlah[;kode_billing;bank]     2026-11-23;A1B2C3D4E5F6G7H8;3000000

Pure: nothing is stored here.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hub.cases.payments.recording import NTPN
from hub.errors import BadInput
from hub.wire import FieldFault
from hub.wire.opening import RowFault

MOST_LINES = 1000
LARGEST_BYTES = 2 * 1024 * 1024
LARGEST_UNPACKED = 32 * 1024 * 1024
"""A thousand lines have a hundredth of it; a small file can hold gigabytes of the same sign."""
_XLSX = b"PK\x03\x04"
_NAMES = {
    "date": ("tanggal", "tanggal bayar", "tgl", "tgl bayar", "date", "paid on"),
    "ntpn": ("ntpn",),
    "amount": ("jumlah", "nominal", "amount", "nilai"),
}
_WORDS = {"date": "tanggal", "ntpn": "ntpn", "amount": "jumlah"}
_DATES = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y")
_AMOUNT = re.compile(r"(?:Rp\.?\s*)?(\d{1,3}(?:[.,]\d{3}){1,5}|\d{1,15})(?:[.,]00)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One payment as the bank tells it."""

    line: int
    ntpn: str
    amount: int
    paid_on: date


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that was read: its good lines, and why the others are wrong."""

    sha256: str
    lines: tuple[Line, ...]
    faults: tuple[RowFault, ...]


def read_statement(content: bytes) -> Statement:
    """Read a statement. Raises BadInput `statement_unreadable` when it is no table with a head."""
    if not content or len(content) > LARGEST_BYTES:
        raise _unreadable("kosong atau lebih dari 2 MB", "empty or over 2 MB")
    rows = _xlsx(content) if content.startswith(_XLSX) else _csv(content)
    columns = _columns(rows[0] if rows else ())
    if len(rows) - 1 > MOST_LINES:
        words = f"lebih dari {MOST_LINES} baris: bagi menurut hari"
        raise _unreadable(words, f"over {MOST_LINES} lines: split it by day")
    lines: list[Line] = []
    faults: list[RowFault] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        line, wrong = _line(number, row, columns)
        if line is not None and line.ntpn in seen:
            first = seen[line.ntpn]
            text = f"sama dengan baris {first} / the same as line {first}"
            wrong, line = [RowFault(line=number, column="ntpn", reason=text)], None
        if line is not None:
            seen[line.ntpn] = number
            lines.append(line)
        faults.extend(wrong)
    return Statement(hashlib.sha256(content).hexdigest(), tuple(lines), tuple(faults))


def _line(
    number: int, row: Sequence[str], columns: dict[str, int]
) -> tuple[Line | None, list[RowFault]]:
    cells = {
        name: (row[place].strip() if place < len(row) else "") for name, place in columns.items()
    }
    ntpn = re.sub(r"[\s.-]", "", cells["ntpn"]).upper()
    day, amount = _day(cells["date"]), _amount(cells["amount"])
    faults = [
        RowFault(line=number, column=_WORDS[name], reason=reason)
        for name, good, reason in (
            ("date", day is not None, "bukan tanggal / is no date"),
            ("ntpn", bool(NTPN.fullmatch(ntpn)), "harus 16 huruf atau angka / needs 16 signs"),
            ("amount", amount is not None, "bukan jumlah rupiah / is no amount in rupiah"),
        )
        if not good
    ]
    if faults or day is None or amount is None:
        return None, faults
    return Line(number, ntpn, amount, day), []


def _columns(head: Sequence[str]) -> dict[str, int]:
    known = [re.sub(r"[_\s]+", " ", cell).strip().lower() for cell in head]
    found = {
        name: place
        for name, words in _NAMES.items()
        for place, cell in enumerate(known)
        if cell in words
    }
    missing = [_WORDS[name] for name in _NAMES if name not in found]
    if missing:
        names = ", ".join(missing)
        words = f"kolom {names} tidak ada di baris pertama"
        raise _unreadable(words, f"the first line has no column {names}")
    return found


def _csv(content: bytes) -> list[list[str]]:
    if content.startswith(b"%PDF") or b"\0" in content:
        raise _unreadable("bukan berkas CSV atau XLSX", "is no CSV or XLSX file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    head = text.partition("\n")[0]
    separator = max(";,\t", key=head.count)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=separator, strict=True))
    except csv.Error as error:
        raise _unreadable("bukan tabel CSV", "is no CSV table") from error


def _xlsx(content: bytes) -> list[list[str]]:
    # costs 40 ms to import, and most statements are CSV
    from openpyxl.reader.excel import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _must_be_small(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0].iter_rows(values_only=True, max_row=MOST_LINES + 2)
        rows = [[_cell(value) for value in row] for row in sheet]
        book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError) as error:
        raise _unreadable("bukan berkas XLSX yang utuh", "is no whole XLSX file") from error
    return rows


def _must_be_small(content: bytes) -> None:
    """Refuse a workbook that is far larger unpacked. Raises BadInput, BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        unpacked = sum(one.file_size for one in packed.infolist())
    if unpacked > LARGEST_UNPACKED:
        raise _unreadable("terlalu besar sesudah dibuka", "is too large unpacked")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _day(text: str) -> date | None:
    for known in _days(text):
        return known
    return None


def _days(text: str) -> Iterator[date]:
    for form in _DATES:
        try:
            yield datetime.strptime(text, form).date()  # noqa: DTZ007 — a day has no zone
        except ValueError:
            continue


def _amount(text: str) -> int | None:
    match = _AMOUNT.fullmatch(text.strip())
    amount = int(re.sub(r"\D", "", match[1])) if match else 0
    return amount if 0 < amount < 2**31 else None


def _unreadable(indonesian: str, english: str) -> BadInput:
    fault = FieldFault(field="file", code="unreadable", message=f"{indonesian} / {english}")
    return BadInput(
        "statement_unreadable",
        f"The statement cannot be read: {english}.",
        id=f"Rekening koran tidak terbaca: {indonesian}.",
        fields=[fault],
    )
