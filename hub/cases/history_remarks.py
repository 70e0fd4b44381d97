"""What officers wrote beside what they did: the sealed remarks of a case, by event and instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import persons
from hub.cases.stated import CONFIRMED, REFUSED
from hub.cases.views import Said
from hub.models.application import Application, Diversion
from hub.models.casework import AnsweredDoubt, BranchMove, DataCorrection, Override, Reopening
from hub.models.correspondence import Contact
from hub.procedure import Procedure

Remark = tuple[tuple[str, datetime], str]
_SETTLED = {CONFIRMED: "dipastikan / confirmed", REFUSED: "ditolak / refused"}
ENDINGS = ("application.rejected", "application.withdrawn", "application.lapsed")


def remarks_of(
    session: Session, procedure: Procedure, application: Application
) -> dict[tuple[str, datetime], str]:
    """Return every remark of a case by the kind of its event and when it happened."""
    key = persons.data_key(procedure.keyring, application)
    return {
        where: text
        for where, text in (
            *_branches(session, application, key),
            *_reasons(session, application, key),
            *_corrections(session, procedure, application, key),
            *_ending(session, procedure, application),
        )
        if text
    }


def _reasons(session: Session, application: Application, key: bytes) -> Iterator[Remark]:
    """Yield what one row of a kind says of itself: the event, its table, where it lies sealed."""
    for event, table, place, sealed in (
        ("step.reopened", Reopening, "reopening", Reopening.sealed_reason),
        ("branch.moved", BranchMove, "move", BranchMove.sealed_note),
        ("applicant.contacted", Contact, "contact", Contact.sealed_note),
        ("rule.overridden", Override, "override", Override.sealed_reason),
        ("doubt.answered", AnsweredDoubt, "doubt", AnsweredDoubt.sealed_reason),
    ):
        query = select(table.id, table.at, sealed).where(
            table.office == application.office, table.application == application.id
        )
        for one, at, kept in session.execute(query):
            yield (event, at), persons.open_text(key, application, f"{place}/{one}", kept)


def _branches(session: Session, application: Application, key: bytes) -> Iterator[Remark]:
    query = select(Diversion).where(
        Diversion.office == application.office, Diversion.application == application.id
    )
    for row in session.scalars(query):
        why = persons.open_text(key, application, f"diversion/{row.id}", row.sealed_reason)
        yield ("application.diverted", row.opened_at), why
        if row.closed_at is not None:
            place = f"outcome/{row.id}"
            how = persons.open_text(key, application, place, row.sealed_outcome_reason)
            yield ("application.resumed", row.closed_at), how


def _corrections(
    session: Session, procedure: Procedure, application: Application, key: bytes
) -> Iterator[Remark]:
    """Yield what a correction was of: field, old and new value, cause; and how it was settled."""
    query = select(DataCorrection).where(
        DataCorrection.office == application.office, DataCorrection.application == application.id
    )
    for row in session.scalars(query):
        said = msgspec.json.decode(
            persons.open_text(key, application, f"correction/{row.id}", row.sealed), type=Said
        )
        field = procedure.sop.field(row.field)
        name = f"{field.label.id} / {field.label.en}" if field else row.field
        yield (
            ("correction.stated", row.stated_at),
            f"{name}: {said.old or '–'} → {said.new or '–'} · {said.cause}",
        )
        if row.settled_at is not None and row.outcome in _SETTLED:
            place = f"correction-outcome/{row.id}"
            why = persons.open_text(key, application, place, row.sealed_outcome_reason)
            parts = (f"{name}: {_SETTLED[row.outcome]}", why)
            yield ("correction.settled", row.settled_at), " · ".join(one for one in parts if one)


def _ending(session: Session, procedure: Procedure, application: Application) -> Iterator[Remark]:
    if application.ended_at is None:
        return
    said = persons.read(session, procedure.keyring, application).values
    parts = (said.get(field, {}).get(persons.INNER, "") for field in ("end_reason", "legal_basis"))
    text = " · ".join(part for part in parts if part)
    for kind in ENDINGS:
        yield (kind, application.ended_at), text
