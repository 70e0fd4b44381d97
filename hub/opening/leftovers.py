"""Closing time ends what still waits: some time after the day's last hour, logged ticket by ticket.

Whoever is at a counter is served to the end.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, literal_column, select

from hub import tickets
from hub.events.queue import TicketEnded
from hub.office import OfficeConfig
from hub.tickets import ENDED, PARKED, WAITING, number_of
from hub.writer import Tx

AT_ONCE = 50
"""Tickets of a state ended by one command: it holds the writer for some milliseconds only."""

_T = tickets.COLUMNS


def _left(state: str) -> Select[Any]:  # Any: the columns of a row
    # a word, not a parameter: the partial index is used only where the statement says it
    return (
        select(
            _T.id, _T.prefix, _T.serial, _T.lane, _T.segment, _T.language, _T.needed, _T.held_for
        )
        .where(
            _T.office == bindparam("of_office"),
            _T.day <= bindparam("last_day"),
            _T.state == literal_column(f"'{state}'"),
        )
        .limit(bindparam("most"))
    )


_LEFT = {state: _left(state) for state in (WAITING, PARKED)}


def end_waiting(tx: Tx, office: OfficeConfig, *, day: date | None = None) -> int:
    """End some tickets that still wait or are parked, at most 50 of each; return how many.

    `day` is the last day to be ended; without it, the one whose closing time has passed by the
    office's own rule. Call again until it returns 0.
    """
    last = day or last_day_over(office, tx.at)
    if last is None:
        return 0
    asked = {"of_office": tx.office, "last_day": last, "most": AT_ONCE}
    left = [
        (state, line)
        for state, query in _LEFT.items()
        for line in tx.connection.execute(query, asked).all()
    ]
    for state, line in left:
        tickets.change(tx, line.id, state=ENDED, outcome="closed", undo="")
        if state == WAITING:
            tickets.change_count(tx, tickets.group_of(line), -1)
        number = number_of(line.prefix, line.serial)
        tx.emit(TicketEnded(number, line.lane, state), subject=line.id)
    return len(left)


def last_day_over(office: OfficeConfig, at: datetime) -> date | None:
    """Return the newest day whose waiting tickets end now by rule, None if they never do."""
    after = office.queue.ends_waiting_after_close_min
    if after is None:
        return None
    today = office.today(at)
    closing = closing_of(office, today)
    if closing is not None and at < closing + timedelta(minutes=after):
        return today - timedelta(days=1)
    return today


def closing_of(office: OfficeConfig, day: date) -> datetime | None:
    """Return when the last lane of `day` closes; None for a holiday or a day without hours."""
    ends = [span[1] for lane in office.lanes for span in office.lane_spans(lane.code, day)]
    if not ends:
        return None
    return datetime.combine(day, max(ends), office.zone)
