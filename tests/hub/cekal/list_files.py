"""Files of a list, and their import into a stored one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from hub.cekal.importing import Imported, ImportOrder, import_list
from hub.cekal.listing import StoredList
from hub.cekal.reading import format_of

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def take(store: StoredList, file: Path, **changed: object) -> Imported:
    given = {"version": file.name, "kind": "full", "effective": NOW} | changed
    return import_list(
        store, ImportOrder(file=file, form=format_of(file), **given), NOW, lambda _: None
    )  # type: ignore[arg-type] — options by name


def lines(folder: Path, *rows: object, name: str = "list.jsonl") -> Path:
    file = folder / name
    file.write_text(
        "".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows),
        encoding="utf-8",
    )
    return file


def person(number: int, **fields: object) -> dict[str, object]:
    return {"id": f"E{number}", "names": [f"Nama Contoh {number}"], "dob": "1975-03-04"} | fields
