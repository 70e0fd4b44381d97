"""The day's roster: who is planned at which counter from when to when, as rows and as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, time

import msgspec
from sqlalchemy import Connection, delete, insert, select

from hub.csv_table import read_table
from hub.database import table_of
from hub.errors import BadInput
from hub.events.opening import RosterChanged
from hub.models.opening import RosterLine
from hub.models.schema import new_id
from hub.office import OfficeConfig
from hub.wire import FieldFault
from hub.wire.opening import RosterEntry, RosterState, RowFault
from hub.writer import Tx

COLUMNS = ("counter", "starts", "ends", "lanes", "officer")
LONGEST = 6
"""Signs that the number of a counter has less than, whatever was sent."""
MOST_ROWS = 200
_ROSTER = table_of(RosterLine)


@dataclass(frozen=True, slots=True)
class Shift:
    """A planned counter with its instants; `lanes` are those it will serve."""

    counter: int
    starts_at: datetime
    ends_at: datetime
    lanes: tuple[str, ...]
    officer: str


def plan(tx: Tx, office: OfficeConfig, day: date, entries: list[RosterEntry]) -> RosterState:
    """Replace the roster of a day. Raises BadInput `roster_invalid` with every faulty entry."""
    faults = [
        FieldFault(field=f"entries[{place}].{column}", code="invalid", message=reason)
        for place, entry in enumerate(entries)
        for column, reason in _faults(office, entry, entries[:place])
    ]
    if faults:
        raise _refused(faults)
    tx.connection.execute(
        delete(_ROSTER).where(_ROSTER.c.office == tx.office, _ROSTER.c.day == day)
    )
    rows = [
        {
            "office": tx.office,
            "id": new_id(),
            "day": day,
            "counter": entry.counter,
            "starts": _minutes(entry.starts),
            "ends": _minutes(entry.ends),
            "lanes": " ".join(entry.lanes),
            "officer": entry.officer,
        }
        for entry in entries
    ]
    if rows:
        tx.connection.execute(insert(_ROSTER), rows)
    tx.emit(RosterChanged(day.isoformat()), subject=day.isoformat())
    return read(tx.connection, tx.office, day)


def read(connection: Connection, office_no: int, day: date) -> RosterState:
    """Return the roster of a day, by time and counter."""
    query = (
        select(*_ROSTER.c)
        .where(_ROSTER.c.office == office_no, _ROSTER.c.day == day)
        .order_by(_ROSTER.c.starts, _ROSTER.c.counter)
    )
    entries = [
        RosterEntry(
            counter=row.counter,
            starts=_clock(row.starts),
            ends=_clock(row.ends),
            lanes=row.lanes.split(),
            officer=row.officer,
        )
        for row in connection.execute(query)
    ]
    return RosterState(day=day, entries=entries)


def shifts(connection: Connection, office_no: int, office: OfficeConfig, day: date) -> list[Shift]:
    """Return the planned counters of a day as instants; no lanes named: all configured."""
    found = []
    for entry in read(connection, office_no, day).entries:
        configured = office.counter(entry.counter)
        if configured is None:
            continue  # the office file was changed since
        start, end = (
            datetime.combine(day, time.fromisoformat(at), office.zone)
            for at in (entry.starts, entry.ends)
        )
        lanes = tuple(entry.lanes) or configured.lanes
        found.append(Shift(entry.counter, start, end, lanes, entry.officer))
    return found


def write_csv(roster: RosterState) -> str:
    """Return the roster as CSV with a head line; lanes are separated by spaces."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("day", *COLUMNS))
    for entry in roster.entries:
        cells = (roster.day, entry.counter, entry.starts, entry.ends, " ".join(entry.lanes))
        writer.writerow((*cells, _inert(entry.officer)))
    return out.getvalue()


def read_csv(office: OfficeConfig, text: str) -> tuple[list[RosterEntry], list[RowFault]]:
    """Return the entries of a CSV roster and every wrong row; `day` is not looked at."""
    table = read_table(text, MOST_ROWS + 1)
    missing = [name for name in COLUMNS[:3] if name not in table.columns]
    if missing:
        reason = "kolom tidak ada / the column is missing"
        return [], [RowFault(line=1, column=name, reason=reason) for name in missing]
    entries: list[RosterEntry] = []
    faults: list[RowFault] = []
    for line, row in table.rows:
        if len(entries) + len(faults) >= MOST_ROWS:
            reason = f"paling banyak {MOST_ROWS} baris / at most {MOST_ROWS} rows"
            faults.append(RowFault(line=line, column="", reason=reason))
            break
        entry, wrong = _entry(office, row, entries)
        faults += [RowFault(line=line, column=c, reason=reason) for c, reason in wrong]
        if entry is not None and not wrong:
            entries.append(entry)
    if table.unreadable is not None:
        reason = "baris ini tidak terbaca / this row cannot be read"
        faults.append(RowFault(line=table.unreadable, column="", reason=reason))
    return entries, faults


def _entry(
    office: OfficeConfig, row: dict[str, str], before: list[RosterEntry]
) -> tuple[RosterEntry | None, list[tuple[str, str]]]:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    number = cells["counter"]
    told = cells | {
        "counter": int(number) if number.isdecimal() and len(number) < LONGEST else number,
        "lanes": cells["lanes"].split(),
    }
    try:
        entry = msgspec.convert(told, RosterEntry)
    except msgspec.ValidationError as error:
        column = str(error).rpartition("`$.")[2].rstrip("`").partition("[")[0]
        return None, [(column, "bentuk tidak sesuai / wrong form")]
    return entry, _faults(office, entry, before)


def _faults(
    office: OfficeConfig, entry: RosterEntry, before: list[RosterEntry]
) -> list[tuple[str, str]]:
    configured = office.counter(entry.counter)
    if configured is None:
        return [("counter", f"tidak ada loket {entry.counter} / there is no such counter")]
    found = []
    if entry.ends <= entry.starts:
        found.append(("ends", "harus sesudah mulai / must be after the start"))
    wrong = [lane for lane in entry.lanes if lane not in configured.lanes]
    if wrong:
        found.append(("lanes", f"loket ini tidak melayani / not served here: {wrong[0]}"))
    if any(
        one.counter == entry.counter and one.starts < entry.ends and entry.starts < one.ends
        for one in before
    ):
        found.append(("starts", "bertumpuk dengan baris lain / overlaps another row"))
    return found


def _refused(faults: list[FieldFault]) -> BadInput:
    return BadInput(
        "roster_invalid",
        "The roster was not changed: correct the named entries.",
        id="Daftar jaga tidak diubah: perbaiki baris yang disebut.",
        fields=faults,
    )


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _inert(text: str) -> str:
    # a spreadsheet would run what begins like a formula
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
