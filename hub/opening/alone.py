"""What a kiosk must know to give numbers without the hub, and how its doubtful requests end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import Connection, insert, select

from hub import tickets
from hub.database import table_of
from hub.events.queue import TicketEnded
from hub.models.queue import CommandRow, NumberSeries
from hub.office import OfficeConfig
from hub.opening.quotas import REPLACED
from hub.tickets import ABSENT, ENDED, WAITING, number_of
from hub.wire import Ticket
from hub.wire.opening import AloneState, OpenSpan
from hub.writer import Actor, Tx

DAYS_AHEAD = 8
"""A hub may be away over a long weekend; longer than that somebody has noticed."""
BURNT = "0" * 64
"""A digest that no request has: the key can do nothing any more."""

_SERIES, _COMMANDS = table_of(NumberSeries).c, table_of(CommandRow)


def alone_state(
    connection: Connection, office_no: int, office: OfficeConfig, letter: str, at: datetime
) -> AloneState:
    """Return a kiosk's series, the numbers of it that are known today, and the coming hours."""
    day = office.today(at)
    query = select(_SERIES.prefix, _SERIES.last).where(
        _SERIES.office == office_no, _SERIES.day == day
    )
    given = {prefix: last for prefix, last in connection.execute(query)}
    last = {one.code: given.get(one.prefix + letter, 0) for one in office.services}
    quotas = {one.code: one.quota for one in office.services if one.quota is not None}
    spans = list(_spans(office, day))
    return AloneState(series=letter, day=day, last=last, spans=spans, quotas=quotas)


def _spans(office: OfficeConfig, first: date) -> Iterator[OpenSpan]:
    for day in (first + timedelta(days=n) for n in range(DAYS_AHEAD)):
        if office.holiday(day) is not None:
            continue
        for service in office.services:
            for starts, ends in office.spans(service.code, day):
                yield OpenSpan(
                    service=service.code,
                    starts=datetime.combine(day, starts, office.zone),
                    ends=datetime.combine(day, ends, office.zone),
                )


def replace_doubtful(tx: Tx, kiosk: Actor, key: str) -> Ticket | None:
    """End what a kiosk's unanswered request `key` did, and let the key do nothing any more.

    The person holds the kiosk's own number and does not know the other one. Return the ticket
    that the request had issued, None if it never did.
    """
    mine = (
        _COMMANDS.c.office == tx.office,
        _COMMANDS.c.actor == kiosk.reference,
        _COMMANDS.c.key == key,
    )
    row = tx.connection.execute(select(_COMMANDS.c.name, _COMMANDS.c.outcome).where(*mine)).first()
    if row is None:
        _burn(tx, kiosk, key)
        return None
    if row.name not in ("POST /api/tickets", "POST /api/appointments/check-in"):
        return None
    issued = msgspec.json.decode(row.outcome, type=Ticket)
    line = tickets.find_row(tx.connection, tx.office, issued.id)
    if line.state == WAITING:
        tickets.change_count(tx, tickets.group_of(line), -1)
    if line.state in (WAITING, ABSENT):
        tickets.change(tx, issued.id, state=ENDED, outcome=REPLACED, undo="")
        number = number_of(line.prefix, line.serial)
        tx.emit(TicketEnded(number, line.lane, line.state), subject=issued.id)
    return issued


def _burn(tx: Tx, kiosk: Actor, key: str) -> None:
    burnt = {
        "office": tx.office,
        "actor": kiosk.reference,
        "key": key,
        "name": REPLACED,
        "digest": BURNT,
        "outcome": "{}",
        "seq": 0,
        "at": tx.at,
    }
    tx.connection.execute(insert(_COMMANDS), burnt)
