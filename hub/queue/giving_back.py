"""A visitor gives the own number back: nobody is called for it, and the place is free."""

from __future__ import annotations

from hub import tickets
from hub.events.queue import TicketGivenBack
from hub.queue.undoing import GIVE_BACK, memo
from hub.tickets import ENDED, GIVEN_BACK, WAITING, number_of
from hub.tickets.acts import answer, in_state
from hub.wire import Ticket
from hub.writer import Tx


def give_back(tx: Tx, *, ticket: str) -> Ticket:
    """End a waiting ticket because its person wants it so; staff may undo it for a minute.

    Raises Conflict `ticket_not_waiting`: who was called meanwhile is expected at the counter.
    """
    line = in_state(tx, ticket, WAITING, code="ticket_not_waiting")
    tickets.change_count(tx, tickets.group_of(line), -1)
    undo = memo(tx, line, GIVE_BACK, "state", "outcome")
    tickets.change(tx, ticket, state=ENDED, outcome=GIVEN_BACK, undo=undo)
    tx.emit(TicketGivenBack(number_of(line.prefix, line.serial), line.lane), subject=ticket)
    return answer(tx, ticket)
