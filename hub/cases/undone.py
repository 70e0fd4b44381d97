"""Completions that were undone by opening a step again: who had done what stays known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.casework import Reopening


@dataclass(frozen=True, slots=True)
class Undone:
    """A completed step as it was before it was opened again."""

    step: str
    by: str
    by_name: str
    at: datetime


def write_undone(steps: Sequence[Undone]) -> str:
    """Return the completions as JSON."""
    return msgspec.json.encode(list(steps)).decode()


def undone_by(session: Session, office: int, application: str) -> Iterator[tuple[str, str]]:
    """Yield step and officer of every completion of the case that was undone."""
    query = select(Reopening.undone).where(
        Reopening.office == office, Reopening.application == application
    )
    for text in session.scalars(query):
        for done in msgspec.json.decode(text, type=list[Undone]):
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
        if any(done.step == step for done in msgspec.json.decode(text, type=list[Undone]))
    )
