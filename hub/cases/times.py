"""Two reports that are never mixed: touch time in minutes, lead time in working days.

Touch time is what officers spend on a step, against the sheet's minutes. Lead time is a case's
working days from receipt to end, each day given to the party that it waited for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from hub.cases.waiting import PARTIES, Party, days_waited
from hub.models.application import Application, StepRecord
from hub.procedure import Procedure
from hub.sop import Step
from hub.wire import Words


@dataclass(frozen=True, slots=True)
class TouchLine:
    """A step in a period: how often it was done, how often clocked, and what it took.

    `mean_s` and `longest_s` are of the clocked ones; a step nobody clocked says nothing.
    """

    step: str
    title: Words
    standard_min: int
    done: int
    clocked: int
    mean_s: int
    longest_s: int
    over: int


@dataclass(frozen=True, slots=True)
class LeadLine:
    """The cases that ended one way in a period: working days, by whom they waited for."""

    outcome: str
    words: Words
    cases: int
    mean_days: float
    longest_days: int
    promised_kept: int
    waited: tuple[tuple[Party, int], ...]


def bounds(procedure: Procedure, first: date, last: date) -> tuple[datetime, datetime]:
    """Return the instants from the first day's beginning to the last day's end."""
    zone = procedure.office.zone
    start = datetime.combine(first, time(), zone)
    return start, datetime.combine(last + timedelta(days=1), time(), zone)


def touch_times(
    session: Session, office: int, procedure: Procedure, first: date, last: date
) -> tuple[TouchLine, ...]:
    """Return a line for each step and gate that was completed from `first` to `last`."""
    begin, end = bounds(procedure, first, last)
    lines = []
    for stage in procedure.sop.stages:
        minutes = stage.minutes if isinstance(stage, Step) else 0
        ran = StepRecord.touch_s > 0
        over = case((StepRecord.touch_s > minutes * 60, 1), else_=0) if minutes else 0
        query = select(
            func.count(),
            func.count(case((ran, 1))),
            func.coalesce(func.sum(StepRecord.touch_s), 0),
            func.coalesce(func.max(StepRecord.touch_s), 0),
            func.coalesce(func.sum(over), 0),
        ).where(
            StepRecord.office == office,
            StepRecord.step == stage.name,
            StepRecord.completed_at >= begin,
            StepRecord.completed_at < end,
        )
        done, clocked, total, longest, beyond = session.execute(query).one()
        mean = round(int(total) / clocked) if clocked else 0
        lines.append(
            TouchLine(
                stage.name,
                stage.title,
                minutes,
                done,
                clocked,
                mean,
                int(longest),
                int(beyond),
            )
        )
    return tuple(lines)


def lead_times(
    session: Session, office: int, procedure: Procedure, first: date, last: date
) -> tuple[LeadLine, ...]:
    """Return a line for each way in which cases ended from `first` to `last`."""
    begin, end = bounds(procedure, first, last)
    query = select(Application).where(
        Application.office == office,
        Application.ended_at >= begin,
        Application.ended_at < end,
        Application.received_at.is_not(None),
    )
    by_outcome: dict[str, list[Application]] = {}
    for row in session.scalars(query):
        by_outcome.setdefault(row.state, []).append(row)
    return tuple(
        _lead_line(session, procedure, outcome, rows)
        for outcome, rows in sorted(by_outcome.items())
    )


def _lead_line(
    session: Session, procedure: Procedure, outcome: str, rows: Sequence[Application]
) -> LeadLine:
    rules = procedure.office
    days, kept, waited = [], 0, Counter[Party]()
    for row in rows:
        received, ended = row.received_at or row.opened_at, row.ended_at or row.opened_at
        days.append(rules.working_days(rules.today(received), rules.today(ended)))
        kept += row.promised_on is not None and rules.today(ended) <= row.promised_on
        waited.update(days_waited(session, procedure, row, ended))
    known = procedure.sop.state(outcome)
    return LeadLine(
        outcome=outcome,
        words=known.name if known else Words(id=outcome, en=outcome),
        cases=len(rows),
        mean_days=sum(days) / len(days),
        longest_days=max(days),
        promised_kept=kept,
        waited=tuple((party, waited[party]) for party in PARTIES),
    )
