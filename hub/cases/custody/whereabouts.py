"""Where every passport is: with whom, since when, on its way, lent, or waiting to be given back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases.applications import ENDED
from hub.models.application import Application, CustodyRecord
from hub.procedure import Procedure


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One passport; `unmoved_days` are working days since it last changed hands."""

    application: str
    case_code: str
    holder: str
    holder_name: str
    location: str
    since: datetime
    unmoved_days: int
    offered_to: str
    offered_at: datetime | None
    lent: bool
    due_on: date | None
    overdue: bool
    to_return: bool


def whereabouts(
    session: Session, office: int, procedure: Procedure, at: datetime
) -> tuple[Whereabouts, ...]:
    """Return every passport that is not with its owner for good, the longest unmoved first."""
    rules = procedure.office
    today = rules.today(at)
    query = (
        select(CustodyRecord, Application.case_code, Application.state)
        .join(
            Application,
            (Application.office == CustodyRecord.office)
            & (Application.id == CustodyRecord.application),
        )
        .where(CustodyRecord.office == office, CustodyRecord.ended_at.is_(None))
        .order_by(CustodyRecord.taken_at, Application.case_code)
    )
    return tuple(
        _one(procedure, record, code, state, today)
        for record, code, state in session.execute(query)
    )


def _one(
    procedure: Procedure, record: CustodyRecord, code: str, state: str, today: date
) -> Whereabouts:
    rules = procedure.office
    taken = rules.today(record.taken_at)
    # an office whose applicants keep their passports gives each back before the day ends
    visit_over = rules.office.custody == "visit" and taken < today
    return Whereabouts(
        application=record.application,
        case_code=code,
        holder=record.holder,
        holder_name=record.holder_name,
        location=record.location,
        since=record.taken_at,
        unmoved_days=rules.working_days(taken, today),
        offered_to=record.offered_to,
        offered_at=record.offered_at,
        lent=record.released,
        due_on=record.due_on,
        overdue=record.due_on is not None and record.due_on < today,
        to_return=not record.released and (state in ENDED or visit_over),
    )
