"""The work list: the open cases by who they wait for, the longest first, a page at a time.

The database filters, counts and orders by one index over the open cases; only a page's names are
opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from hub.cases import persons
from hub.cases.current import performer
from hub.cases.overview import SEE_ALL, must_see_cases, shown_state
from hub.cases.views import CaseRow, WorkList
from hub.cases.waiting import waits_for
from hub.models.application import Application
from hub.procedure import Procedure
from hub.wire import Words
from hub.writer import Actor

PAGE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the list: one role's steps (empty: all), late cases only, which page."""

    role: str = ""
    late: bool = False
    page: int = 1


def work_list(
    session: Session,
    office: int,
    procedure: Procedure,
    officer: Actor,
    at: datetime,
    asked: Asked | None = None,
) -> WorkList:
    """Return a page of the open cases, the longest waiting first. Raises NotAllowed."""
    must_see_cases(procedure, officer)
    asked = asked or Asked()
    mine, others = _places(procedure, officer, asked.role)
    today = procedure.office.today(at)
    counts = _counts(session, office, today, asked)
    mine_count = sum(counts.get(place, 0) for place in mine)
    others_count = sum(counts.get(place, 0) for place in others)
    pages = max(1, -(-max(mine_count, others_count) // PAGE))
    page = min(max(1, asked.page), pages)
    start = (page - 1) * PAGE

    def part(places: Sequence[str]) -> tuple[CaseRow, ...]:
        # in two steps: the ids are sorted from the index alone, whole rows would be read for it
        these = _open(office, today, asked).where(Application.position.in_(places))
        these = these.order_by(Application.moved_at, Application.id).offset(start).limit(PAGE)
        ids = session.scalars(these.with_only_columns(Application.id)).all()
        query = select(Application).where(Application.office == office, Application.id.in_(ids))
        query = query.order_by(Application.moved_at, Application.id)
        return _rows(session, procedure, session.scalars(query).all(), officer, at)

    return WorkList(
        mine=part(mine),
        others=part(others),
        mine_count=mine_count,
        others_count=others_count,
        page=page,
        pages=pages,
    )


def listed(
    session: Session,
    office: int,
    procedure: Procedure,
    officer: Actor,
    at: datetime,
    cases: Sequence[str],
) -> tuple[CaseRow, ...]:
    """Return the lines of some cases, open or ended, as the search found them."""
    must_see_cases(procedure, officer)
    query = select(Application).where(Application.office == office, Application.id.in_(cases))
    rows = session.scalars(query.order_by(Application.moved_at)).all()
    return _rows(session, procedure, rows, officer, at)


def whole_list(
    session: Session,
    office: int,
    procedure: Procedure,
    officer: Actor,
    at: datetime,
    asked: Asked | None = None,
) -> Iterator[CaseRow]:
    """Yield every line of the list, page by page: for a file."""
    asked = asked or Asked()
    mine, others = _places(procedure, officer, asked.role)
    must_see_cases(procedure, officer)
    today = procedure.office.today(at)
    for places in (mine, others):
        query = _open(office, today, asked).where(Application.position.in_(places))
        query = query.order_by(Application.moved_at, Application.id)
        for some in session.scalars(query).partitions(PAGE * 10):
            yield from _rows(session, procedure, some, officer, at)


def _places(
    procedure: Procedure, officer: Actor, role: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the stages that wait for the officer's roles, and the other ones."""
    asked = [s for s in procedure.sop.stages if not role or role in s.roles]
    mine = tuple(s.name for s in asked if set(s.roles) & officer.roles)
    return mine, tuple(s.name for s in asked if s.name not in mine)


def _open(office: int, today: date, asked: Asked) -> Select[Application]:
    query = select(Application).where(Application.office == office, Application.ended_at.is_(None))
    return query.where(Application.promised_on < today) if asked.late else query


def _counts(session: Session, office: int, today: date, asked: Asked) -> dict[str, int]:
    query = select(Application.position, func.count()).where(
        Application.office == office, Application.ended_at.is_(None)
    )
    query = query.where(Application.promised_on < today) if asked.late else query
    return {place: n for place, n in session.execute(query.group_by(Application.position))}


def _rows(
    session: Session,
    procedure: Procedure,
    cases: Sequence[Application],
    officer: Actor,
    at: datetime,
) -> tuple[CaseRow, ...]:
    named = [case for case in cases if _names(procedure, case, officer)]
    names = persons.names(session, procedure.keyring, named)
    return tuple(_row(procedure, case, officer, names.get(case.id, ""), at) for case in cases)


def _names(procedure: Procedure, case: Application, officer: Actor) -> bool:
    """Say whether the officer needs the person's name in this line."""
    stage = procedure.sop.stage(case.position)
    roles = set(stage.roles) if stage else set()
    return bool((roles | SEE_ALL) & officer.roles)


def _row(
    procedure: Procedure, case: Application, officer: Actor, person: str, at: datetime
) -> CaseRow:
    stage = procedure.sop.stage(case.position)
    sees_cekal = bool(procedure.office.cekal.sees & officer.roles)
    state = shown_state(procedure, case, sees_cekal=sees_cekal)
    known = procedure.sop.state(state)
    return CaseRow(
        id=case.id,
        case_code=case.case_code,
        person=person,
        state=state,
        state_words=known.name if known else Words(id=state, en=state),
        step=case.position,
        step_title=stage.title if stage else Words(id="", en=""),
        performer=performer(procedure.sop, stage) if stage else Words(id="", en=""),
        mine=stage is not None and bool(set(stage.roles) & officer.roles),
        opened_at=case.opened_at,
        waiting_since=case.moved_at or case.opened_at,
        promised_on=case.promised_on,
        late=case.promised_on is not None and procedure.office.today(at) > case.promised_on,
        waits_for=waits_for(stage) if stage else "officer",
        roles=stage.roles if stage else (),
    )
