"""Completions that were undone by opening a step again: who had done what stays known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.application import Application
from hub.models.casework import Reopening


@dataclass(frozen=True, slots=True)
class Undone:
    """A completed step as it was before it was opened again."""

    step: str
    by: str
    by_name: str
    at: datetime
    touch_s: int = 0
    """What officers had spent on it by then."""
    medium: str = ""
    paper_at: str = ""
    done_at: datetime | None = None
    """It was done on paper then, and entered `at`."""
    begun_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reopened:
    """A reopening: to which step, when, and which completions it undid."""

    step: str
    at: datetime
    undone: tuple[Undone, ...]


def write_undone(steps: Sequence[Undone]) -> str:
    """Return the completions as JSON."""
    return msgspec.json.encode(list(steps)).decode()


def read_undone(text: str) -> tuple[Undone, ...]:
    """Return the completions that a reopening undid."""
    return tuple(msgspec.json.decode(text, type=list[Undone]))


def reopenings(session: Session, office: int, application: str) -> tuple[Reopened, ...]:
    """Return every reopening of a case, the earliest first."""
    query = (
        select(Reopening)
        .where(Reopening.office == office, Reopening.application == application)
        .order_by(Reopening.at, Reopening.id)
    )
    return tuple(
        Reopened(row.step, row.at, read_undone(row.undone)) for row in session.scalars(query)
    )


def clocked_before(session: Session, application: Application, step: str) -> int:
    """Return the seconds that a step had taken when it was last opened again."""
    again = reopenings(session, application.office, application.id)
    mine = (one.touch_s for each in again for one in each.undone if one.step == step)
    return max(mine, default=0)


def undone_by(session: Session, office: int, application: str) -> Iterator[tuple[str, str]]:
    """Yield step and officer of every completion of the case that was undone."""
    query = select(Reopening.undone).where(
        Reopening.office == office, Reopening.application == application
    )
    for text in session.scalars(query):
        for done in read_undone(text):
            yield done.step, done.by


def undone_at(session: Session, office: int, application: str, step: str) -> datetime | None:
    """Return when a completion of `step` was last undone, or None."""
    return max(undone_times(session, office, application, step), default=None)


def undone_times(
    session: Session, office: int, application: str, step: str
) -> tuple[datetime, ...]:
    """Return every instant at which a completion of `step` was undone, the earliest first."""
    query = (
        select(Reopening.at, Reopening.undone)
        .where(Reopening.office == office, Reopening.application == application)
        .order_by(Reopening.at)
    )
    return tuple(
        at
        for at, text in session.execute(query)
        if any(done.step == step for done in read_undone(text))
    )
