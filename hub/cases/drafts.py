"""Drafts of forms: what an officer typed and has not sent, sealed, until the step is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import delete
from sqlalchemy.orm import Session

from hub.cases import persons
from hub.models.application import Application
from hub.models.casework import FormDraft
from hub.officer_cards import PIN_FIELD
from hub.procedure import Procedure
from hub.writer import Tx

LONGEST_DRAFT = 2000
MOST_DRAFTED = 200
SECRETS = ("initials", "password", PIN_FIELD)
"""What stands in these fields of a form is never kept, nor shown again."""


def draft_of(
    session: Session, procedure: Procedure, application: Application, stage: str, officer: str
) -> dict[str, str]:
    """Return what an officer typed into the form of a stage and did not send."""
    row = session.get(FormDraft, (application.office, application.id, stage, officer))
    if row is None:
        return {}
    key = persons.data_key(procedure.keyring, application)
    text = persons.open_text(key, application, _place(stage, officer), row.sealed)
    return msgspec.json.decode(text, type=dict[str, str])


def forget(tx: Tx, application: Application, stage: str = "") -> None:
    """Drop the drafts of a form, everybody's; without `stage` those of all forms of the case."""
    query = delete(FormDraft).where(
        FormDraft.office == tx.office, FormDraft.application == application.id
    )
    tx.session.execute(query.where(FormDraft.stage == stage) if stage else query)


def add(
    tx: Tx,
    procedure: Procedure,
    row: Application,
    stage: str,
    typed: Mapping[str, str],
    gone: Sequence[str] = (),
) -> None:
    """Add to what this officer has typed into the form; `gone` is kept elsewhere by now."""
    before = draft_of(tx.session, procedure, row, stage, tx.actor.id)
    now = before | {n: t[:LONGEST_DRAFT] for n, t in typed.items() if n not in SECRETS}
    now = {n: t for n, t in now.items() if n not in gone}
    if now == before:
        return
    identity = (tx.office, row.id, stage, tx.actor.id)
    held = tx.session.get(FormDraft, identity)
    if held is None:
        held = FormDraft(office=tx.office, application=row.id, stage=stage, officer=tx.actor.id)
        tx.session.add(held)
    key = persons.data_key(procedure.keyring, row)
    kept = dict(list(now.items())[:MOST_DRAFTED])
    text = msgspec.json.encode(kept).decode()
    held.sealed = persons.seal_text(key, row, _place(stage, tx.actor.id), text)
    held.at = tx.at
    tx.session.flush()


def _place(stage: str, officer: str) -> str:
    return f"draft/{stage}/{officer}"
