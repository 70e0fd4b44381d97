"""Takes back the last call, absence, finish or transfer, within a minute, by whoever did it.

What a visitor did at their phone, giving the number back, any of the staff takes back.

Each of these acts leaves a memo on its ticket: what the row was before. The events of the act and
of its undoing both stay.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import bindparam, update

from hub import tickets
from hub.database import table_of
from hub.errors import Conflict, NotAllowed
from hub.events.queue import TicketUndone
from hub.models.queue import CallRow
from hub.models.schema import from_micros, to_micros
from hub.office import OfficeConfig
from hub.queue import counters
from hub.statements import Line
from hub.tickets import AT_COUNTER, WAITING, number_of
from hub.tickets.acts import answer
from hub.wire import Ticket
from hub.writer import Tx

GIVE_BACK = "give_back"
_INSTANTS = frozenset({"arrived_at", "called_at", "started_at", "finished_at", "absent_at"})
_CALLS = table_of(CallRow)
_TAKE_BACK_CALLS = (
    update(_CALLS)
    .where(
        _CALLS.c.office == bindparam("of_office"),
        _CALLS.c.ticket == bindparam("of_ticket"),
        _CALLS.c.at >= bindparam("since"),
    )
    .values(undone=True)
)


class Memo(msgspec.Struct, frozen=True):
    """What was done, by whom, when, where, and the columns as they were before."""

    act: str
    by: str
    at: int
    counter: int
    before: dict[str, int | str | None]
    streak: int | None = None

    @property
    def done_at(self) -> datetime:
        """Return when the act was done."""
        return from_micros(self.at)


def memo(
    tx: Tx,
    line: Line,
    act: str,
    *columns: str,
    counter: int | None = None,
    streak: int | None = None,
) -> str:
    """Return what `tickets.change` stores as `undo`: the `columns` of `line` before the act."""
    before = {name: _plain(getattr(line, name)) for name in columns}
    where = counter or line.counter or 0
    done = Memo(act, tx.actor.reference, to_micros(tx.at), where, before, streak)
    return msgspec.json.encode(done).decode()


def read_memo(stored: str) -> Memo | None:
    """Return what may be undone on a ticket, None for nothing."""
    return msgspec.json.decode(stored, type=Memo) if stored else None


def undo(tx: Tx, office: OfficeConfig, *, ticket: str) -> Ticket:
    """Take back the last act on a ticket.

    Raises Conflict `nothing_to_undo`, `undo_too_late`, `counter_busy`, `counter_closed`,
    NotAllowed `undo_not_yours`.
    """
    line = tickets.find_row(tx.connection, tx.office, ticket)
    done = _undoable(tx, office, line)
    before = {
        name: from_micros(value) if name in _INSTANTS and isinstance(value, int) else value
        for name, value in done.before.items()
    }
    if before["state"] in AT_COUNTER:
        counters.require_room(tx, office, done.counter)
    if line.state == WAITING:
        tickets.change_count(tx, tickets.group_of(line), -1)
    tickets.change(tx, ticket, **before, undo="")
    now = tickets.find_row(tx.connection, tx.office, ticket)
    if now.state == WAITING:
        tickets.change_count(tx, tickets.group_of(now), +1)
    if done.act == "call":
        _take_back_call(tx, ticket, done)
    number = number_of(line.prefix, line.serial)
    tx.emit(TicketUndone(number, done.act, now.lane, now.counter, now.state), subject=ticket)
    return answer(tx, ticket)


def _undoable(tx: Tx, office: OfficeConfig, line: Line) -> Memo:
    done = read_memo(line.undo)
    if done is None:
        raise Conflict(
            "nothing_to_undo",
            "There is nothing to undo on this ticket: it has gone on since.",
            id="Tidak ada yang dapat dibatalkan: nomor ini sudah berlanjut.",
        )
    if done.by != tx.actor.reference and not (done.act == GIVE_BACK and _is_staff(tx)):
        raise NotAllowed(
            "undo_not_yours",
            "Only who did it may undo it.",
            id="Hanya yang melakukannya dapat membatalkannya.",
        )
    within = timedelta(seconds=office.queue.undo_within_s)
    if tx.at - done.done_at > within:
        raise Conflict(
            "undo_too_late",
            f"Undoing was possible for {office.queue.undo_within_s} seconds.",
            id=f"Pembatalan hanya mungkin {office.queue.undo_within_s} detik.",
        )
    return done


def _is_staff(tx: Tx) -> bool:
    return tx.actor.kind == "officer" or "agent" in tx.actor.roles


def _take_back_call(tx: Tx, ticket: str, done: Memo) -> None:
    asked = {"of_office": tx.office, "of_ticket": ticket, "since": done.done_at}
    tx.connection.execute(_TAKE_BACK_CALLS, asked)
    if done.streak is not None:
        counters.set_streak(tx, done.counter, done.streak)


def _plain(value: object) -> int | str | None:
    if isinstance(value, datetime):
        return to_micros(value)
    return value if value is None or isinstance(value, int) else str(value)
