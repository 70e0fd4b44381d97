"""Check a person against the list in force: the same name or the same document number.

A candidate never decides anything: Wasdakim does, and a second person confirms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.cases.persons import Person
from hub.cekal.entries import list_in_force, name_form
from hub.events.applications import CekalChecked
from hub.keys import Keyring
from hub.models.application import CekalCheck, CekalEntry
from hub.models.schema import new_id
from hub.writer import Tx


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry of the list that agrees with the person in the named fields."""

    entry: str
    agrees: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Screening:
    """The result of looking a person up; `version` is empty if the office keeps no list."""

    version: str
    candidates: tuple[Candidate, ...]


def screen(session: Session, office: int, keyring: Keyring, person: Person) -> Screening:
    """Look a person up in the list in force."""
    current = list_in_force(session, office)
    if current is None:
        return Screening("", ())
    name = keyring.blind("cekal.name", name_form(person.value("full_name") or person.name))
    document = person.value("passport_number")
    agreeing = [CekalEntry.name_index == name]
    if document:
        agreeing.append(CekalEntry.document_index == keyring.blind("cekal.document", document))
    rows = session.scalars(
        select(CekalEntry).where(
            CekalEntry.office == office,
            CekalEntry.list_version == current.version,
            or_(*agreeing),
        )
    )
    found = tuple(Candidate(row.id, _agreeing(keyring, row, name, person)) for row in rows)
    return Screening(current.version, found)


def record(tx: Tx, application: str, screening: Screening, decision: str) -> str:
    """Record a check with its list version and Wasdakim's decision; return its id."""
    check = CekalCheck(
        office=tx.office,
        id=new_id(),
        application=application,
        list_version=screening.version,
        candidates=msgspec.json.encode(screening.candidates).decode(),
        result="POSSIBLE_MATCH" if screening.candidates else "CLEAR",
        by=tx.actor.id,
        at=tx.at,
        decision=decision,
        decided_by=tx.actor.id,
        decided_at=tx.at,
    )
    tx.session.add(check)
    tx.session.flush()
    tx.emit(CekalChecked(application, check.id), subject=application)
    return check.id


def last_check(session: Session, office: int, application: str) -> CekalCheck | None:
    """Return the newest check of a case, or None."""
    return session.scalar(
        select(CekalCheck)
        .where(CekalCheck.office == office, CekalCheck.application == application)
        .order_by(CekalCheck.at.desc(), CekalCheck.id)
        .limit(1)
    )


def settle(tx: Tx, application: str, outcome: str) -> None:
    """Note the outcome of SOP Cekal and who confirmed it on the newest check."""
    check = last_check(tx.session, tx.office, application)
    if check is None:
        return
    check.decision = outcome
    check.confirmed_by, check.confirmed_at = tx.actor.id, tx.at
    tx.session.flush()


def cleared(check: CekalCheck | None, candidates: Sequence[Candidate]) -> bool:
    """Say whether exactly these candidates were confirmed as false or lifted before."""
    if check is None or not check.confirmed_by or check.decision not in ("FALSE_MATCH", "LIFTED"):
        return False
    seen = msgspec.json.decode(check.candidates, type=list[Candidate])
    return {c.entry for c in candidates} <= {c.entry for c in seen}


def _agreeing(keyring: Keyring, row: CekalEntry, name: str, person: Person) -> tuple[str, ...]:
    document, birth = person.value("passport_number"), person.value("birth_date")
    pairs = (
        ("name", row.name_index == name),
        ("document_number", row.document_index == keyring.blind("cekal.document", document)),
        ("birth_date", row.birth_index == keyring.blind("cekal.birth", birth)),
    )
    unknown = {"document_number": not document, "birth_date": not birth}
    return tuple(field for field, agrees in pairs if agrees and not unknown.get(field))
