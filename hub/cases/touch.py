"""The touch clock starts by itself where the work shows: the served ticket's case is opened.

It never starts again by itself: who paused it is asked, by the page, before it runs on.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import steps
from hub.cases.applications import must_find
from hub.errors import Refused
from hub.models.application import StepRecord
from hub.models.queue import TicketRow
from hub.procedure import Procedure
from hub.tickets import AT_COUNTER
from hub.writer import Tx


def begin_served(tx: Tx, procedure: Procedure, application: str, counter: int | None) -> str:
    """Start the clock of the step if its ticket is served at `counter` and it never ran.

    Return the step, or an empty text where nothing began: another ticket, another officer's step.
    """
    row = must_find(tx.session, tx.office, procedure, application)
    if counter is None or not _is_served(tx.session, tx.office, row.id, counter):
        return ""
    record = tx.session.scalar(
        select(StepRecord).where(
            StepRecord.office == tx.office,
            StepRecord.application == row.id,
            StepRecord.step == row.position,
        )
    )
    if record is not None and (record.touch_s or record.running_since):
        return ""
    try:
        return steps.begin(tx, procedure, row.id)
    except Refused:  # another role's step, or one that this person may not do: they only look
        return ""


def _is_served(session: Session, office: int, application: str, counter: int) -> bool:
    query = select(TicketRow.id).where(
        TicketRow.office == office,
        TicketRow.application == application,
        TicketRow.counter == counter,
        TicketRow.state.in_(AT_COUNTER),
    )
    return session.scalars(query).first() is not None
