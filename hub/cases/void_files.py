"""Which files of a case are void: left for what was withdrawn since.

A number, a signature, a payment or a hand-over. They stay with the case for ever, marked: who opens
the file must not take them for valid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases.undone import undone_times
from hub.models.application import Application, Document, Evidence, Payment, RegisterNumber
from hub.models.correspondence import Legalisation
from hub.procedure import Procedure


@dataclass(frozen=True, slots=True)
class Withdrawals:
    """From when on files that certain steps had left are void, unless they are evidence still."""

    moments: tuple[tuple[datetime, frozenset[str]], ...]
    standing: frozenset[str]

    def since(self, document: Document) -> datetime | None:
        """Return when a file became void, or None if it stands."""
        if document.blob in self.standing:
            return None
        return self.after(document.item, document.at)

    def after(self, item: str, left_at: datetime) -> datetime | None:
        """Return when that which a step left for `item` at an instant was withdrawn, or None."""
        step = item.partition(".")[0]
        return next((at for at, steps in self.moments if step in steps and left_at <= at), None)


def withdrawals(session: Session, procedure: Procedure, row: Application) -> Withdrawals:
    """Return what was withdrawn in a case."""
    moments = sorted(_moments(session, procedure, row), key=lambda one: one[0])
    evidence = select(Evidence.blob).where(
        Evidence.office == row.office,
        Evidence.application == row.id,
        Evidence.voided_at.is_(None),
        Evidence.blob.is_not(None),
    )
    standing = session.scalars(evidence) if moments else ()
    return Withdrawals(tuple(moments), frozenset(blob for blob in standing if blob))


def _moments(
    session: Session, procedure: Procedure, row: Application
) -> Iterator[tuple[datetime, frozenset[str]]]:
    sop = procedure.sop
    names = [stage.name for stage in sop.stages]
    for model, duty, also_later in (
        (RegisterNumber, "issue", True),
        (Legalisation, "legalise", False),
        (Payment, "record_payment", False),
    ):
        step = next((stage.name for stage in sop.stages if duty in stage.does), "")
        if not step:
            continue
        first = names.index(step)
        steps = frozenset(names[first:] if also_later else [step])
        query = select(model.voided_at).where(
            model.office == row.office,
            model.application == row.id,
            model.voided_at.is_not(None),
        )
        yield from ((at, steps) for at in session.scalars(query) if at is not None)
    handed = next((stage.name for stage in sop.stages if "close_custody" in stage.does), "")
    for at in undone_times(session, row.office, row.id, handed):
        yield at, frozenset({handed})
