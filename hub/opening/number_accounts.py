"""The account of a day's numbers: each is a ticket, a void or a returned reservation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from hub import tickets
from hub.database import table_of
from hub.models.opening import NumberVoid
from hub.models.queue import NumberSeries

_T, _SERIES, _VOIDS = tickets.COLUMNS, table_of(NumberSeries), table_of(NumberVoid)


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the numbers of one series on one day."""

    prefix: str
    station: str
    last: int
    tickets: int
    void: int
    returned: int
    missing: tuple[int, ...]

    @property
    def whole(self) -> bool:
        """Return whether every number is a ticket, a void or returned."""
        return not self.missing and self.tickets + self.void + self.returned == self.last


def accounts(connection: Connection, office_no: int, day: date) -> Iterator[Account]:
    """Return the account of every series of `day`."""
    series = connection.execute(
        select(_SERIES.c.prefix, _SERIES.c.last, _SERIES.c.station)
        .where(_SERIES.c.office == office_no, _SERIES.c.day == day)
        .order_by(_SERIES.c.prefix)
    ).all()
    given: dict[str, set[int]] = {}
    for prefix, serial in connection.execute(
        select(_T.prefix, _T.serial).where(_T.office == office_no, _T.day == day)
    ):
        given.setdefault(prefix, set()).add(serial)
    voids: dict[str, dict[int, str]] = {}
    for prefix, serial, kind in connection.execute(
        select(_VOIDS.c.prefix, _VOIDS.c.serial, _VOIDS.c.kind).where(
            _VOIDS.c.office == office_no, _VOIDS.c.day == day
        )
    ):
        voids.setdefault(prefix, {})[serial] = kind
    for row in series:
        had, gone = given.get(row.prefix, set()), voids.get(row.prefix, {})
        kinds = list(gone.values())
        missing = tuple(n for n in range(1, row.last + 1) if n not in had and n not in gone)
        yield Account(
            row.prefix,
            row.station,
            row.last,
            len(had),
            kinds.count("void"),
            kinds.count("returned"),
            missing,
        )
