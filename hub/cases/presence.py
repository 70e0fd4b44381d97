"""Who has a case open: two officers on one case see each other."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.cases.applications import must_find
from hub.cases.data_views import Reader
from hub.events.applications import CaseJoined, CaseLeft
from hub.models.casework import CasePresence
from hub.procedure import Procedure
from hub.writer import Tx

FORGOTTEN_AFTER = timedelta(hours=4)
"""A browser that vanished without a word is no longer shown after this."""


def join(tx: Tx, procedure: Procedure, application: str) -> str:
    """Note that this officer has the case open. Raises NotFound `case_unknown`."""
    row = must_find(tx.session, tx.office, procedure, application)
    held = tx.session.get(CasePresence, (tx.office, row.id, tx.actor.id))
    if held is not None and tx.at - held.since < FORGOTTEN_AFTER:
        return row.id
    if held is None:
        held = CasePresence(office=tx.office, application=row.id, officer=tx.actor.id)
        tx.session.add(held)
    held.name, held.since = tx.actor.name, tx.at
    tx.session.flush()
    tx.emit(CaseJoined(row.id, tx.actor.id), subject=row.id)
    return row.id


def leave(tx: Tx, procedure: Procedure, application: str) -> str:
    """Note that this officer closed the case. Raises NotFound `case_unknown`."""
    row = must_find(tx.session, tx.office, procedure, application)
    held = tx.session.get(CasePresence, (tx.office, row.id, tx.actor.id))
    if held is not None:
        tx.session.delete(held)
        tx.session.flush()
        tx.emit(CaseLeft(row.id, tx.actor.id), subject=row.id)
    return row.id


def forget_all(tx: Tx) -> int:
    """Forget who had cases open before this hub started; pages that live on join again."""
    gone = (
        delete(CasePresence).where(CasePresence.office == tx.office).returning(CasePresence.officer)
    )
    return len(tx.session.scalars(gone).all())


def others(
    session: Session, office: int, application: str, officer: str, at: datetime
) -> tuple[Reader, ...]:
    """Return who else has the case open, the longest first."""
    query = (
        select(CasePresence)
        .where(
            CasePresence.office == office,
            CasePresence.application == application,
            CasePresence.officer != officer,
            CasePresence.since > at - FORGOTTEN_AFTER,
        )
        .order_by(CasePresence.since)
    )
    return tuple(Reader(name=row.name, since=row.since) for row in session.scalars(query))
