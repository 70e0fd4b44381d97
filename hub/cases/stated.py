"""The correction of a case that was stated and waits for a second person: at most one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.casework import DataCorrection
from hub.writer import Tx

CONFIRMED, REFUSED, DROPPED = "CONFIRMED", "REFUSED", "DROPPED"


def open_correction(session: Session, office: int, application: str) -> DataCorrection | None:
    """Return the correction that nobody settled yet, or None."""
    return session.scalar(
        select(DataCorrection).where(
            DataCorrection.office == office,
            DataCorrection.application == application,
            DataCorrection.settled_at.is_(None),
        )
    )


def drop(tx: Tx, application: str) -> None:
    """Settle an open correction as dropped: its step was opened again, or the case has ended."""
    row = open_correction(tx.session, tx.office, application)
    if row is None:
        return
    row.outcome, row.settled_at = DROPPED, tx.at
    row.settled_by, row.settled_by_name = tx.actor.id, tx.actor.name
    tx.session.flush()
