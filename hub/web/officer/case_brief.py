"""The application of the ticket at the counter, in brief: its next step and what it requires."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from hub.cases import case_view
from hub.cases.applications import MAY_CONFIRM
from hub.cases.views import CaseView, EvidenceRow
from hub.web.desk import Desk
from hub.web.officer.views import CaseBrief, Fact, NeededRow
from hub.web.words import Speech, other, pick

FACTS = (
    "surname", "given_names", "sex", "birth_date", "nationality", "passport_number",
    "passport_expiry", "guarantor", "phone",
)  # fmt: skip
"""What an officer compares with the person and the passport in front of the counter."""


def brief(session: Session, desk: Desk, application: str, at: datetime) -> CaseBrief:
    """Return who comes and what their next step needs. Raises NotFound `case_unknown`."""
    view = case_view(session, desk.office_no, desk.procedure, application, desk.officer.actor, at)
    speech = desk.speech
    current = view.current
    return CaseBrief(
        id=view.id,
        code=view.head.case_code,
        person=view.head.person,
        state=speech.pick(view.head.state_words),
        step=current.number if current else None,
        step_name=speech.pick(current.words.activity if current else view.head.state_words),
        step_also=pick(
            current.words.activity if current else view.head.state_words, other(speech.lang)
        ),
        performer=speech.pick(current.performer) if current else "",
        minutes=current.words.minutes if current else 0,
        mine=current.allowed if current else True,
        rows=tuple(
            _needed(row, speech) for row in (current.evidence if current else ()) if row.required
        ),
        facts=_facts(view, speech),
        may_agree=current is not None and bool(MAY_CONFIRM & desk.officer.roles),
    )


def _needed(row: EvidenceRow, speech: Speech) -> NeededRow:
    if not row.supplied:
        return NeededRow(speech.pick(row.label), False, speech.say("not_there_yet"))
    how = speech.pick(row.how) if row.how else row.by
    when = speech.clock(row.at) if row.at else ""
    return NeededRow(speech.pick(row.label), True, ", ".join(part for part in (how, when) if part))


def _facts(view: CaseView, speech: Speech) -> tuple[Fact, ...]:
    """Return the facts of every case, then whatever else the applicant typed at the kiosk."""
    known = {row.field: row for row in view.values if row.value}
    typed = [
        name
        for name, row in known.items()
        if name not in FACTS and any(one.source == "typed" for one in row.sources)
    ]
    return tuple(
        Fact(
            field=row.field,
            name=speech.pick(row.label),
            also=pick(row.label, other(speech.lang)),
            value=row.value,
            said=speech.dated(speech.pick(row.words)),
            source=row.source,
        )
        for name in (*FACTS, *typed)
        if (row := known.get(name)) is not None
    )
