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
            *_reopenings(session, application, key),
            *_branches(session, application, key),
            *_branch_moves(session, application, key),
            *_contacts(session, application, key),
            *_leaves(session, application, key),
            *_answers(session, application, key),
            *_corrections(session, procedure, application, key),
            *_ending(session, procedure, application),
        )
        if text
    }


def _reopenings(session: Session, application: Application, key: bytes) -> Iterator[Remark]:
    query = select(Reopening).where(
        Reopening.office == application.office, Reopening.application == application.id
    )
    for row in session.scalars(query):
        text = persons.open_text(key, application, f"reopening/{row.id}", row.sealed_reason)
        yield ("step.reopened", row.at), text


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


def _branch_moves(session: Session, application: Application, key: bytes) -> Iterator[Remark]:
    query = select(BranchMove).where(
        BranchMove.office == application.office, BranchMove.application == application.id
    )
    for row in session.scalars(query):
        text = persons.open_text(key, application, f"move/{row.id}", row.sealed_note)
        yield ("branch.moved", row.at), text


def _contacts(session: Session, application: Application, key: bytes) -> Iterator[Remark]:
    query = select(Contact).where(
        Contact.office == application.office, Contact.application == application.id
    )
    for row in session.scalars(query):
        text = persons.open_text(key, application, f"contact/{row.id}", row.sealed_note)
        yield ("applicant.contacted", row.at), text


def _leaves(session: Session, application: Application, key: bytes) -> Iterator[Remark]:
    query = select(Override).where(
        Override.office == application.office, Override.application == application.id
    )
    for row in session.scalars(query):
        text = persons.open_text(key, application, f"override/{row.id}", row.sealed_reason)
        yield ("rule.overridden", row.at), text


def _answers(session: Session, application: Application, key: bytes) -> Iterator[Remark]:
    query = select(AnsweredDoubt).where(
        AnsweredDoubt.office == application.office, AnsweredDoubt.application == application.id
    )
    for row in session.scalars(query):
        text = persons.open_text(key, application, f"doubt/{row.id}", row.sealed_reason)
        yield ("doubt.answered", row.at), text


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
