"""What the hub's own records say of a number: of the register, or of a payment proof."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.application import Payment, RegisterNumber
from hub.models.correspondence import Legalisation
from hub.models.treasury import LostProof
from hub.seals import PROOF


def state_of(session: Session, office: int, kind: str, number: str) -> str:
    """Return `void`, `legalised`, `registered`, or an empty text for a number that is unknown.

    `kind` is that of the code: a payment proof is void once its payment was taken back, or once
    it was replaced as lost.
    """
    if kind == PROOF:
        return "void" if _proof_is_void(session, office, number) else ""
    return _of_register(session, office, number)


def _proof_is_void(session: Session, office: int, number: str) -> bool:
    taken_back = select(Payment.id).where(
        Payment.office == office, Payment.proof_number == number, Payment.voided_at.is_not(None)
    )
    replaced = select(LostProof.id).where(
        LostProof.office == office,
        LostProof.old_number == number,
        LostProof.granted_at.is_not(None),
    )
    return any(session.scalar(query) is not None for query in (taken_back, replaced))


def _of_register(session: Session, office: int, number: str) -> str:
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
    return "legalised" if signed else "registered"
