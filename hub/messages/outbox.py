"""The outbox: asked for in the transaction of what happened, begun before a byte leaves, settled.

    waiting → sending → sent | waiting (later) | failed | unknown      failed, unknown → put aside
    waiting, failed, unknown → withdrawn, when what it says is no longer so

A message found in *sending* after its time is *unknown*: it may have gone out, so a person decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from hub.errors import Conflict, NotFound
from hub.events.correspondence import MessageMoved
from hub.messages.wording import Written
from hub.models.messages import MessageRow
from hub.models.schema import new_id
from hub.writer import Tx

WAITING, SENDING, SENT = "waiting", "sending", "sent"
FAILED, UNKNOWN, ASIDE = "failed", "unknown", "aside"
WITHDRAWN: Final = "withdrawn"
BACK_OFF: Final = tuple(timedelta(minutes=n) for n in (1, 5, 15, 60, 240, 720))
"""After the last of these a message that nobody takes has failed: some 17 hours."""
LEASE: Final = timedelta(minutes=5)
"""Hardly a conversation lasts so long: every answer of the server has its own limit in time. What
comes of one that does is still noted."""
INTERRUPTED: Final = "interrupted"
PER_LOOK: Final = 20
TRIES_SHOWN: Final = 2
"""A server that puts a stranger off once (greylisting) is no trouble yet."""


SET_UP = frozenset(
    {
        "sign_in",
        "sender_refused",
        "not_offered",
        "certificate",
        "tls",
        "ca_file",
        "password_file",
    }
)
"""What keeps every message of the office back until somebody mends its rules or its server."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A message that is being sent now."""

    id: str
    application: str
    subject: str
    text: str


def ask(tx: Tx, application: str, event: str, written: Written) -> None:
    """Let a message be sent, once for `event` however often it is asked for."""
    known = select(MessageRow.id).where(MessageRow.office == tx.office, MessageRow.event == event)
    if tx.session.scalar(known) is not None:
        return
    tx.session.add(
        MessageRow(
            office=tx.office,
            id=new_id(),
            application=application,
            event=event,
            subject=written.subject,
            text=written.text,
            state=WAITING,
            next_at=tx.at,
            queued_at=tx.at,
        )
    )
    tx.session.flush()


def due(session: Session, office: int, at: datetime) -> Sequence[str]:
    """Return what is to be sent now, the longest waiting first."""
    query = select(MessageRow.id).where(
        MessageRow.office == office, MessageRow.state == WAITING, MessageRow.next_at <= at
    )
    return session.scalars(query.order_by(MessageRow.next_at).limit(PER_LOOK)).all()


def begin(tx: Tx, message: str, is_true: Callable[[str, str], bool]) -> Begun | None:
    """Begin to send a waiting message; None if another hub was faster, or it is no longer so.

    `is_true(application, event)` says whether what happened still holds.
    """
    row = _find(tx, message)
    if row.state != WAITING:
        return None
    if not is_true(row.application, row.event):
        _withdraw(tx, row)
        return None
    row.began_at, row.tries = tx.at, row.tries + 1
    _move(tx, row, SENDING)
    return Begun(row.id, row.application, row.subject, row.text)


def withdraw(tx: Tx, event: str) -> None:
    """Take back the message for `event` unless it went out or is on its way."""
    query = select(MessageRow).where(
        MessageRow.office == tx.office,
        MessageRow.event == event,
        MessageRow.state.in_((WAITING, FAILED, UNKNOWN)),
    )
    if (row := tx.session.scalar(query)) is not None:
        _withdraw(tx, row)


def settle(tx: Tx, message: str, state: str, error: str = "") -> None:
    """Note what came of it: `sent`, `failed`, `unknown`, or `waiting` to try again later."""
    row = _find(tx, message)
    known_late = row.state == UNKNOWN and row.error == INTERRUPTED
    if row.state != SENDING and not known_late:
        return
    row.error = error
    if state == WAITING and row.tries > len(BACK_OFF):
        state = FAILED
    elif state == WAITING:
        row.next_at = tx.at + BACK_OFF[row.tries - 1]
    row.ended_at = None if state == WAITING else tx.at
    _move(tx, row, state)


def give_up_lost(tx: Tx) -> int:
    """Mark what was being sent when its hub ended as unknown; return how many."""
    query = select(MessageRow).where(
        MessageRow.office == tx.office,
        MessageRow.state == SENDING,
        MessageRow.began_at < tx.at - LEASE,
    )
    lost = tx.session.scalars(query).all()
    for row in lost:
        row.error, row.ended_at = INTERRUPTED, tx.at
        _move(tx, row, UNKNOWN)
    return len(lost)


def decide(tx: Tx, message: str, *, again: bool) -> str:
    """Send a failed, uncertain or delayed message again, or put it aside; return its case.

    Raises NotFound `message_unknown`, Conflict `message_settled`.
    """
    row = _find(tx, message)
    if row.state not in (FAILED, UNKNOWN) and not (row.state == WAITING and row.error):
        text = "Nothing is to be decided about this message."
        raise Conflict("message_settled", text, id="Pesan ini tidak perlu diputuskan.")
    if again:
        row.tries, row.next_at, row.ended_at, row.error = 0, tx.at, None, ""
    _move(tx, row, WAITING if again else ASIDE)
    return row.application


def troubled(session: Session, office: int) -> Sequence[MessageRow]:
    """Return what failed, is uncertain or could not be sent twice so far, the oldest first."""
    delayed = and_(MessageRow.state == WAITING, MessageRow.tries >= TRIES_SHOWN)
    query = select(MessageRow).where(
        MessageRow.office == office, or_(MessageRow.state.in_((FAILED, UNKNOWN)), delayed)
    )
    return session.scalars(query.order_by(MessageRow.queued_at).limit(50)).all()


def _find(tx: Tx, message: str) -> MessageRow:
    row = tx.session.get(MessageRow, (tx.office, message))
    if row is None:
        text = "There is no such message."
        raise NotFound("message_unknown", text, id="Pesan itu tidak ada.")
    return row


def _withdraw(tx: Tx, row: MessageRow) -> None:
    row.ended_at = tx.at
    _move(tx, row, WITHDRAWN)


def _move(tx: Tx, row: MessageRow, state: str) -> None:
    row.state = state
    tx.session.flush()
    tx.emit(MessageMoved(row.application, row.id, state), subject=row.application)
