"""Invariants of cases, for `loket hub check`: what must hold whatever happened before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from hub.appointments.booking import BOOKED
from hub.cases.changed_procedure import Way, first_passed, is_owed, way_of
from hub.cases.holdings_check import broken_holdings
from hub.cases.in_force import Versions, versions
from hub.cases.notifying import BRANCH, ENDED_PLACE
from hub.cases.persons import data_key
from hub.cases.requirements import unfold
from hub.cases.screening.invariants import broken_screening
from hub.cases.search import NAME
from hub.errors import Fault
from hub.events.applications import GatePassed
from hub.models.application import (
    Application,
    ArchivePackage,
    CustodyRecord,
    Document,
    Evidence,
    RegisterNumber,
)
from hub.models.casework import Reopening, SearchTerm
from hub.models.cekal import CekalCheck
from hub.models.correspondence import Legalisation, LetterRow
from hub.models.opening import Appointment
from hub.models.queue import EventRow
from hub.models.station import BlobRow
from hub.models.treasury import LostProof, TreasuryDay
from hub.procedure import Procedure
from hub.sop import Sop

_FILES = (
    ArchivePackage.blob,
    CekalCheck.blob,
    CustodyRecord.signature,
    Document.blob,
    Evidence.blob,
    Legalisation.blob,
    LetterRow.blob,
    LostProof.statement,
    TreasuryDay.blob,
)
"""Where a file is named."""


def broken_cases(session: Session, office: int, procedure: Procedure) -> Iterator[str]:
    """Yield a sentence with references only for every invariant that does not hold."""
    yield from _broken_series(session, office)
    yield from _broken_files(session, office)
    yield from broken_screening(session, office, procedure)
    yield from broken_holdings(session, office, procedure.sop)
    yield from _broken_search(session, office)
    yield from _broken_bookings(session, office)
    first = first_passed(session, office)
    known = versions(session, office, procedure.sop.number)
    for case in session.scalars(select(Application).where(Application.office == office)):
        yield from _broken_key(procedure, case)
        yield from _broken_steps(session, procedure, case, first, known)
        yield from _broken_custody(session, case)


def _broken_series(session: Session, office: int) -> Iterator[str]:
    query = select(RegisterNumber.year, RegisterNumber.seq).where(RegisterNumber.office == office)
    years: dict[int, list[int]] = {}
    for year, seq in session.execute(query.order_by(RegisterNumber.year, RegisterNumber.seq)):
        years.setdefault(year, []).append(seq)
    for year, numbers in years.items():
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"register numbers of {year} have a gap"


def _broken_files(session: Session, office: int) -> Iterator[str]:
    for column in _FILES:
        naming = column.class_
        query = (
            select(column)
            .outerjoin(BlobRow, and_(BlobRow.office == naming.office, BlobRow.id == column))
            .where(naming.office == office, column.is_not(None), column != "", BlobRow.id.is_(None))
        )
        for blob in session.scalars(query):
            yield f"{naming.__tablename__} name the file {blob}, which is not recorded"


def _broken_search(session: Session, office: int) -> Iterator[str]:
    query = (
        select(SearchTerm.application)
        .join(
            Application,
            and_(
                Application.office == SearchTerm.office,
                Application.id == SearchTerm.application,
            ),
        )
        .where(
            SearchTerm.office == office,
            SearchTerm.kind == NAME,
            Application.ended_at.is_not(None),
        )
        .distinct()
    )
    for case in session.scalars(query):
        yield f"case {case}: it has ended, but is still found by its person's name"


def _broken_bookings(session: Session, office: int) -> Iterator[str]:
    """A booked time of a case is where the case waits: given back when it goes on or ends."""
    query = select(Appointment.id, Appointment.application, Appointment.place).where(
        Appointment.office == office,
        Appointment.application.is_not(None),
        Appointment.state == BOOKED,
    )
    for booked, application, place in session.execute(query):
        case = session.get(Application, (office, application))
        if case is None:
            yield f"appointment {booked}: there is no case {application}"
            continue
        places = (ENDED_PLACE,) if case.ended_at else (case.position, BRANCH)
        if place not in places:
            yield f"appointment {booked}: booked at {place}, but case {application} is elsewhere"


def _broken_key(procedure: Procedure, case: Application) -> Iterator[str]:
    try:
        data_key(procedure.keyring, case)
    except Fault:
        yield f"case {case.id}: its data key does not open with this master key"


def _broken_steps(
    session: Session,
    procedure: Procedure,
    case: Application,
    first: Mapping[str, datetime],
    known: Versions,
) -> Iterator[str]:
    sop = procedure.sop
    if case.sop != sop.number:
        return  # it went its way by a file that this hub had before
    if case.position and sop.stage(case.position) is None:
        yield f"case {case.id}: stands at {case.position!r}, which the procedure does not have"
        return
    way = way_of(session, case)
    names = [stage.name for stage in sop.stages]
    place = names.index(case.position) if case.position else len(names)
    if not _steps_agree(session, sop, case, way, first):
        yield f"case {case.id}: completed steps and position {case.position!r} disagree"
    left = _evidence_left(session, case)
    for stage in (one for one in sop.stages[:place] if one.name in way.done):
        asked = known.asked(stage.name, way.done[stage.name])
        needed = {
            row.key
            for row in unfold(procedure, case, stage)
            if row.required
            and (asked is None or row.rule.key in asked)
            and not row.field
            and row.rule.when is None
            and row.rule.kind != "list_check"
        }
        if missing := needed - left.get(stage.name, set()):
            yield f"case {case.id}: step {stage.name} lacks {', '.join(sorted(missing))}"


def _steps_agree(
    session: Session, sop: Sop, case: Application, way: Way, first: Mapping[str, datetime]
) -> bool:
    """Say whether a case did what comes before its position, and nothing after it.

    Gates move by the office's file: one that the case passed where it stood before counts, and one
    that was new when the case had gone past its place is not asked of it.
    """
    names = [stage.name for stage in sop.stages]
    place = names.index(case.position) if case.position else len(names)
    gates = {gate.name: gate for gate in sop.gates}
    missing = [name for name in names[:place] if name not in way.done]
    early = [name for name in way.done if name not in names[:place]]
    if any(name not in gates or is_owed(sop, way, gates[name], first) for name in missing):
        return False
    if any(name.isdigit() for name in early):
        return False
    return not missing or not _told_passed(session, case) & set(missing)


def _told_passed(session: Session, case: Application) -> set[str]:
    """Return the gates that the events say the case passed, unless it was opened again since."""
    events = select(EventRow.body).where(
        EventRow.office == case.office,
        EventRow.subject == case.id,
        EventRow.kind == GatePassed.kind,
    )
    if session.scalar(
        select(Reopening.id)
        .where(Reopening.office == case.office, Reopening.application == case.id)
        .limit(1)
    ):
        return set()
    return {msgspec.json.decode(body, type=GatePassed).gate for body in session.scalars(events)}


def _evidence_left(session: Session, case: Application) -> dict[str, set[str]]:
    query = select(Evidence.step, Evidence.key).where(
        Evidence.office == case.office,
        Evidence.application == case.id,
        Evidence.voided_at.is_(None),
    )
    left: dict[str, set[str]] = {}
    for step, key in session.execute(query):
        left.setdefault(step, set()).add(key)
    return left


def _broken_custody(session: Session, case: Application) -> Iterator[str]:
    query = select(CustodyRecord.id).where(
        CustodyRecord.office == case.office,
        CustodyRecord.application == case.id,
        CustodyRecord.ended_at.is_(None),
    )
    if case.state == "ARCHIVED" and session.scalars(query).first() is not None:
        yield f"case {case.id}: archived, but its passport is still in the office"
