"""After a copy was brought back: a day's numbers go on well past those that may be on paper.

What was given between the copy and its hub's end is in no record, but in people's hands. So each
series of the hub leaves a gap, whose numbers are void and say why; a number that a person may hold
is never given to somebody else. Kiosks keep their own series, and go on behind their last number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, select, update

from hub.database import table_of
from hub.errors import BadInput
from hub.events.opening import OfficeRestored
from hub.models.queue import EventRow, NumberSeries
from hub.office import OfficeConfig, ServiceConfig
from hub.opening import numbers
from hub.opening.doors import now_of
from hub.tickets import number_of
from hub.wire import FieldFault
from hub.writer import Tx

GAP = 200
MOST = 5_000
ROUND_TO = 100
REASON = "mungkin sudah diberikan setelah cadangan / may have been given after the copy"
_SERIES, _EVENTS = table_of(NumberSeries), table_of(EventRow).c


@dataclass(frozen=True, slots=True)
class Skipped:
    """A series of a day: the last number that is known, 0 for none, and the next to be given."""

    day: date
    prefix: str
    last: int
    following: int

    @property
    def number(self) -> str:
        """Return the next number."""
        return number_of(self.prefix, self.following)


def skip_numbers(tx: Tx, office: OfficeConfig, *, gap: int = GAP) -> list[Skipped]:
    """Let each series of today go on `gap` numbers later, behind the next hundred.

    Services that gave none yet today keep theirs. The day of the last event counts as well: a
    practising hub's clock is another. Raises BadInput `gap_invalid`.
    """
    if not 0 <= gap <= MOST:
        raise BadInput(
            "gap_invalid",
            f"The gap is 0 to {MOST} numbers.",
            id=f"Jarak nomor 0 sampai {MOST}.",
            fields=[FieldFault(field="gap", code="range", message=f"0–{MOST}")],
        )
    skipped = [_skip(tx, day, prefix, gap) for day, prefix in _given(tx, office)] if gap else []
    tx.emit(OfficeRestored(gap, [one.number for one in skipped]), subject="restore")
    return skipped


def _given(tx: Tx, office: OfficeConfig) -> Iterator[tuple[date, str]]:
    """Yield the days and prefixes of which people may hold numbers that no record knows."""
    newest = select(func.max(_EVENTS.at)).where(_EVENTS.office == tx.office)
    told: datetime | None = tx.connection.execute(newest).scalar_one()
    closed = now_of(tx.connection, tx.office).closed_day
    for day in sorted({office.today(tx.at), office.today(told or tx.at)}):
        if closed is not None and day <= closed:
            continue
        for service in office.services:
            if _has_opened(office, service, day, tx.at):
                yield day, service.prefix


def _has_opened(office: OfficeConfig, service: ServiceConfig, day: date, at: datetime) -> bool:
    spans = () if office.holiday(day) else office.spans(service.code, day)
    return bool(spans) and datetime.combine(day, spans[0][0], office.zone) <= at


def _skip(tx: Tx, day: date, prefix: str, gap: int) -> Skipped:
    of = (_SERIES.c.office == tx.office, _SERIES.c.day == day, _SERIES.c.prefix == prefix)
    known = tx.connection.execute(select(_SERIES.c.last).where(*of)).scalar_one_or_none()
    last = known or 0
    reached = -(-(last + gap) // ROUND_TO) * ROUND_TO
    if known is None:
        first = {"office": tx.office, "day": day, "prefix": prefix, "last": reached}
        tx.connection.execute(insert(_SERIES), first)
    else:
        tx.connection.execute(update(_SERIES).where(*of).values(last=reached))
    numbers.void(tx, day, prefix, range(last + 1, reached + 1), kind="void", reason=REASON)
    return Skipped(day, prefix, last, reached + 1)
