"""A practice office's clock: what it says, and how it is set forward; it never goes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import select

from hub.clock import PracticeClock
from hub.errors import BadInput
from hub.events import ClockMoved
from hub.house import House
from hub.models.queue import EventRow
from hub.writer import Tx

_SUBJECT = "clock"


def tell(tx: Tx, house: House) -> datetime:
    """Return the office's present instant; while no hub runs, as the last one's clock goes on."""
    now = house.clock.now()
    return now if isinstance(house.clock, PracticeClock) else now + _lead(tx)


def set_forward(tx: Tx, house: House, to: datetime) -> datetime:
    """Set the clock to `to` and return it. Raises BadInput `clock_is_real`, `clock_goes_back`."""
    if not isinstance(house.clock, PracticeClock):
        raise BadInput(
            "clock_is_real",
            "Only a hub started with --practice-clock can set its clock forward.",
            id="Hanya hub dengan --practice-clock yang jamnya dapat dimajukan.",
        )
    try:
        ahead = house.clock.move_to(to.astimezone(UTC))
    except ValueError as error:
        here = house.clock.now().astimezone(house.procedure.office.zone)
        raise BadInput(
            "clock_goes_back",
            f"The clock stands at {here:%Y-%m-%d %H:%M} and never goes back: name a later time.",
            id=f"Jam menunjuk {here:%Y-%m-%d %H:%M} dan tidak pernah mundur: "
            "sebutkan waktu sesudahnya.",
        ) from error
    tx.emit(ClockMoved(int(ahead.total_seconds())), subject=_SUBJECT)
    return to


def _lead(tx: Tx) -> timedelta:
    """Return how far the clock was set before the machine's, the last time that it was."""
    query = (
        select(EventRow.body)
        .where(EventRow.office == tx.office, EventRow.subject == _SUBJECT)
        .order_by(EventRow.seq.desc())
        .limit(1)
    )
    body = tx.session.scalar(query)
    return timedelta(seconds=msgspec.json.decode(body, type=ClockMoved).ahead_s if body else 0)
