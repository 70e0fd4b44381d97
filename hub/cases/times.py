"""Two reports that are never mixed: touch time in minutes, lead time in working days.

Touch time is what officers spend on a step, against the sheet's minutes. Lead time is a case's
working days from receipt to end, each day given to the party that it waited for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from hub.cases.undone import read_undone
from hub.cases.waiting import PARTIES, Party, days_waited
from hub.models.application import Application, StepRecord
from hub.models.casework import Reopening
from hub.procedure import Procedure
from hub.sop import Step
from hub.wire import Words


@dataclass(frozen=True, slots=True)
class TouchLine:
    """A step in a period: how often it was done, how often clocked, and what it took.

    `mean_s` and `longest_s` are of the clocked ones; a step nobody clocked (`unclocked`) says
    nothing. One that was entered later from paper (`on_paper`) is among the clocked ones if the
    paper says when it was begun. The time of a step that was `reopened` is all that it took,
    before and after.
    """

    step: str
    title: Words
    standard_min: int
    done: int
    clocked: int
    mean_s: int
    longest_s: int
    over: int
    on_paper: int = 0
    reopened: int = 0
    unclocked: int = 0


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
    again = _reopened(session, office, begin, end)
    lines = []
    for stage in procedure.sop.stages:
        minutes = stage.minutes if isinstance(stage, Step) else 0
        electronic = StepRecord.done_at.is_(None)
        measured = or_(electronic, StepRecord.begun_at.is_not(None))
        took_s = case((measured, StepRecord.touch_s), else_=0)
        over = case((took_s > minutes * 60, 1), else_=0) if minutes else 0
        query = select(
            func.count(),
            func.count(case((took_s > 0, 1))),
            func.coalesce(func.sum(took_s), 0),
            func.coalesce(func.max(took_s), 0),
            func.coalesce(func.sum(over), 0),
            func.count(StepRecord.done_at),
            func.count(case((electronic & (StepRecord.touch_s == 0), 1))),
        ).where(
            StepRecord.office == office,
            StepRecord.step == stage.name,
            StepRecord.completed_at >= begin,
            StepRecord.completed_at < end,
        )
        done, clocked, total, longest, beyond, on_paper, none = session.execute(query).one()
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
                on_paper,
                again[stage.name],
                none,
            )
        )
    return tuple(lines)


def _reopened(session: Session, office: int, begin: datetime, end: datetime) -> Counter[str]:
    """Return how many completions of each step in a period were not the case's first of it."""
    in_period = (
        (StepRecord.office == office)
        & (StepRecord.completed_at >= begin)
        & (StepRecord.completed_at < end)
    )
    query = (
        select(Reopening.application, Reopening.undone)
        .join(
            StepRecord,
            (StepRecord.office == Reopening.office)
            & (StepRecord.application == Reopening.application),
        )
        .where(in_period)
        .distinct()
    )
    undone = {
        (application, one.step)
        for application, text in session.execute(query)
        for one in read_undone(text)
    }
    cases = select(StepRecord.application, StepRecord.step).where(
        in_period, StepRecord.application.in_({application for application, _ in undone})
    )
    return Counter(
        step for application, step in session.execute(cases) if (application, step) in undone
    )


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
