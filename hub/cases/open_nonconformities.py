"""The work list of nonconformities: each open branch, its age, its deadline, and who must act.

The database filters, counts and orders them by deadline; only a page's names and notes are opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Select, and_, false, func, nulls_last, or_, select
from sqlalchemy.orm import Session

from hub.cases import persons
from hub.cases.applications import ENDED
from hub.models.application import Application, Diversion
from hub.models.casework import BranchMove
from hub.procedure import Procedure
from hub.sop import Move, RelatedSop, Sop
from hub.wire import Words
from hub.writer import Actor

PAGE = 50
Who = Literal["", "me", "applicant"]
_UNKNOWN = Words(id="–", en="–")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenNonconformity:
    """A case in its branch. Ages are working days; `days_left` is negative once it is late."""

    application: str
    case_code: str
    person: str
    step: str
    step_title: Words
    nature: Words
    state: Words
    note: str
    opened_at: datetime
    age_days: int
    since: datetime
    deadline_on: date | None
    days_left: int
    roles: tuple[str, ...]
    """Who must act; empty while it waits for the applicant."""
    mine: bool

    @property
    def late(self) -> bool:
        """Say whether its deadline is over."""
        return self.days_left < 0


@dataclass(frozen=True, slots=True)
class NonconformityList:
    """A page of the list; `late` counts all that are past their deadline."""

    rows: tuple[OpenNonconformity, ...]
    count: int
    late: int
    page: int
    pages: int


def open_nonconformities(
    session: Session,
    office: int,
    procedure: Procedure,
    officer: Actor,
    at: datetime,
    *,
    who: Who = "",
    page: int = 1,
) -> NonconformityList:
    """Return a page of the open branches that wait for `who`, the nearest deadline first."""
    today = procedure.office.today(at)
    asked = _open(procedure.sop, office, officer, who)
    count = session.scalar(asked.with_only_columns(func.count())) or 0
    late = asked.with_only_columns(func.count()).where(Diversion.deadline_on < today)
    pages = max(1, -(-count // PAGE))
    page = min(max(1, page), pages)
    order = nulls_last(Diversion.deadline_on), Diversion.opened_at, Diversion.id
    found = session.execute(asked.order_by(*order).offset((page - 1) * PAGE).limit(PAGE)).all()
    names = persons.names(session, procedure.keyring, [case for _, case in found])
    moves = _last_moves(session, office, [diversion.id for diversion, _ in found])
    rows = tuple(
        _row(procedure, diversion, case, names.get(case.id, ""), moves, officer, today)
        for diversion, case in found
    )
    return NonconformityList(rows, count, session.scalar(late) or 0, page, pages)


def _open(sop: Sop, office: int, officer: Actor, who: Who) -> Select[Diversion, Application]:
    """Return the open branches that go through states of their own, as far as `who` acts in them.

    SOP Cekal has none, so it is never on this list.
    """
    places = [
        and_(Diversion.to == branch.code, Diversion.stage == move.state)
        for branch in sop.sheet.related
        for move in branch.moves
        if _waits_for(branch, move, officer, who)
    ]
    return (
        select(Diversion, Application)
        .join(
            Application,
            (Application.office == Diversion.office) & (Application.id == Diversion.application),
        )
        .where(
            Diversion.office == office,
            Diversion.closed_at.is_(None),
            Application.state.not_in(ENDED),
            or_(false(), *places),
        )
    )


def _waits_for(branch: RelatedSop, move: Move, officer: Actor, who: Who) -> bool:
    if who == "applicant":
        return move.letter
    return who != "me" or bool(set(_acting(branch, move)) & officer.roles)


def _acting(branch: RelatedSop, move: Move | None) -> tuple[str, ...]:
    """Return the roles that carry a branch on from this state; none while the applicant must."""
    if move is not None and move.letter:
        return ()
    return (move.roles if move else ()) or branch.roles


def _last_moves(
    session: Session, office: int, diversions: Sequence[str]
) -> Mapping[str, BranchMove]:
    query = select(BranchMove).where(
        BranchMove.office == office, BranchMove.diversion.in_(diversions)
    )
    return {row.diversion: row for row in session.scalars(query.order_by(BranchMove.at))}


def _row(
    procedure: Procedure,
    diversion: Diversion,
    case: Application,
    person: str,
    moves: Mapping[str, BranchMove],
    officer: Actor,
    today: date,
) -> OpenNonconformity:
    branch = procedure.sop.related(diversion.to)
    stage = procedure.sop.stage(diversion.step)
    now = branch.move(diversion.stage) if branch else None
    nature = branch.nature(diversion.nature) if branch else None
    last = moves.get(diversion.id)
    roles = _acting(branch, now) if branch else ()
    return OpenNonconformity(
        application=case.id,
        case_code=case.case_code,
        person=person,
        step=diversion.step,
        step_title=stage.title if stage else _UNKNOWN,
        nature=nature.words if nature else _UNKNOWN,
        state=now.words if now else _UNKNOWN,
        note=_note(procedure, case, diversion, last),
        opened_at=diversion.opened_at,
        age_days=procedure.office.working_days(procedure.office.today(diversion.opened_at), today),
        since=last.at if last else diversion.opened_at,
        deadline_on=diversion.deadline_on,
        days_left=_days_left(procedure, diversion.deadline_on, today),
        roles=roles,
        mine=bool(set(roles) & officer.roles),
    )


def _note(
    procedure: Procedure, case: Application, diversion: Diversion, last: BranchMove | None
) -> str:
    """Return what was noted with its last move, else why it was opened."""
    key = persons.data_key(procedure.keyring, case)
    if last is not None:
        return persons.open_text(key, case, f"move/{last.id}", last.sealed_note)
    return persons.open_text(key, case, f"diversion/{diversion.id}", diversion.sealed_reason)


def _days_left(procedure: Procedure, deadline: date | None, today: date) -> int:
    if deadline is None:
        return 0
    if deadline < today:
        return -max(1, procedure.office.working_days(deadline, today))
    return procedure.office.working_days(today, deadline)
