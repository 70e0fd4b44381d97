"""The sheet's four qualifications: who holds which, from when to when, and leave to work without.

Lacking one is a warning. Where the office enforces it, a supervisor's reason lets one officer work
on one case all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import persons
from hub.cases.applications import must_be_open, must_find, must_have_role
from hub.errors import BadInput, NotAllowed, NotFound
from hub.events.applications import QualificationNoted, RuleOverridden
from hub.models.application import Application
from hub.models.casework import Override, Qualification
from hub.models.officer import Officer
from hub.models.schema import new_id
from hub.procedure import Procedure
from hub.wire import FieldFault, Words
from hub.writer import Tx

SUPERVISORS = frozenset({"supervisor"})
RULE = "qualification"


@dataclass(frozen=True, slots=True)
class Held:
    """One officer and the dates of each qualification of the sheet, None where it is not noted."""

    officer: str
    login: str
    name: str
    dates: tuple[tuple[date, date | None] | None, ...]


def lacking(
    session: Session, procedure: Procedure, office: int, officer: str, day: date
) -> tuple[Words, ...]:
    """Return the qualifications of the sheet that an officer does not hold on `day`."""
    held = {
        row.number
        for row in session.scalars(
            select(Qualification).where(
                Qualification.office == office, Qualification.officer == officer
            )
        )
        if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)
    }
    lines = procedure.sop.sheet.qualification
    return tuple(words for number, words in enumerate(lines, 1) if number not in held)


def enforce(tx: Tx, procedure: Procedure, application: Application) -> None:
    """Raise NotAllowed `qualification_missing` where the office enforces what is lacking."""
    if procedure.office.office.qualifications != "enforced":
        return
    day = procedure.office.today(tx.at)
    missing = lacking(tx.session, procedure, tx.office, tx.actor.id, day)
    if not missing or has_leave(tx.session, application, tx.actor.id):
        return
    raise NotAllowed(
        "qualification_missing",
        "You lack: "
        + " ".join(w.en for w in missing)
        + " A supervisor gives leave, with a reason.",
        id="Anda belum memenuhi: "
        + " ".join(w.id for w in missing)
        + " Supervisor dapat memberi izin dengan alasan.",
    )


def has_leave(session: Session, application: Application, officer: str) -> bool:
    """Say whether a supervisor let this officer work on this case all the same."""
    query = select(Override.id).where(
        Override.office == application.office,
        Override.application == application.id,
        Override.officer == officer,
        Override.rule == RULE,
    )
    return session.scalars(query).first() is not None


def needing_leave(
    session: Session,
    procedure: Procedure,
    application: Application,
    roles: frozenset[str],
    day: date,
) -> tuple[tuple[str, str], ...]:
    """Return login and name of who could work on a case, lacks something and has no leave yet."""
    query = select(Officer).where(Officer.office == application.office, Officer.active.is_(True))
    return tuple(
        (one.login, one.name)
        for one in session.scalars(query.order_by(Officer.name))
        if roles & set(one.roles.split())
        and lacking(session, procedure, application.office, one.id, day)
        and not has_leave(session, application, one.id)
    )


def give_leave(tx: Tx, procedure: Procedure, application: str, login: str, reason: str) -> str:
    """Let an officer work on a case in spite of what they lack. Raises BadInput, NotAllowed."""
    must_have_role(tx, SUPERVISORS)
    row = must_find(tx.session, tx.office, procedure, application)
    must_be_open(tx, row)
    officer = _officer(tx, login)
    if not reason.strip():
        raise _missing("leave-reason", "alasan / a reason")
    if officer.id == tx.actor.id:
        raise NotAllowed(
            "segregation",
            "Nobody gives leave to themselves.",
            id="Tidak ada yang memberi izin kepada diri sendiri.",
        )
    identity = new_id()
    key = persons.data_key(procedure.keyring, row)
    tx.session.add(
        Override(
            office=tx.office,
            id=identity,
            application=row.id,
            rule=RULE,
            officer=officer.id,
            sealed_reason=persons.seal_text(key, row, f"override/{identity}", reason.strip()[:500]),
            by=tx.actor.id,
            by_name=tx.actor.name,
            at=tx.at,
        )
    )
    tx.session.flush()
    tx.emit(RuleOverridden(row.id, RULE, officer.id), subject=row.id)
    return row.id


def note(
    tx: Tx,
    procedure: Procedure,
    login: str,
    number: int,
    valid_from: date | None,
    valid_to: date | None,
) -> str:
    """Note a qualification of an officer, or strike it without a first day. Raises BadInput."""
    must_have_role(tx, SUPERVISORS)
    officer = _officer(tx, login)
    if not 1 <= number <= len(procedure.sop.sheet.qualification):
        raise _missing("number", "nomor kualifikasi / the number of a qualification")
    if valid_from and valid_to and valid_to < valid_from:
        raise _missing("valid_to", "tanggal akhir setelah tanggal awal / an end after the start")
    held = tx.session.get(Qualification, (tx.office, officer.id, number))
    if valid_from is None:
        if held is not None:
            tx.session.delete(held)
    else:
        if held is None:
            held = Qualification(office=tx.office, officer=officer.id, number=number)
            tx.session.add(held)
        held.valid_from, held.valid_to = valid_from, valid_to
        held.by, held.at = tx.actor.reference, tx.at
    tx.session.flush()
    tx.emit(QualificationNoted(officer.id, number), subject=officer.id)
    return officer.id


def all_held(session: Session, procedure: Procedure, office: int) -> tuple[Held, ...]:
    """Return every active officer with the dates of each qualification, by name."""
    rows = session.scalars(select(Qualification).where(Qualification.office == office))
    known = {(row.officer, row.number): (row.valid_from, row.valid_to) for row in rows}
    numbers = range(1, len(procedure.sop.sheet.qualification) + 1)
    query = select(Officer).where(Officer.office == office, Officer.active.is_(True))
    return tuple(
        Held(one.id, one.login, one.name, tuple(known.get((one.id, n)) for n in numbers))
        for one in session.scalars(query.order_by(Officer.name))
    )


def _officer(tx: Tx, login: str) -> Officer:
    found = tx.session.scalar(
        select(Officer).where(
            Officer.office == tx.office, Officer.login == login, Officer.active.is_(True)
        )
    )
    if found is None:
        text = "There is no such officer."
        raise NotFound("officer_unknown", text, id="Petugas itu tidak ada.")
    return found


def _missing(field: str, what: str) -> BadInput:
    indonesian, _, english = what.partition(" / ")
    fault = FieldFault(field=field, code="missing", message=what)
    return BadInput("missing", f"Give {english}.", id=f"Berikan {indonesian}.", fields=[fault])
