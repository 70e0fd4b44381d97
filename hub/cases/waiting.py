"""Whom did a case wait for? Every working day of its lead time is one party's, and they add up.

Touch time is what officers spend on steps (73 minutes by the sheet); lead time is working days. A
day belongs to whoever the case waited for the longest in it; a stoppage of the national system or
the power takes its part of the day away from everybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.cases.undone import reopenings
from hub.models.application import Application, StepRecord
from hub.models.casework import Stoppage
from hub.office import OfficeConfig
from hub.procedure import Procedure
from hub.sop import Gate, Step

Party = Literal["applicant", "officer", "external", "national", "power"]
_MORNING, _EVENING = 7, 17
PARTIES: tuple[Party, ...] = ("applicant", "officer", "external", "national", "power")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in which the case waited for one party."""

    start: datetime
    end: datetime
    party: Party


def worked_s(office: OfficeConfig, since: datetime, at: datetime) -> int:
    """Return the seconds of work from `since` to `at`; a clock left running ends with its day."""
    day = since.astimezone(office.zone)
    evening = day.replace(hour=_EVENING, minute=0, second=0, microsecond=0)
    if at.astimezone(office.zone).date() > day.date():
        at = max(evening, since)
    return max(0, round((at - since).total_seconds()))


def waits_for(stage: Step | Gate) -> Party:
    """Return whom a case at `stage` waits for."""
    if stage.waits_for:
        return stage.waits_for
    return "applicant" if stage.applicant_present else "officer"


def days_waited(
    session: Session, procedure: Procedure, application: Application, at: datetime
) -> dict[Party, int]:
    """Return the working days of a case's lead time by the party it waited for."""
    if application.received_at is None:
        return {}
    end = application.ended_at or at
    spans = _spans(session, procedure, application, end)
    stopped = _stoppages(session, application.office, application.received_at, end)
    return attribute(procedure.office, application.received_at, end, spans, stopped)


def attribute(
    office: OfficeConfig,
    start: datetime,
    end: datetime,
    spans: Sequence[Span],
    stopped: Sequence[Span],
) -> dict[Party, int]:
    """Give each working day after `start`, up to and with `end`, to one party."""
    days: Counter[Party] = Counter()
    first, last = office.today(start), office.today(end)
    day = first
    while day < last:
        day += timedelta(days=1)
        if office.is_working_day(day):
            days[_owner(office, day, end, spans, stopped)] += 1
    return {party: days[party] for party in PARTIES if days[party]}


def _owner(
    office: OfficeConfig,
    day: date,
    end: datetime,
    spans: Sequence[Span],
    stopped: Sequence[Span],
) -> Party:
    """Return the party of a day: the longest within it; a stoppage takes its time from the rest."""
    start = datetime(day.year, day.month, day.day, tzinfo=office.zone)
    bounds = (
        start + timedelta(hours=_MORNING),
        min(start + timedelta(hours=_EVENING), max(end, start)),
    )
    parts: Counter[Party] = Counter()
    for span in stopped:
        parts[span.party] += _overlap(span, *bounds)
    for span in spans:
        lost = sum(
            _overlap(one, max(span.start, bounds[0]), min(span.end, bounds[1])) for one in stopped
        )
        parts[span.party] += max(0, _overlap(span, *bounds) - lost)
    if not any(parts.values()):
        inside = [s.party for s in spans if s.start <= bounds[0]]
        return inside[-1] if inside else "officer"
    return max(PARTIES, key=lambda party: parts[party])


def _overlap(span: Span, start: datetime, end: datetime) -> int:
    return max(0, round((min(span.end, end) - max(span.start, start)).total_seconds()))


def _spans(
    session: Session, procedure: Procedure, application: Application, end: datetime
) -> tuple[Span, ...]:
    sop = procedure.sop
    spans, since = [], application.received_at or application.opened_at
    stage: Step | Gate | None = sop.stages[0]
    for at, following in _moves(session, procedure, application):
        if stage is not None and at > since:
            spans.append(Span(since, at, waits_for(stage)))
        stage, since = following, max(at, since)
    if stage is not None:
        spans.append(Span(since, end, waits_for(stage)))
    return tuple(spans)


def _moves(
    session: Session, procedure: Procedure, application: Application
) -> list[tuple[datetime, Step | Gate | None]]:
    """Return when the case came to which stage, in order: completed, opened again, completed.

    A step that was entered later from paper was done when the paper says.
    """
    sop = procedure.sop
    office, case = application.office, application.id
    query = select(StepRecord).where(
        StepRecord.office == office,
        StepRecord.application == case,
        StepRecord.completed_at.is_not(None),
    )
    opened_again = reopenings(session, office, case)
    done = [(one.step, one.done_at or one.completed_at) for one in session.scalars(query)]
    done += [(one.step, one.done_at or one.at) for again in opened_again for one in again.undone]
    place = {stage.name: number for number, stage in enumerate(sop.stages)}
    done.sort(key=lambda one: place.get(one[0], 0))  # those of one moment stay in their order
    # a stage that the procedure no longer has led to what is asked next
    moves = [(at, sop.after(step)) for step, at in done if at is not None and sop.stage(step)]
    moves += [(again.at, sop.stage(again.step)) for again in opened_again if sop.stage(again.step)]
    return sorted(moves, key=lambda move: move[0])


def _stoppages(session: Session, office: int, start: datetime, end: datetime) -> tuple[Span, ...]:
    rows = session.scalars(
        select(Stoppage).where(
            Stoppage.office == office,
            Stoppage.began_at < end,
            or_(Stoppage.ended_at.is_(None), Stoppage.ended_at > start),
        )
    )
    known: dict[str, Party] = {"national": "national", "power": "power"}
    return tuple(
        Span(row.began_at, row.ended_at or end, known[row.kind])
        for row in rows
        if row.kind in known
    )
