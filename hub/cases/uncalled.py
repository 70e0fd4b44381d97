"""Whom nobody need call: who is in the house for the case now, and who has the document already."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from hub.models.application import Application, CustodyRecord, Payment
from hub.models.correspondence import Legalisation
from hub.models.queue import TicketRow
from hub.procedure import Procedure

HERE = ("waiting", "called", "serving", "parked")


def in_the_house(
    session: Session, office: int, cases: Collection[str], day: date
) -> frozenset[str]:
    """Return those of `cases` whose person waits or is served with a ticket of `day`."""
    query = select(TicketRow.application).where(
        TicketRow.office == office,
        TicketRow.day == day,
        TicketRow.state.in_(HERE),
        TicketRow.application.in_(cases),
    )
    return frozenset(case for case in session.scalars(query) if case)


def with_document(session: Session, procedure: Procedure, office: int) -> frozenset[str]:
    """Return the open cases whose hand-over was opened again only to put its record right.

    The passport left against the proof of payment, did not come back, and nothing was signed since.
    """
    later = aliased(CustodyRecord)
    came_back = (
        select(later.id)
        .where(_of(later), later.taken_at >= CustodyRecord.ended_at)
        .correlate(Application, CustodyRecord)
        .exists()
    )
    signed_since = (
        select(Legalisation.id)
        .where(
            _of(Legalisation),
            Legalisation.voided_at.is_(None),
            Legalisation.at > CustodyRecord.ended_at,
        )
        .correlate(Application, CustodyRecord)
        .exists()
    )
    query = (
        select(Application.id)
        .join(CustodyRecord, _of(CustodyRecord))
        .join(Payment, _of(Payment) & Payment.voided_at.is_(None))
        .where(
            Application.office == office,
            Application.position == procedure.sop.doing("close_custody"),
            CustodyRecord.ending == "returned",
            CustodyRecord.against == Payment.proof_number,
            ~came_back,
            ~signed_since,
        )
    )
    return frozenset(session.scalars(query))


def has_document(session: Session, procedure: Procedure, case: Application) -> bool:
    """Say whether the case is one of those `with_document`."""
    at_hand_over = case.position == procedure.sop.doing("close_custody")
    return at_hand_over and case.id in with_document(session, procedure, case.office)


def _of(row: type[CustodyRecord | Payment | Legalisation]) -> ColumnElement[bool]:
    return (row.office == Application.office) & (row.application == Application.id)
