"""After an outage: a supervisor notes in one action who was served by hand from when to when.

They are finished, so nobody who was served is called again. Who is at a counter now stays there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, insert, or_, select

from hub import tickets
from hub.database import table_of
from hub.errors import BadInput, Conflict
from hub.events import TicketFinished
from hub.events.opening import ServedByHand
from hub.models.opening import HandServed
from hub.models.schema import new_id
from hub.office import OfficeConfig
from hub.tickets import ABSENT, FINISHED, PARKED, WAITING, number_of
from hub.wire import FieldFault, Words
from hub.wire.opening import ServedByHandAnswer
from hub.writer import Tx

BY_HAND = "by_hand"
MOST_AT_ONCE = 500
LONGEST_REASON = 300
LONGEST_AGO = timedelta(days=2)
_SERVABLE = (WAITING, PARKED, ABSENT)
_NUMBER = re.compile(r"([A-Za-z]{1,3})\s*-?\s*(\d{1,5})")
_T = tickets.COLUMNS
Line = Row[tuple[object, ...]]


def serve_by_hand(
    tx: Tx,
    office: OfficeConfig,
    *,
    numbers: Sequence[tuple[str, str]],
    served_from: datetime,
    served_to: datetime,
    reason: str,
) -> ServedByHandAnswer:
    """Finish the numbers of each range (`A-010`, `A-025`) as served by hand between two instants.

    Raises BadInput `by_hand_invalid` with the faulty fields, Conflict `nobody_left`.
    """
    faults = _faults(tx, numbers, served_from, served_to)
    if not 3 <= len(reason.strip()) <= LONGEST_REASON or not reason.isprintable():
        faults.append(_fault("reason", "missing", _ASK_REASON))
    if faults:
        raise BadInput(
            "by_hand_invalid",
            "Nothing was changed: correct the named fields.",
            id="Tidak ada yang diubah: perbaiki isian yang disebut.",
            fields=faults,
        )
    lines = _lines(tx, office, numbers, served_to)
    if not lines:
        raise Conflict(
            "nobody_left",
            "None of these numbers waits: they were served, ended, or issued later.",
            id="Tidak ada nomor itu yang masih menunggu: sudah dilayani, berakhir, atau baru.",
        )
    record = new_id()
    told = [number_of(line.prefix, line.serial) for line in lines]
    for line in lines:
        _finish(tx, line, served_from, served_to)
    row = {
        "office": tx.office,
        "id": record,
        "at": tx.at,
        "actor": tx.actor.reference,
        "served_from": served_from,
        "served_to": served_to,
        "numbers": " ".join(told),
        "reason": reason.strip(),
    }
    tx.connection.execute(insert(table_of(HandServed)), row)
    tx.emit(ServedByHand(record, len(lines)), subject=record)
    return ServedByHandAnswer(record=record, numbers=told)


def parse_ranges(text: str) -> list[tuple[str, str]]:
    """Return ranges written `A-010 – A-025, P-003`; a single number is a range of one."""
    ranges = []
    for part in re.split(r"[,;\n]+", text):
        # a bare hyphen stands inside numbers: only one between two numbers separates them
        ends = [m.group(0) for m in _NUMBER.finditer(part)]
        if part.strip():
            ranges.append((ends[0], ends[-1]) if 1 <= len(ends) <= 2 else (part.strip(), ""))
    return ranges


def _faults(
    tx: Tx,
    numbers: Sequence[tuple[str, str]],
    served_from: datetime,
    served_to: datetime,
) -> list[FieldFault]:
    faults = []
    if not numbers:
        faults.append(_fault("numbers", "missing", _ASK_NUMBERS))
    for first, last in numbers:
        begin, end = _parsed(first), _parsed(last)
        if begin is None or end is None or begin[0] != end[0] or end[1] < begin[1]:
            faults.append(_fault("numbers", "range", _ASK_NUMBERS))
        elif end[1] - begin[1] >= MOST_AT_ONCE:
            faults.append(_fault("numbers", "too_many", _TOO_MANY))
    return faults + _clock_faults(tx, served_from, served_to)


def _clock_faults(tx: Tx, served_from: datetime, served_to: datetime) -> list[FieldFault]:
    if served_from.tzinfo is None or served_to.tzinfo is None:
        return [_fault("served_from", "no_zone", _NO_ZONE)]
    if served_from < tx.at - LONGEST_AGO or served_to < tx.at - LONGEST_AGO:
        return [_fault("served_from", "long_ago", _LONG_AGO)]
    if served_to < served_from:
        return [_fault("served_to", "before", _BEFORE)]
    if served_to > tx.at:
        return [_fault("served_to", "ahead", _AHEAD)]
    return []


def _lines(
    tx: Tx, office: OfficeConfig, numbers: Sequence[tuple[str, str]], served_to: datetime
) -> list[Line]:
    wanted = []
    for first, last in numbers:
        begin, end = _parsed(first), _parsed(last)
        if begin is not None and end is not None:
            wanted.append((_T.prefix == begin[0]) & _T.serial.between(begin[1], end[1]))
    query = (
        select(*_T)
        .where(
            _T.office == tx.office,
            _T.day == office.today(served_to),
            _T.state.in_(_SERVABLE),
            _T.issued_at <= served_to,
            or_(*wanted),
        )
        .order_by(_T.prefix, _T.serial)
    )
    return list(tx.connection.execute(query).all())


def _finish(tx: Tx, line: Line, served_from: datetime, served_to: datetime) -> None:
    started = max(served_from, line.issued_at)
    tickets.change(
        tx,
        line.id,
        state=FINISHED,
        outcome=BY_HAND,
        counter=None,
        started_at=started,
        finished_at=max(served_to, started),
        absent_at=None,
        parked_at=None,
        parked_counter=None,
        undo="",
    )
    if line.state == WAITING:
        tickets.change_count(tx, tickets.group_of(line), -1)
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketFinished(number, 0, BY_HAND), subject=line.id)


def _parsed(number: str) -> tuple[str, int] | None:
    found = _NUMBER.fullmatch(number.strip())
    return (found[1].upper(), int(found[2])) if found else None


def _fault(field: str, code: str, words: Words) -> FieldFault:
    return FieldFault(field=field, code=code, message=f"{words.id} / {words.en}")


_ASK_NUMBERS = Words(
    id="Tulis nomor seperti A-010 – A-025, P-003", en="write numbers such as A-010 – A-025, P-003"
)
_TOO_MANY = Words(id="paling banyak 500 sekaligus", en="at most 500 at once")
_LONG_AGO = Words(id="paling lama dua hari lalu", en="at most two days ago")
_BEFORE = Words(id="harus sesudah waktu mulai", en="must be after the start")
_AHEAD = Words(id="belum terjadi", en="has not happened yet")
_NO_ZONE = Words(id="tulis dengan zona waktu", en="write it with its time zone")
_ASK_REASON = Words(id="tulis alasannya", en="write the reason")
