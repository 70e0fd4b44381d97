"""Read the rows of a list file: JSON lines, CSV or an Excel sheet, each with its line number.

A mapping names the column or key for each field: `names=NAMA;ALIAS dob=TGL_LAHIR id=NO`.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from hub.cekal.tables import columns
from hub.errors import BadInput

Format = Literal["jsonl", "csv", "xlsx"]
Cell = str | list[str] | None
FIELDS = (
    "id", "names", "dob", "sex", "nationality", "passports", "kind", "valid_from", "valid_to",
    "decree", "agency", "basis",
)  # fmt: skip
_SINGULAR = {"names": ("name",), "passports": ("passport",)}
SEVERAL = ("names", "passports")
"""Fields of which an entry may have many."""
NEEDED = (("names", "nama", "names"), ("id", "nomor entri", "the entries' numbers"))
MOST_BYTES_A_LINE = 1 << 20
MOST_UNPACKED = 1 << 30
"""A million rows have a third of it; a small file can hold far more of the same sign."""
DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError,
    SyntaxError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError,
)  # fmt: skip
"""What openpyxl raises within a damaged workbook: both XML readers' faults are SyntaxErrors, and a
part that is missing or of another kind shows as whatever was done with it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its line number; `fault` says why it could not be read at all, `torn` that
    something of it is missing, `swallowed` that it took the rest of the file with it."""

    line: int
    cells: Mapping[str, Cell]
    fault: str = ""
    torn: bool = False
    swallowed: bool = False


def format_of(path: Path) -> Format:
    """Return the format by the file's ending. Raises BadInput `format_unknown`."""
    endings: dict[str, Format] = {
        ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".tsv": "csv",
        ".txt": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx",
    }  # fmt: skip
    found = endings.get(path.suffix.lower())
    if found is None:
        text = f"{path.name}: say its format with --format jsonl, csv or xlsx."
        raise BadInput(
            "format_unknown", text, id=f"{path.name}: sebutkan --format jsonl, csv atau xlsx."
        )
    return found


def rows_of(
    path: Path, form: Format, mapping: Mapping[str, tuple[str, ...]] = {}, name: str = ""
) -> Iterator[Row]:
    """Return the rows of a file in order. Raises BadInput, by its name, if it is no such file."""
    if form == "jsonl":
        return _jsonl(path, mapping)
    name = name or path.name
    return _table(_sheet(path, name) if form == "xlsx" else _csv(path, name), mapping, name)


def mapping_of(texts: list[str]) -> dict[str, tuple[str, ...]]:
    """Return a mapping given as `field=COLUMN` or `field=COLUMN;COLUMN`. Raises BadInput."""
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        field, sign, columns = text.partition("=")
        if not sign or field.strip() not in FIELDS:
            words = f"{text}: --map FIELD=COLUMN, fields: {', '.join(FIELDS)}"
            indonesian = f"{text}: --map ISIAN=KOLOM, isian: {', '.join(FIELDS)}"
            raise BadInput("mapping_unknown", words, id=indonesian)
        found[field.strip()] = tuple(column.strip() for column in columns.split(";"))
    return found


def _jsonl(path: Path, mapping: Mapping[str, tuple[str, ...]]) -> Iterator[Row]:
    decoder = msgspec.json.Decoder(dict[str, object])
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MOST_BYTES_A_LINE):
            number += 1
            if len(line) == MOST_BYTES_A_LINE and not line.endswith(b"\n"):
                torn = not _skip_line(file)
                words = "baris lebih dari 1 MB / a line of more than 1 MB"
                yield Row(number, {}, words, torn=torn)
                continue
            text = line.removeprefix(b"\xef\xbb\xbf").strip()
            if text:
                yield _json_row(decoder, number, text, mapping)


def _skip_line(file: BinaryIO) -> bool:
    """Read on to the end of a line; False if the file ends before it."""
    while part := file.readline(MOST_BYTES_A_LINE):
        if part.endswith(b"\n"):
            return True
    return False


def _json_row(
    decoder: msgspec.json.Decoder[dict[str, object]],
    number: int,
    text: bytes,
    mapping: Mapping[str, tuple[str, ...]],
) -> Row:
    try:
        given = decoder.decode(text.decode())
    except UnicodeDecodeError as error:
        words = f"huruf ke-{error.start + 1} bukan UTF-8 / byte {error.start + 1} is not UTF-8"
        return Row(number, {}, words)
    except msgspec.DecodeError as error:
        words = f"bukan JSON yang utuh / no complete JSON: {_reason(error)}"
        return Row(number, {}, words, torn=True)
    cells: dict[str, Cell] = {}
    for field in FIELDS:
        keys = mapping.get(
            field,
            (
                field,
                *(("name",) if field == "names" else ("passport",) if field == "passports" else ()),
            ),
        )
        values = [given[key] for key in keys if given.get(key) is not None]
        if not all(_is_value(value) for value in values):
            return Row(number, {}, f"{field}: bukan teks atau angka / neither text nor a number")
        cells[field] = _cell(field, values)
    return Row(number, cells)


def _reason(error: Exception) -> str:
    return re.sub(r"`.*`", "…", str(error))[:120]


def _cell(field: str, values: list[object]) -> Cell:
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    texts = [_text(item) for item in flat]
    if field in ("names", "passports"):
        return texts
    return texts[0] if texts else None


