"""Who is planned on the day's roster for the procedure's lanes and lacks a qualification of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases.qualifications import lacking
from hub.errors import BadInput
from hub.models.officer import Officer
from hub.opening import roster
from hub.procedure import Procedure
from hub.wire import FieldFault, Words
from hub.wire.opening import RosterEntry, RosterState
from hub.writer import Tx


@dataclass(frozen=True, slots=True)
class Unqualified:
    """A line of the roster, from 0, its officer, and what the officer lacks on the day."""

    place: int
    counter: int
    starts: str
    name: str
    lacks: tuple[Words, ...]

    @property
    def line(self) -> tuple[int, str]:
        """Return the counter and the start, which no two lines of a day share."""
        return self.counter, self.starts


def unqualified(
    session: Session,
    procedure: Procedure,
    office: int,
    day: date,
    entries: Sequence[RosterEntry],
    known: Mapping[str, str],
) -> tuple[Unqualified, ...]:
    """Return the lines whose officer lacks a qualification of the sheet; `known` is the staff."""
    logins = {place: login for place, one in enumerate(entries) if (login := _login(one, known))}
    query = select(Officer).where(Officer.office == office, Officer.login.in_(logins.values()))
    officers = {one.login: one for one in session.scalars(query)}
    lanes = {stage.lane for stage in procedure.sop.stages if stage.lane}
    found = []
    for place, login in logins.items():
        entry, officer = entries[place], officers[login]
        if not lanes & _lanes(procedure, entry):
            continue
        missing = lacking(session, procedure, office, officer.id, day)
        if missing:
            found.append(Unqualified(place, entry.counter, entry.starts, officer.name, missing))
    return tuple(found)


def plan(
    tx: Tx, procedure: Procedure, day: date, entries: list[RosterEntry], reason: str
) -> RosterState:
    """Replace the roster of a day; the supervisor's `reason` stands beside whom it is asked for.

    A line that stays as it was keeps the reason it had. Raises BadInput `roster_reason` naming who
    lacks a qualification, and what `roster.plan` raises.
    """
    known = roster.staff(tx.connection, tx.office)
    lacking = unqualified(tx.session, procedure, tx.office, day, entries, known)
    had = reasons_that_stay(tx.session, tx.office, day, entries)
    if not reason.strip() and (asked := [one for one in lacking if one.line not in had]):
        raise _unreasoned(asked)
    why = {one.place: had.get(one.line) or reason.strip() for one in lacking}
    return roster.plan(tx, procedure.office, day, entries, why)


def reasons_that_stay(
    session: Session, office: int, day: date, entries: Sequence[RosterEntry]
) -> dict[tuple[int, str], str]:
    """Return the reasons of those planned lines that are among `entries`, by counter and start."""
    connection = session.connection()
    given = roster.reasons(connection, office, day)
    planned = roster.read(connection, office, day).entries if given else []
    stay = {(one.counter, one.starts) for one in planned if one in entries}
    return {line: why for line, why in given.items() if line in stay}


def _unreasoned(lacking: Sequence[Unqualified]) -> BadInput:
    faults = [
        FieldFault(
            field=f"entries[{one.place}].officer",
            code="unqualified",
            message=f"belum memegang / lacks: {'; '.join(words.id for words in one.lacks)}",
        )
        for one in lacking
    ]
    return BadInput(
        "roster_reason",
        "The roster was not changed: who lacks a qualification of the procedure is planned only "
        "with a supervisor's reason.",
        id="Jadwal tidak diubah: petugas tanpa kualifikasi SOP hanya dijadwalkan dengan alasan "
        "supervisor.",
        fields=[*faults, FieldFault(field="reason", code="missing", message="wajib / required")],
    )


def _login(entry: RosterEntry, known: Mapping[str, str]) -> str:
    return known.get(roster.folded(entry.officer), "") if entry.officer else ""


def _lanes(procedure: Procedure, entry: RosterEntry) -> set[str]:
    """Return the lanes of a line; none named are all that its counter serves."""
    configured = procedure.office.counter(entry.counter)
    return set(entry.lanes or (configured.lanes if configured else ()))
