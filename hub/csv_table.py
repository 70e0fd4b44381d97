"""A CSV table with a head that somebody typed or sent: its rows, as far as they can be read."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a table, its rows with the number of the line on which each ends."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, Row], ...]
    unreadable: int | None = None
    """The line from which on nothing can be read: a cell without an end, or of over 128 KiB."""


def read_table(text: str, most: int) -> Table:
    """Return a table's first `most` rows; a cell too many of a row stands under None."""
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    columns: tuple[str, ...] = ()
    rows: list[tuple[int, Row]] = []
    try:
        columns = tuple(name.strip() for name in reader.fieldnames or ())
        reader.fieldnames = columns
        for row in reader:
            if len(rows) == most:
                break
            rows.append((reader.line_num, row))
    except csv.Error:
        return Table(columns, tuple(rows), reader.line_num + 1)
    return Table(columns, tuple(rows))
