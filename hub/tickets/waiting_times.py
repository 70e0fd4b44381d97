"""The prepared waiting times: lane × place, written every few seconds, read in one look.

A process of its own prepares them (`hub.forecast`); while it is silent, the usual minutes of the
office file stand in (`hub.tickets.estimate`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select

from hub.database import table_of
from hub.models.opening import WaitTable
from hub.statements import Statement
from hub.wire import Estimate
from hub.writer import Tx

Places = Sequence[tuple[int, int]]
SILENT_AFTER: Final = timedelta(seconds=60)
"""Older tables are not believed: the forecasting process writes every few seconds."""
STEP: Final = 10
"""Beyond the last place, waiting grows as it did over the last ten."""

# statements are built once: building one costs more than running it
_TABLES = table_of(WaitTable)
_READ = Statement(
    select(_TABLES.c.at, _TABLES.c.places).where(
        _TABLES.c.office == bindparam("of_office"), _TABLES.c.lane == bindparam("of_lane")
    )
)
_DECODER = msgspec.json.Decoder(list[tuple[int, int]])


def prepared(
    connection: Connection, office_no: int, lane: str, *, ahead: int, at: datetime
) -> Estimate | None:
    """Return the prepared range with `ahead` people before, None if there is none."""
    return at_place(prepared_places(connection, office_no, lane, at=at), ahead)


def prepared_places(connection: Connection, office_no: int, lane: str, *, at: datetime) -> Places:
    """Return the prepared ranges of `lane` by place, none when they are missing or too old."""
    row = _READ.one_or_none(connection, {"of_office": office_no, "of_lane": lane})
    if row is None or at - row.at > SILENT_AFTER:
        return ()
    return _DECODER.decode(row.places)


def at_place(places: Places, ahead: int) -> Estimate | None:
    """Return the range at a place; beyond the table it grows as at its end."""
    if not places:
        return None
    if ahead < len(places):
        low, high = places[ahead]
        return Estimate(low_min=low, high_min=high)
    step = min(STEP, len(places) - 1)
    beyond = ahead - len(places) + 1
    (low, high), (low_before, high_before) = places[-1], places[-1 - step]
    more_low = (low - low_before) * beyond // max(step, 1)
    more_high = (high - high_before) * beyond // max(step, 1)
    return Estimate(low_min=low + more_low, high_min=high + more_high)


def store(tx: Tx, tables: Mapping[str, Places]) -> None:
    """Replace the prepared waiting times of all lanes; no event, nobody needs to be woken."""
    tx.connection.execute(delete(_TABLES).where(_TABLES.c.office == tx.office))
    rows = [
        {
            "office": tx.office,
            "lane": lane,
            "at": tx.at,
            "places": msgspec.json.encode(places).decode(),
        }
        for lane, places in tables.items()
    ]
    if rows:
        tx.connection.execute(insert(_TABLES), rows)
