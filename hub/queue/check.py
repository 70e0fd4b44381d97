"""What must be true of tickets by their state, and of what can be undone."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, select

from hub import tickets
from hub.models.queue import TicketRow
from hub.queue.undoing import GIVE_BACK, read_memo
from hub.tickets import ABSENT, AT_COUNTER, ENDED, PARKED, WAITING, number_of

AWAY = (WAITING, PARKED, ABSENT, ENDED)


def tickets_are_where_their_state_says(connection: Connection, office_no: int) -> Iterator[str]:
    """Only a called, served or finished ticket names a counter; a parked one says where it was."""
    query = select(
        TicketRow.prefix,
        TicketRow.serial,
        TicketRow.day,
        TicketRow.state,
        TicketRow.counter,
        TicketRow.parked_counter,
        TicketRow.parked_at,
        TicketRow.called_at,
    ).where(TicketRow.office == office_no)
    for row in connection.execute(query):
        name = f"ticket {number_of(row.prefix, row.serial)} of {row.day}"
        if row.state in AWAY and row.counter is not None:
            yield f"{name} is {row.state} and at counter {row.counter}"
        if row.state in AT_COUNTER and row.called_at is None:
            yield f"{name} is {row.state} and was never called"
        if row.state == PARKED and (row.parked_counter is None or row.parked_at is None):
            yield f"{name} is put aside nowhere"


def undos_can_be_read(connection: Connection, office_no: int) -> Iterator[str]:
    """What a ticket keeps for undoing is readable and belongs to its state."""
    after = {
        "call": "called",
        "absent": ABSENT,
        "finish": "finished",
        "transfer": WAITING,
        GIVE_BACK: ENDED,
    }
    query = select(tickets.COLUMNS.id, tickets.COLUMNS.state, tickets.COLUMNS.undo).where(
        tickets.COLUMNS.office == office_no, tickets.COLUMNS.undo != ""
    )
    for row in connection.execute(query):
        try:
            memo = read_memo(row.undo)
        except msgspec.DecodeError:
            yield f"ticket {row.id} keeps an undo that cannot be read"
            continue
        if memo is None or after.get(memo.act) != row.state:
            yield f"ticket {row.id} is {row.state} and keeps the undo of another act"
