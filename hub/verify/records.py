"""What the hub's own records say of a register number."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.application import RegisterNumber
from hub.models.correspondence import Legalisation


def state_of(session: Session, office: int, number: str) -> str:
    """Return `void`, `legalised`, or an empty text for a number that is neither or unknown."""
    row = session.scalar(
        select(RegisterNumber).where(
            RegisterNumber.office == office, RegisterNumber.number == number
        )
    )
    if row is None:
        return ""
    if row.voided_at is not None:
        return "void"
    signed = session.scalar(
        select(Legalisation.id).where(
            Legalisation.office == office,
            Legalisation.number == number,
            Legalisation.voided_at.is_(None),
        )
    )
    return "legalised" if signed else ""
