"""The day's roster: who is planned at which counter from when to when, as rows and as CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

import msgspec
from sqlalchemy import Connection, delete, insert, select

from hub.csv_table import read_table
from hub.database import table_of
from hub.errors import BadInput
from hub.events.opening import RosterChanged
from hub.models.officer import Officer
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
_OFFICER = table_of(Officer)
_NOBODY = (
    "tidak ada petugas aktif dengan nama masuk atau nama ini / "
    "no active officer has this login or name"
)


@dataclass(frozen=True, slots=True)
class Shift:
    """A planned counter with its instants; `lanes` are those it will serve."""

    counter: int
    starts_at: datetime
    ends_at: datetime
    lanes: tuple[str, ...]
    officer: str


def plan(
    tx: Tx,
    office: OfficeConfig,
    day: date,
    entries: list[RosterEntry],
    reasons: Mapping[int, str] | None = None,
) -> RosterState:
    """Replace the roster of a day. Raises BadInput `roster_invalid` with every faulty entry.

    `reasons` tells by the entry's place why its officer is planned without a qualification.
    """
    known = staff(tx.connection, tx.office)
    faults = [
        FieldFault(field=f"entries[{place}].{column}", code="invalid", message=reason)
        for place, entry in enumerate(entries)
        for column, reason in faults_of(office, known, entry, entries[:place])
    ]
    if faults:
        raise _refused(faults)
    why = reasons or {}
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
            "officer": known.get(folded(entry.officer), ""),
            "reason": why.get(place, ""),
        }
        for place, entry in enumerate(entries)
    ]
    if rows:
        tx.connection.execute(insert(_ROSTER), rows)
    tx.emit(RosterChanged(day.isoformat()), subject=day.isoformat())
    return read(tx.connection, tx.office, day)


def staff(connection: Connection, office_no: int) -> dict[str, str]:
    """Return the login of every active officer by login and by name, folded.

    A name that two officers bear names neither.
    """
    query = select(_OFFICER.c.login, _OFFICER.c.name).where(
        _OFFICER.c.office == office_no, _OFFICER.c.active.is_(True)
    )
    rows = connection.execute(query).all()
    bearers = Counter(folded(row.name) for row in rows)
    named = {folded(row.name): row.login for row in rows if bearers[folded(row.name)] == 1}
    return named | {folded(row.login): row.login for row in rows}


def reasons(connection: Connection, office_no: int, day: date) -> dict[tuple[int, str], str]:
    """Return why officers are planned without a qualification, by counter and start."""
    query = select(_ROSTER.c.counter, _ROSTER.c.starts, _ROSTER.c.reason).where(
        _ROSTER.c.office == office_no, _ROSTER.c.day == day, _ROSTER.c.reason != ""
    )
    return {(row.counter, _clock(row.starts)): row.reason for row in connection.execute(query)}


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


def read_csv(
    office: OfficeConfig, known: Mapping[str, str], text: str
) -> tuple[list[RosterEntry], list[RowFault]]:
    """Return the entries of a CSV roster and every wrong row; `day` is not looked at.

    `known` is the staff; see `staff`.
    """
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
        entry, wrong = _entry(office, known, row, entries)
        faults += [RowFault(line=line, column=c, reason=reason) for c, reason in wrong]
        if entry is not None and not wrong:
            entries.append(entry)
    if table.unreadable is not None:
        reason = "baris ini tidak terbaca / this row cannot be read"
        faults.append(RowFault(line=table.unreadable, column="", reason=reason))
    return entries, faults


def faults_of(
    office: OfficeConfig, known: Mapping[str, str], entry: RosterEntry, before: list[RosterEntry]
) -> list[tuple[str, str]]:
    """Return the columns of a line that are wrong beside the lines `before` it, and why."""
    configured = office.counter(entry.counter)
    if configured is None:
        return [("counter", f"tidak ada loket {entry.counter} / there is no such counter")]
    found = []
    if entry.ends <= entry.starts:
        found.append(("ends", "harus sesudah mulai / must be after the start"))
    wrong = [lane for lane in entry.lanes if lane not in configured.lanes]
    if wrong:
        found.append(("lanes", f"loket ini tidak melayani / not served here: {wrong[0]}"))
    at_once = [one for one in before if one.starts < entry.ends and entry.starts < one.ends]
    if any(one.counter == entry.counter for one in at_once):
        found.append(("starts", "bertumpuk dengan baris lain / overlaps another row"))
    if not entry.officer:
        return found
    login = known.get(folded(entry.officer))
    if login is None:
        found.append(("officer", _NOBODY))
    elif any(known.get(folded(one.officer)) == login for one in at_once):
        found.append(("officer", "sudah di loket lain jam itu / is at another counter then"))
    return found


def _entry(
    office: OfficeConfig, known: Mapping[str, str], row: dict[str, str], before: list[RosterEntry]
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
    return entry, faults_of(office, known, entry, before)


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


def folded(name: str) -> str:
    """Return a name as people compare it: no capitals, single spaces, no spreadsheet's guard."""
    return " ".join(name.removeprefix("'").casefold().split())


def _inert(text: str) -> str:
    # a spreadsheet would run what begins like a formula
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
