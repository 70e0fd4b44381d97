"""Wasdakim's work list: which cases wait for whom, and how the list itself stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases import persons
from hub.cases.applications import ENDED
from hub.cases.screening import outcomes, versions
from hub.cases.screening.checks import candidates_of, verdicts_on
from hub.cases.screening.due import FIRST_STEP
from hub.cases.screening.standing import Standing, known_of, standing
from hub.cases.screening.states import HELD, OPEN, State
from hub.cases.screening.verdicts import next_place
from hub.matching.port import called
from hub.models.application import Application
from hub.models.queue import TicketRow
from hub.procedure import Procedure
from hub.tickets import AT_COUNTER
from hub.web.desk import Desk
from hub.web.screener import Progress
from hub.web.wasdakim.rights import may_judge


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A case on the work list: what is to be done with it, since when, and by whom."""

    application: str
    case_code: str
    person: str
    position: str
    since: datetime
    state: str
    entries: int
    by_me: bool
    place: int | None
    at_counter: int | None
    proposed: str = ""
    holding: tuple[str, ...] = ()
    """The entries for which it is on hold."""
    over: bool = False
    """None of them is in force on the list of today."""


@dataclass(frozen=True, slots=True)
class WorkView:
    """The work list in four parts, and how the list itself stands."""

    judge: tuple[WorkRow, ...]
    confirm: tuple[WorkRow, ...]
    held: tuple[WorkRow, ...]
    unchecked: tuple[WorkRow, ...]
    list_name: str
    waiting_versions: int
    progress: Progress
    service: str
    """What is asked in place of the office's own list, or nothing."""
    ending: int = 0
    """Entries whose ban ends soon."""


def read_work(session: Session, desk: Desk, at: datetime, progress: Progress) -> WorkView:
    """Return the work list of Wasdakim."""
    office, procedure = desk.office_no, desk.procedure
    at_counter = _at_counters(session, office)
    parts: dict[str, list[WorkRow]] = {"judge": [], "confirm": [], "held": [], "unchecked": []}
    cases = _open_cases(session, procedure, office)
    known = known_of(session, procedure, office, cases, at)
    for case in cases:
        stands = standing(session, procedure, case, at, known)
        part = _part(stands)
        if part:
            parts[part].append(_work_row(session, desk, case, stands, at_counter))
    entered = [one for one in versions.every(session, office) if one.state == versions.ENTERED]
    rows = {
        name: tuple(sorted(found, key=lambda row: (row.at_counter is None, row.since)))
        for name, found in parts.items()
    }
    return WorkView(
        judge=rows["judge"],
        confirm=rows["confirm"],
        held=rows["held"],
        unchecked=rows["unchecked"],
        list_name=known.listed.name if known.listed else "",
        waiting_versions=len(entered),
        progress=progress,
        service=called(desk.office),
    )


def _open_cases(session: Session, procedure: Procedure, office: int) -> list[Application]:
    names = [stage.name for stage in procedure.sop.stages]
    rows = session.scalars(
        select(Application)
        .where(
            Application.office == office,
            Application.state.not_in(ENDED),
            Application.position.in_(names[names.index(FIRST_STEP) :]),
        )
        .order_by(Application.opened_at)
    )
    return list(rows)


def _part(stands: Standing) -> str:
    state = stands.check.state if stands.check else ""
    if state in OPEN:
        return "judge"
    if state in HELD:
        return "held"
    return {"confirm": "confirm", "waiting": "unchecked"}.get(stands.why, "")


def _work_row(
    session: Session,
    desk: Desk,
    case: Application,
    stands: Standing,
    at_counter: Mapping[str, int],
) -> WorkRow:
    check = stands.check
    candidates = candidates_of(check) if check else []
    place, mine = None, False
    if check is not None and candidates:
        verdicts = verdicts_on(session, case, check.subject, candidates)
        places = [next_place(verdicts.get(one.entry, []), desk.officer.id) for one in candidates]
        place = min((one for one in places if one), default=None)
        mine = place is not None and may_judge(desk, place)
    held = check is not None and check.state in HELD
    proposal = outcomes.open_proposal(session, check) if check and held else None
    return WorkRow(
        application=case.id,
        case_code=case.case_code,
        person=persons.read(session, desk.procedure.keyring, case).name,
        position=case.position,
        since=check.at if check else case.opened_at,
        state=check.state if check else State.NOT_CHECKED,
        entries=len(candidates),
        by_me=mine,
        place=place,
        at_counter=at_counter.get(case.id),
        proposed=proposal.choice if proposal else "",
        holding=tuple(one.entry for one in candidates) if held else (),
    )


def _at_counters(session: Session, office: int) -> dict[str, int]:
    rows = session.execute(
        select(TicketRow.application, TicketRow.counter).where(
            TicketRow.office == office,
            TicketRow.state.in_(AT_COUNTER),
            TicketRow.application.is_not(None),
        )
    )
    return {case: counter for case, counter in rows if case and counter}
