"""Reads the page of a case: the case, its device requests, what was typed and what was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from hub import jobs, stations
from hub.cases import case_view, drafts, evidence, field_rules, finger_match
from hub.cases.applications import MAY_REJECT
from hub.cases.chip_face import face_of
from hub.cases.correcting import DUTY
from hub.cases.fingers import NAMES
from hub.cases.qualifications import SUPERVISORS, needing_leave
from hub.cases.views import CaseView, EvidenceRow
from hub.errors import Refused
from hub.models.application import Application
from hub.officer_cards import PIN_FIELD
from hub.web.desk import Desk
from hub.web.forms import Form, fresh_key
from hub.web.officer import case_acts
from hub.web.officer.card_confirming import card_door
from hub.web.officer.case_page import CHECKLIST, CasePage, EvidenceItem, FingersCompared, JobLamp
from hub.web.officer.lamps import AGENT_QUIET, job_lamp
from hub.web.officer.unkept import unkept_of
from hub.web.room_list import IDENTITY, SIGNING
from hub.wire import Words


def read_case(
    session: Session,
    desk: Desk,
    application: str,
    at: datetime,
    *,
    refused: Refused | None = None,
    form: Form | None = None,
    step: str = "",
) -> CasePage:
    """Return the page of a case; `step` is the one that `form` was to complete.

    Raises NotFound `case_unknown`, NotAllowed `role_missing`.
    """
    case = case_view(session, desk.office_no, desk.procedure, application, desk.officer.actor, at)
    lamps = _lamps(session, desk, case.id)
    draft = _draft(session, desk, case)
    late = bool(step) and (case.current is None or case.current.key != step)
    typed = form.typed() if form and not late else {}
    faults = _drafted_faults(desk, draft, at)
    faults |= {fault.field: fault.message for fault in refused.fields} if refused else {}
    rows = case.current.evidence if case.current else ()
    pictures = {one.blob for one in case.documents if one.media_type.startswith("image/")}
    items = tuple(_item(row, lamps, typed, draft, faults, pictures) for row in rows)
    return CasePage(
        case=case,
        items=items,
        decision=_decision(case, items),
        key=fresh_key(),
        counter=desk.officer.counter,
        desks=counters_by_agent(session, desk, at),
        can_reject=bool(MAY_REJECT & desk.officer.roles),
        compares_fingers=_compares(desk, case),
        match=_match(session, desk, case),
        refused=refused,
        typed=typed,
        unkept=unkept_of(session, desk, case, step, form) if form and late else (),
        draft=draft,
        warning=desk.procedure.sop.sheet.warning,
        can_return=_can_return(case),
        supervises=bool(SUPERVISORS & desk.officer.roles),
        unqualified=_unqualified(session, desk, case, at),
        at_signing_desk=_at_signing_desk(desk, case),
        card=card_door(session, desk) if case_acts.confirms(case) else None,
        record=_record(session, desk, case),
        chip_face=_shows_face(desk, case),
        chip_lamp=lamps.get(f"{case.current.key}.chip") if case.current else None,
    )


def _unqualified(
    session: Session, desk: Desk, case: CaseView, at: datetime
) -> tuple[tuple[str, str], ...]:
    """Return to whom the supervisor at the page may give leave for the current step."""
    if case.current is None or not SUPERVISORS & desk.officer.roles:
        return ()
    row = session.get_one(Application, (desk.office_no, case.id))
    day, roles = desk.office.today(at), frozenset(case.current.roles)
    return needing_leave(session, desk.procedure, row, roles, day)


def _compares(desk: Desk, case: CaseView) -> bool:
    at_hand_over = case.current and case.current.key == desk.procedure.sop.doing("close_custody")
    return bool(at_hand_over) and IDENTITY.admits(desk.officer.roles)


def _match(session: Session, desk: Desk, case: CaseView) -> FingersCompared | None:
    """Return what was compared, at the hand-over and after it, for who may look at it."""
    step = desk.procedure.sop.doing("close_custody")
    reached = any(one.key == step and one.state in ("current", "done") for one in case.steps)
    if not reached or not IDENTITY.admits(desk.officer.roles):
        return None
    row = session.get_one(Application, (desk.office_no, case.id))
    kept = finger_match.kept_of(session, desk.procedure, row)
    return FingersCompared(kept, NAMES) if kept.tries else None


def _shows_face(desk: Desk, case: CaseView) -> bool:
    looks = case.current is not None and case.findings.judges_data
    return looks and face_of(desk.procedure.blobs, case.documents) is not None


def _record(session: Session, desk: Desk, case: CaseView) -> tuple[tuple[Words, str], ...]:
    """Return what must stand on the printed page, where it is compared; else nothing.

    The numbers are read from the page and typed, so they are not shown here.
    """
    sop = desk.procedure.sop
    stage = sop.stage(case.current.key) if case.current else None
    if stage is None or DUTY not in stage.does:
        return ()
    printed = {rule.name for rule in sop.fields if rule.printed} - {"passport_number"}
    row = session.get_one(Application, (desk.office_no, case.id))
    issuing = sop.stage(sop.doing("issue"))
    said = evidence.values_of(session, desk.procedure, row).get(issuing.name, {}) if issuing else {}
    rules = issuing.evidence if issuing else ()
    wording = [
        (one.label, said[one.key]) for one in rules if one.kind == "text" and one.key in said
    ]
    person = [(one.label, one) for one in case.values if one.field in printed and one.value]
    return (*wording, *((label, desk.speech.pick(one.words)) for label, one in person))


def _draft(session: Session, desk: Desk, case: CaseView) -> dict[str, str]:
    if case.current is None or not case.current.allowed:
        return {}
    row = session.get_one(Application, (desk.office_no, case.id))
    return drafts.draft_of(session, desk.procedure, row, case.current.key, desk.officer.id)


def _drafted_faults(desk: Desk, draft: Mapping[str, str], at: datetime) -> dict[str, str]:
    """Return what cannot be of the values that were typed and could not be kept."""
    today = desk.office.today(at)
    found = {}
    for name, text in draft.items():
        rule = desk.procedure.sop.field(name.removeprefix("field."))
        if rule is None or not name.startswith("field."):
            continue
        wrong = field_rules.fault(rule, field_rules.clean(rule, text), today)
        if wrong is not None:
            found[name] = f"{wrong.id} / {wrong.en}"
    return found


def _at_signing_desk(desk: Desk, case: CaseView) -> bool:
    signed_at = desk.procedure.sop.doing("legalise")
    here = case.current is not None and case.current.key == signed_at
    return here and bool(SIGNING.acts & desk.officer.roles)


def _can_return(case: CaseView) -> bool:
    """Say whether the file can still go back without an application being registered."""
    current = case.current
    return (
        current is not None
        and current.allowed
        and case.diversion is None
        and any(row.key.startswith(CHECKLIST) for row in current.evidence)
    )


def _lamps(session: Session, desk: Desk, application: str) -> dict[str, JobLamp]:
    """Return the newest unfinished or failed request for each evidence key."""
    newest: dict[str, jobs.JobView] = {}
    for job in jobs.of_application(session.connection(), desk.office_no, application):
        newest.setdefault(job.evidence, job)
    lamps = ((key, job_lamp(job, desk.speech)) for key, job in newest.items())
    return {key: lamp for key, lamp in lamps if lamp is not None}


def counters_by_agent(session: Session, desk: Desk, at: datetime) -> tuple[int, ...]:
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
    draft: Mapping[str, str],
    faults: Mapping[str, str],
    pictures: set[str],
) -> EvidenceItem:
    kept = draft.get(row.key, row.value)
    value = typed.get(row.key, "" if "revision" in typed and row.kind == "checkbox" else kept)
    return EvidenceItem(
        row=row,
        job=lamps.get(row.evidence),
        value="" if row.kind == "login" else value,
        fault=faults.get(row.key, "") or (faults.get(PIN_FIELD, "") if row.kind == "login" else ""),
        picture=row.blob is not None and row.blob in pictures,
    )


def _decision(case: CaseView, items: tuple[EvidenceItem, ...]) -> EvidenceItem | None:
    """Return the row whose two answers are the step's decision, to be shown as two buttons."""
    if case.current is None or not case.current.diversions:
        return None
    pairs = (item for item in items if item.row.decides and len(item.row.choices) == 2)
    return next(pairs, None)
