"""Who is called now and is to be met by a guide: for staff only, never public."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, bindparam, literal_column, select

from hub import tickets
from hub.office import OfficeConfig
from hub.office.queue_rules import NeedConfig
from hub.tickets import number_of

_T = tickets.COLUMNS
_CALLED = (
    select(_T.prefix, _T.serial, _T.counter, _T.called_at, _T.needs)
    .where(
        _T.office == bindparam("of_office"),
        tickets.IS_AT_COUNTER,
        _T.state == literal_column("'called'"),
        _T.needs != "[]",
    )
    .order_by(_T.called_at)
)


@dataclass(frozen=True, slots=True)
class GuideCall:
    """A called number whose person is to be met, and what to do, as the office words it."""

    number: str
    counter: int
    since: datetime
    needs: tuple[NeedConfig, ...]


def guides_wanted(connection: Connection, office_no: int, office: OfficeConfig) -> list[GuideCall]:
    """Return the called tickets with a need that alerts, the longest called first."""
    found = []
    for row in connection.execute(_CALLED, {"of_office": office_no}):
        codes = msgspec.json.decode(row.needs, type=list[str])
        needs = tuple(need for code in codes if (need := office.need(code)) is not None)
        if any(need.alerts for need in needs):
            number = number_of(row.prefix, row.serial)
            found.append(GuideCall(number, row.counter, row.called_at, needs))
    return found
