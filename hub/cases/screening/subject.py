"""Who is asked for: the person of a case as a query, and a keyed mark of exactly this person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import msgspec
from sqlalchemy.orm import Session

from hub.cases import persons
from hub.cekal.records import Query
from hub.keys import Keyring
from hub.matching import Found
from hub.matching.port import standing_of
from hub.models.application import Application
from hub.models.cekal import CekalCheck
from hub.procedure import Procedure


class Detail(msgspec.Struct, frozen=True):
    """What a check showed, as it was shown; sealed in the case."""

    query: Query
    found: list[Found] = []
    threshold: float = 1.0
    size: int = 0
    reference: str = ""
    """The number of a check in the national system."""
    made_at: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """The person as asked for; `mark` changes with any value that is compared."""

    query: Query
    mark: str


def subject_of(session: Session, keyring: Keyring, case: Application) -> Subject:
    """Return the person of a case as a query."""
    person = persons.read(session, keyring, case)
    query = Query(
        id=case.id,
        name=_name(person),
        dob=person.value("birth_date") or None,
        sex=person.value("sex") or None,
        nationality=person.value("nationality") or None,
        passport=person.value("passport_number") or None,
    )
    parts = (query.name, query.dob, query.sex, query.nationality, query.passport)
    plain = "|".join(" ".join((part or "").upper().split()) for part in parts)
    return Subject(query, keyring.blind("cekal.subject", plain))


def overtaken(procedure: Procedure, case: Application, check: CekalCheck, today: date) -> bool:
    """Say whether a ban that the check found has begun or ended since the office's day of it."""
    if procedure.office.today(check.at) == today:
        return False
    detail = open_detail(procedure.keyring, case, check)
    return any(
        one.score >= detail.threshold
        and one.standing != "withdrawn"
        and one.standing != standing_of(one.entry, today)
        for one in detail.found
    )


def _name(person: persons.Person) -> str:
    """Return the whole name, or its parts where an officer corrected only them."""
    parts = [name for name in (person.value("surname"), person.value("given_names")) if name]
    corrected = persons.OFFICER in (person.source("surname"), person.source("given_names"))
    whole = person.value("full_name")
    if parts and (not whole or (corrected and person.source("full_name") != persons.OFFICER)):
        return " ".join(parts)
    return whole


def seal_detail(keyring: Keyring, case: Application, check: str, detail: Detail) -> bytes:
    """Seal what a check showed."""
    key = persons.data_key(keyring, case)
    text = msgspec.json.encode(detail).decode()
    return persons.seal_text(key, case, f"cekal/{check}", text)


def open_detail(keyring: Keyring, case: Application, check: CekalCheck) -> Detail:
    """Return what a check showed; one from before this was kept shows nothing."""
    if check.sealed is None:
        return Detail(Query(case.id, ""))
    key = persons.data_key(keyring, case)
    text = persons.open_text(key, case, f"cekal/{check.id}", check.sealed)
    return msgspec.json.decode(text, type=Detail)
