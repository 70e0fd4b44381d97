"""Who looked at which entries of the list: each look is an event that nothing takes away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.events.cekal import CekalLookedAt
from hub.models.application import Application
from hub.models.officer import Officer
from hub.models.queue import EventRow


@dataclass(frozen=True, slots=True)
class Looked:
    """A look: when, by whom, on which page, at whose case and at which entries (references)."""

    at: datetime
    by: str
    page: str
    case_code: str
    entries: tuple[str, ...]


class _Body(msgspec.Struct):
    page: str
    application: str
    entries: tuple[str, ...]


def newest_looks(session: Session, office: int, most: int) -> list[Looked]:
    """Return the newest looks, the latest first; reads the feed back as far as it has to."""
    rows = session.scalars(
        select(EventRow)
        .where(EventRow.office == office, EventRow.kind == CekalLookedAt.kind)
        .order_by(EventRow.seq.desc())
        .limit(most)
    )
    return list(_looked(session, office, list(rows)))


def _looked(session: Session, office: int, rows: list[EventRow]) -> Iterator[Looked]:
    bodies = [msgspec.json.decode(row.body, type=_Body) for row in rows]
    actors = {row.actor.partition(":")[2] for row in rows}
    officers = select(Officer.id, Officer.name).where(
        Officer.office == office, Officer.id.in_(actors)
    )
    names = dict(session.execute(officers).tuples().all())
    cases = select(Application.id, Application.case_code).where(
        Application.office == office, Application.id.in_({one.application for one in bodies})
    )
    codes = dict(session.execute(cases).tuples().all())
    for row, body in zip(rows, bodies, strict=True):
        by = names.get(row.actor.partition(":")[2], row.actor)
        yield Looked(row.at, by, body.page, codes.get(body.application, ""), body.entries)
