"""Booked times from a CSV list: every wrong row by line and reason, none or all, a trial run."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import msgspec
from sqlalchemy import select

from hub.appointments.booking import (
    BOOKED,
    CANCELLED,
    FULL,
    Problem,
    is_full,
    problems_of,
    quarter_of,
    store,
)
from hub.csv_table import read_table
from hub.database import table_of
from hub.events.opening import AppointmentsImported
from hub.models.opening import Appointment
from hub.office import OfficeConfig
from hub.wire import Words
from hub.wire.opening import AppointmentState, BookAppointment, ImportDone, RowFault
from hub.writer import Tx

COLUMNS = ("service", "at", "segment", "language", "needs", "reference")
NEEDED_COLUMNS = ("service", "at")
MOST_ROWS = 2000

_A = table_of(Appointment).c


def import_csv(
    tx: Tx, office: OfficeConfig, text: str, *, dry_run: bool, all_or_none: bool
) -> ImportDone:
    """Book the rows of a CSV list; every wrong row is named, none is booked in a dry run.

    `all_or_none`: one wrong row and nothing is booked. A reference that is booked already on the
    same day is a wrong row, so that a list may be sent again.
    """
    rows, faults = _read(office, text, tx.at)
    rows, known = _without_known(tx, office, rows)
    rows, full = _with_places(tx, office, rows)
    faults = sorted((*faults, *known, *full), key=lambda one: one.line)
    if dry_run or (all_or_none and faults):
        preview = [_preview(request) for _, request in rows]
        return ImportDone(booked=preview if dry_run else [], faults=faults, dry_run=dry_run)
    booked = store(tx, office, [request for _, request in rows])
    if booked:
        tx.emit(AppointmentsImported(len(booked)), subject="appointments")
    return ImportDone(booked=booked, faults=faults, dry_run=False)


def _read(
    office: OfficeConfig, text: str, now: datetime
) -> tuple[list[tuple[int, BookAppointment]], list[RowFault]]:
    table = read_table(text, MOST_ROWS + 1)
    names = table.columns
    faults = [_row_fault(1, name, _NO_COLUMN) for name in NEEDED_COLUMNS if name not in names]
    faults += [_row_fault(1, name, _ODD_COLUMN) for name in names if name not in COLUMNS]
    if faults:
        return [], faults
    rows: list[tuple[int, BookAppointment]] = []
    for line, row in table.rows:
        if len(rows) + len(faults) >= MOST_ROWS:
            faults.append(_row_fault(line, "", _TOO_MANY))
            break
        request, wrong = _row(office, row, now)
        faults += [_row_fault(line, one.field, one.words) for one in wrong]
        if request is not None and not wrong:
            rows.append((line, request))
    if table.unreadable is not None:
        faults.append(_row_fault(table.unreadable, "", _UNREADABLE))
    return rows, faults


def _row(
    office: OfficeConfig, row: dict[str, str], now: datetime
) -> tuple[BookAppointment | None, list[Problem]]:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if None in row:  # more cells than the head has
        return None, [Problem("", _ODD_CELLS)]
    at = _instant(office, cells["at"])
    if at is None:
        return None, [Problem("at", _NO_INSTANT)]
    told: dict[str, object] = {
        name: cells[name] for name in ("service", "segment", "language", "reference") if cells[name]
    }
    try:
        request = msgspec.convert(
            {**told, "at": at, "needs": cells["needs"].split()}, BookAppointment
        )
    except msgspec.ValidationError as error:
        column = str(error).rpartition("`$.")[2].rstrip("`").partition("[")[0]
        return None, [Problem(column if column in COLUMNS else "", _WRONG_FORM)]
    return request, list(problems_of(office, request, now))


def _instant(office: OfficeConfig, text: str) -> datetime | None:
    """Return `2026-11-25 09:30` as local time; with an offset it is taken as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) < len("2026-11-25T09:30"):
        return None  # a day alone is no time
    return at if at.tzinfo else at.replace(tzinfo=office.zone)


def _without_known(
    tx: Tx, office: OfficeConfig, rows: list[tuple[int, BookAppointment]]
) -> tuple[list[tuple[int, BookAppointment]], list[RowFault]]:
    days = {office.today(request.at) for _, request in rows}
    query = select(_A.day, _A.reference).where(
        _A.office == tx.office, _A.day.in_(days), _A.reference != "", _A.state != CANCELLED
    )
    seen = {(row.day, row.reference) for row in tx.connection.execute(query)} if days else set()
    kept, faults = [], []
    for line, request in rows:
        mark = (office.today(request.at), request.reference)
        if request.reference and mark in seen:
            faults.append(_row_fault(line, "reference", _TWICE))
            continue
        seen.add(mark)
        kept.append((line, request))
    return kept, faults


def _with_places(
    tx: Tx, office: OfficeConfig, rows: list[tuple[int, BookAppointment]]
) -> tuple[list[tuple[int, BookAppointment]], list[RowFault]]:
    taken: Counter[tuple[str, datetime]] = Counter()
    kept, faults = [], []
    for line, request in rows:
        quarter = (request.service, quarter_of(request.at)[0])
        if is_full(tx, office, request, more=taken[quarter]):
            faults.append(_row_fault(line, "at", FULL))
            continue
        taken[quarter] += 1
        kept.append((line, request))
    return kept, faults


def _preview(request: BookAppointment) -> AppointmentState:
    return AppointmentState(
        id="",
        code="",
        service=request.service,
        at=request.at,
        state=BOOKED,
        segment=request.segment,
        language=request.language,
        reference=request.reference,
    )


def _row_fault(line: int, column: str, words: Words) -> RowFault:
    return RowFault(line=line, column=column, reason=f"{words.id} / {words.en}")


_NO_COLUMN = Words(id="kolom tidak ada", en="the column is missing")
_ODD_COLUMN = Words(id="kolom tidak dikenal", en="the column is not known")
_ODD_CELLS = Words(id="kolom terlalu banyak", en="too many cells")
_NO_INSTANT = Words(
    id="tulis tanggal dan jam: 2026-11-25 09:30", en="write date and time: 2026-11-25 09:30"
)
_WRONG_FORM = Words(id="bentuk tidak sesuai", en="wrong form")
_TWICE = Words(id="rujukan sudah dipesan pada hari itu", en="already booked on that day")
_UNREADABLE = Words(id="baris ini tidak terbaca", en="this row cannot be read")
_TOO_MANY = Words(id=f"paling banyak {MOST_ROWS} baris", en=f"at most {MOST_ROWS} rows")
