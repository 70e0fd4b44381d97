"""Import a list file into the office's list: judged row by row, taken whole or not at all.

full      the file is the whole list         update    it changes what is there: entries by id,
                                                       ids that are withdrawn
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from hub.cekal.judging import BadRow, judge
from hub.cekal.listing import StoredList
from hub.cekal.reading import Format, rows_of
from hub.cekal.records import Entry
from hub.errors import BadInput

MOST_REPORTED = 10_000
WARN_DAYS = 30
NEVER = "9999"
CUT = "berkas terpotong di sini, tidak ada yang diambil / the file is cut here, nothing is taken"
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What to import and how."""

    file: Path
    form: Format
    version: str
    kind: Literal["full", "update"]
    effective: datetime
    mapping: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    good_only: bool = False
    dry_run: bool = False
    withdrawn: tuple[str, ...] = ()
    today: date | None = None
    """The calendar day at the office, by which an entry has ended; by default UTC's."""
    warn_days: int = WARN_DAYS
    """Bans that end within so many days are counted, as the office's rules say."""
    name: str = ""
    """What a fault of the whole file calls it; by default its own name."""


@dataclass(slots=True)
class Imported:
    """What came of it; `bad_rows` holds the first ten thousand.

    `cut`: the file breaks off in its last row, so who knows how many rows are missing.
    """

    taken: int = 0
    bad: int = 0
    stored: bool = False
    cut: bool = False
    expired: int = 0
    expiring: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)


def import_list(
    store: StoredList | None, order: ImportOrder, at: datetime, progress: Progress
) -> Imported:
    """Read a file and store it as a version; nothing is stored if a row is bad and not allowed,
    or if the file is cut: the good rows of half a list would withdraw the other half.

    `store` may be None for a dry run. Raises BadInput if the file is no list at all, Conflict.
    """
    done = Imported()
    rows = rows_of(order.file, order.form, order.mapping, order.name)
    whole = _ends_whole(order.file, order.form)
    today = order.today or at.date()
    days = (today.isoformat(), (today + timedelta(days=order.warn_days)).isoformat())
    entries = list(_good(judge(rows), done, days, progress, whole=whole))
    if not (entries or done.bad or order.withdrawn):
        name = order.name or order.file.name
        text = f"{name}: holds no entry."
        raise BadInput("list_empty", text, id=f"{name}: tidak berisi entri.")
    bad = done.cut or (done.bad > 0 and not order.good_only)
    refused = bad or not (entries or order.withdrawn)
    if order.dry_run or refused or store is None:
        return done
    _must_be_there(store, order.withdrawn)
    store.add(
        order.version,
        entries,
        kind=order.kind,
        effective=order.effective,
        at=at,
        withdrawn=order.withdrawn,
    )
    done.stored = True
    return done


def _must_be_there(store: StoredList, withdrawn: Sequence[str]) -> None:
    if unknown := sorted(store.unknown(withdrawn)):
        names = ", ".join(unknown)
        raise BadInput(
            "entry_unknown",
            f"Nothing is withdrawn: no version of the list holds {names}.",
            id=f"Tidak ada yang dicabut: tidak ada versi daftar yang memuat {names}.",
        )


def _good(
    judged: Iterable[Entry | BadRow],
    done: Imported,
    days: tuple[str, str],
    progress: Progress,
    *,
    whole: bool,
) -> Iterator[Entry]:
    today, soon = days
    row: Entry | BadRow | None = None
    for number, row in enumerate(judged, start=1):
        if isinstance(row, BadRow):
            done.bad += 1
            if len(done.bad_rows) < MOST_REPORTED:
                done.bad_rows.append(row)
        else:
            done.taken += 1
            done.kinds[row.kind or "-"] += 1
            ends = row.valid_to or NEVER
            done.expired += ends < today
            done.expiring += today <= ends <= soon
            yield row
        progress(number)
    if isinstance(row, BadRow) and (row.swallowed or (row.torn and not whole)):
        done.cut = True
        reason = row.reason if row.swallowed else CUT
        done.bad_rows[-1] = BadRow(row.line, "", reason)


def _ends_whole(file: Path, form: Format) -> bool:
    """Say whether a file ends with the end of a row; a cut Excel file is no readable one."""
    if form == "xlsx":
        return True
    with file.open("rb") as opened:
        size = opened.seek(0, os.SEEK_END)
        opened.seek(max(0, size - 1))
        return opened.read() in (b"", b"\n")