def _is_value(value: object) -> bool:
    """Say whether a value is a text or a number, or a list of such: `true` is nobody's name."""
    each = value if isinstance(value, list) else [value]
    return all(isinstance(one, str | int | float) and not isinstance(one, bool) for one in each)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _csv(path: Path, name: str) -> Iterator[tuple[int, list[object]]]:
    text = _decoded(path.read_bytes(), name)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    began = 1
    while True:
        try:
            row: list[object] = list(next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            yield began, [error]
            continue
        yield began, row
        began = reader.line_num + 1


def _decoded(raw: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
    words = f"{name}, line {line}: not UTF-8; save the file as UTF-8."
    raise BadInput(
        "encoding_unknown",
        words,
        id=f"{name}, baris {line}: bukan UTF-8; simpan berkas sebagai UTF-8.",
    )


def _sheet(path: Path, name: str) -> Iterator[tuple[int, list[object]]]:
    """Return the rows of the first sheet. Raises BadInput naming where it breaks off."""
    from openpyxl.reader.excel import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    number = 0
    # opened here: by its name openpyxl takes no file that does not end in .xlsx
    with path.open("rb") as file:
        try:
            _must_be_small(path, name)
            book = load_workbook(file, read_only=True, data_only=False)
            rows = book.worksheets[0].iter_rows(values_only=True)
            for number, row in enumerate(rows, start=1):
                yield number, list(row)
        except (InvalidFileException, *DAMAGED) as error:
            why = type(error).__name__
            words = f"{name}: no readable Excel file from line {number + 1} on ({why})."
            indonesian = f"{name}: berkas Excel tidak terbaca mulai baris {number + 1}."
            raise BadInput("sheet_unreadable", words, id=indonesian) from error


def _must_be_small(path: Path, name: str) -> None:
    """Refuse a workbook that is far larger unpacked. Raises BadInput, BadZipFile, OSError."""
    with zipfile.ZipFile(path) as packed:
        unpacked = sum(one.file_size for one in packed.infolist())
    if unpacked > MOST_UNPACKED:
        words = f"{name}: too large unpacked; split it, or save it as CSV."
        indonesian = f"{name}: terlalu besar sesudah dibuka; bagi, atau simpan sebagai CSV."
        raise BadInput("sheet_too_large", words, id=indonesian)


def _table(
    lines: Iterator[tuple[int, list[object]]], mapping: Mapping[str, tuple[str, ...]], name: str
) -> Iterator[Row]:
    head = next(lines, None)
    places_of = _columns(
        [str(cell or "").strip() for cell in head[1]] if head else [], mapping, name
    )
    width = len(head[1]) if head else 0
    for number, row in lines:
        if row and isinstance(row[0], csv.Error):
            yield _unreadable(number, row[0])
        elif any(cell not in (None, "") for cell in row):
            yield _table_row(number, row, places_of, width)


def _unreadable(number: int, error: csv.Error) -> Row:
    if "unexpected end" in str(error):
        words = "tanda kutip tidak ditutup / a quotation mark that is never closed"
        return Row(number, {}, words, torn=True, swallowed=True)
    return Row(number, {}, f"baris tidak terbaca / unreadable row: {error}")


def _table_row(
    number: int, row: list[object], places_of: Mapping[str, list[int]], width: int
) -> Row:
    if len(row) != width:
        words = f"{len(row)} kolom, kepala {width} / {len(row)} columns, the head has {width}"
        return Row(number, {}, words, torn=len(row) < width)
    cells = {
        field: _cell(field, [row[place] for place in places if row[place] not in (None, "")])
        for field, places in places_of.items()
    }
    return Row(number, {field: _spread(field, cell) for field, cell in cells.items()})


def _spread(field: str, cell: Cell) -> Cell:
    if field in ("names", "passports") and isinstance(cell, list):
        return [
            piece.strip() for text in cell for piece in re.split(r"[;|]", text) if piece.strip()
        ]
    return cell


def _columns(
    head: list[str], mapping: Mapping[str, tuple[str, ...]], name: str
) -> dict[str, list[int]]:
    plain = [re.sub(r"\s+", " ", column).casefold() for column in head]
    found: dict[str, list[int]] = {}
    for field in FIELDS:
        wanted = [column.casefold() for column in mapping.get(field, ())] or columns()[field]
        missing = [column for column in mapping.get(field, ()) if column.casefold() not in plain]
        if missing:
            words = f"{name}: no column {', '.join(missing)}; there are: {', '.join(head)}"
            raise BadInput(
                "column_missing",
                words,
                id=f"{name}: tidak ada kolom {', '.join(missing)}; ada: {', '.join(head)}",
            )
        found[field] = [
            place for column in wanted for place, one in enumerate(plain) if one == column
        ]
    _must_have_columns(found, head, name)
    return found


def _must_have_columns(found: Mapping[str, list[int]], head: list[str], name: str) -> None:
    there = ", ".join(head)
    for field, places in found.items():
        of_field = [head[place].casefold() for place in places]
        twice = [one for one in of_field if of_field.count(one) > 1]
        if twice and field not in SEVERAL:
            raise BadInput(
                "column_twice",
                f"{name}: the column {twice[0]} is there twice; name each otherwise.",
                id=f"{name}: kolom {twice[0]} ada dua; beri nama yang berbeda.",
            )
    for field, indonesian, english in NEEDED:
        if not found[field]:
            words = f"{name}: no column of {english}; map it: {field}=COLUMN. There are: {there}"
            raise BadInput(
                "column_missing",
                words,
                id=f"{name}: tidak ada kolom {indonesian}; petakan: {field}=KOLOM. Ada: {there}",
            )
