"""Reads the page of a case: the case, its device requests, what was typed and what was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from hub import jobs, stations
from hub.cases import case_view
from hub.cases.applications import MAY_REJECT
from hub.cases.views import CaseView, EvidenceRow
from hub.errors import Refused
from hub.web.desk import Desk
from hub.web.forms import Form, fresh_key
from hub.web.officer.case_page import CasePage, EvidenceItem, JobLamp
from hub.web.officer.lamps import AGENT_QUIET, job_lamp


def read_case(
    session: Session,
    desk: Desk,
    application: str,
    at: datetime,
    *,
    refused: Refused | None = None,
    form: Form | None = None,
) -> CasePage:
    """Return the page of a case. Raises NotFound `case_unknown`, NotAllowed `role_missing`."""
    case = case_view(session, desk.office_no, desk.procedure, application, desk.officer.actor, at)
    lamps = _lamps(session, desk, case.id)
    typed = form.typed() if form else {}
    faults = {fault.field: fault.message for fault in refused.fields} if refused else {}
    rows = case.current.evidence if case.current else ()
    pictures = {one.blob for one in case.documents if one.media_type.startswith("image/")}
    items = tuple(_item(row, lamps, typed, faults, pictures) for row in rows)
    return CasePage(
        case=case,
        items=items,
        decision=_decision(case, items),
        key=fresh_key(),
        counter=desk.officer.counter,
        desks=_desks(session, desk, at),
        can_reject=bool(MAY_REJECT & desk.officer.roles),
        refused=refused,
        typed=typed,
    )


def _lamps(session: Session, desk: Desk, application: str) -> dict[str, JobLamp]:
    """Return the newest unfinished or failed request for each evidence key."""
    newest: dict[str, jobs.JobView] = {}
    for job in jobs.of_application(session.connection(), desk.office_no, application):
        newest.setdefault(job.evidence, job)
    lamps = ((key, job_lamp(job, desk.speech)) for key, job in newest.items())
    return {key: lamp for key, lamp in lamps if lamp is not None}


def _desks(session: Session, desk: Desk, at: datetime) -> tuple[int, ...]:
    """Return the counters, those with an agent that is there first."""
    there = {
        one.counter
        for one in stations.known(session.connection(), desk.office_no)
        if one.kind == "agent" and one.seen_at is not None and at - one.seen_at < AGENT_QUIET
    }
    numbers = [one.number for one in desk.office.counters]
    return tuple(sorted(numbers, key=lambda number: (number not in there, number)))


def _item(
    row: EvidenceRow,
    lamps: Mapping[str, JobLamp],
    typed: Mapping[str, str],
    faults: Mapping[str, str],
    pictures: set[str],
) -> EvidenceItem:
    value = typed.get(row.key, "" if typed and row.kind == "checkbox" else row.value)
    return EvidenceItem(
        row=row,
        job=lamps.get(row.evidence),
        value="" if row.kind == "login" else value,
        fault=faults.get(row.key, ""),
        picture=row.blob is not None and row.blob in pictures,
    )


def _decision(case: CaseView, items: tuple[EvidenceItem, ...]) -> EvidenceItem | None:
    """Return the row whose two answers are the step's decision, to be shown as two buttons."""
    if case.current is None or not case.current.diversions:
        return None
    pairs = [item for item in items if item.row.kind == "choice" and len(item.row.choices) == 2]
    return pairs[0] if pairs else None
