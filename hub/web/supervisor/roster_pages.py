"""The day's roster as a page and as CSV, planned from a CSV table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases.rostered import Unqualified, plan, unqualified
from hub.errors import Refused
from hub.models.officer import Officer
from hub.opening import roster
from hub.queue import counters
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import fresh_key, read_form
from hub.web.rendering import page
from hub.web.supervisor.showing import asked_day, must_act, must_supervise
from hub.wire import CounterState, Words
from hub.wire.opening import RosterEntry, RosterState, RowFault

EXAMPLE = "1,08:00,12:00,intake biometrics,{login}\n"
LONGEST_REASON = 300
_CSV = "text/csv"


@dataclass(frozen=True, slots=True)
class RosterPage:
    """The roster of a day beside how the counters stand now."""

    day: date
    before: date
    after: date
    roster: RosterState
    now: dict[int, CounterState]
    names: dict[str, str]
    people: dict[str, str]
    """Active officers by login."""
    lacks: dict[tuple[int, str], Unqualified]
    """Planned officers without a qualification, by counter and start."""
    reasons: dict[tuple[int, str], str]
    csv: str
    faults: tuple[RowFault, ...]
    asked: tuple[Unqualified, ...]
    """Lines that need a supervisor's reason before they are planned."""
    warning: Words
    typed_reason: str
    refused: Refused | None
    may_act: bool
    key: str


@get("/supervisor/roster")
async def show_roster(desk: NamedDependency[Desk], request: AnyRequest) -> Response[str]:
    """Show the roster of `?day=`, else today's."""
    must_supervise(desk)
    return await _show(desk, _asked_day(desk, request))


@get("/supervisor/roster.csv")
async def roster_csv(desk: NamedDependency[Desk], request: AnyRequest) -> Response[str]:
    """Give the roster of `?day=` as CSV."""
    must_supervise(desk)
    day = _asked_day(desk, request)
    _, _, found = await desk.read(
        lambda session, _at: roster.read(session.connection(), desk.office_no, day)
    )
    name = f'attachment; filename="jadwal-{day.isoformat()}.csv"'
    return Response(roster.write_csv(found), media_type=_CSV, headers={"Content-Disposition": name})


@post("/supervisor/roster")
async def plan_roster(desk: NamedDependency[Desk], request: AnyRequest) -> Response[str] | Redirect:
    """Replace a day's roster by a CSV table, typed or sent as a file."""
    must_act(desk)
    form = await read_form(request, desk.officer.csrf)
    day = asked_day(form.text("day"))
    sent = form.files.get("file")
    table = sent.content.decode("utf-8", "replace") if sent and sent.content else form.text("csv")
    reason = form.text("reason").strip()[:LONGEST_REASON]
    _, _, (entries, faults, lacking) = await desk.read(
        lambda session, _at: _read(session, desk, day, table)
    )
    if faults or (lacking and not reason):
        return await _show(
            desk, day, csv=table, faults=tuple(faults), asked=() if faults else lacking
        )
    try:
        await desk.command(
            lambda tx: plan(tx, desk.procedure, day, entries, reason), form, "plan roster"
        )
    except Refused as refused:
        return await _show(desk, day, csv=table, refused=refused, reason=reason)
    return Redirect(f"/supervisor/roster?day={day.isoformat()}", status_code=303)


def _read(
    session: Session, desk: Desk, day: date, table: str
) -> tuple[list[RosterEntry], list[RowFault], tuple[Unqualified, ...]]:
    known = roster.staff(session.connection(), desk.office_no)
    entries, faults = roster.read_csv(desk.office, known, table)
    lacking = unqualified(session, desk.procedure, desk.office_no, day, entries, known)
    return entries, faults, lacking


async def _show(
    desk: Desk,
    day: date,
    *,
    csv: str = "",
    faults: tuple[RowFault, ...] = (),
    asked: tuple[Unqualified, ...] = (),
    refused: Refused | None = None,
    reason: str = "",
) -> Response[str]:
    def read(session: Session, _at: object) -> RosterPage:
        connection = session.connection()
        found = roster.read(connection, desk.office_no, day)
        standing = {
            one.number: counters.read(connection, desk.office_no, desk.office, one.number)
            for one in desk.office.counters
        }
        known, people = roster.staff(connection, desk.office_no), _people(session, desk)
        lacking = unqualified(session, desk.procedure, desk.office_no, day, found.entries, known)
        planned = roster.write_csv(found).partition("\r\n")[2].replace("\r\n", "\n")
        without_day = "".join(line.partition(",")[2] + "\n" for line in planned.splitlines())
        head = ",".join(roster.COLUMNS) + "\n"
        return RosterPage(
            day=day,
            before=day - timedelta(days=1),
            after=day + timedelta(days=1),
            roster=found,
            now=standing,
            names={lane.code: desk.speech.pick(lane.name) for lane in desk.office.lanes},
            people=people,
            lacks={(one.counter, one.starts): one for one in lacking},
            reasons=roster.reasons(connection, desk.office_no, day),
            csv=csv or head + (without_day or EXAMPLE.format(login=next(iter(people), ""))),
            faults=faults,
            asked=asked,
            warning=desk.procedure.sop.sheet.warning,
            typed_reason=reason,
            refused=refused,
            may_act="supervisor" in desk.officer.roles,
            key=fresh_key(),
        )

    seq, at, view = await desk.read(read)
    frame = desk.frame(
        seq,
        at,
        title=desk.speech.say("roster"),
        section="supervisor",
        here=f"/supervisor/roster?day={day.isoformat()}",
        stream="",
        place=desk.speech.say("queue_supervisor"),
    )
    return page("roster.html", frame, view, status=422 if faults or refused or asked else 200)


def _people(session: Session, desk: Desk) -> dict[str, str]:
    query = select(Officer.login, Officer.name).where(
        Officer.office == desk.office_no, Officer.active.is_(True)
    )
    return {login: name for login, name in session.execute(query.order_by(Officer.name))}


def _asked_day(desk: Desk, request: AnyRequest) -> date:
    asked = request.query_params.get("day")
    return asked_day(asked) if asked else desk.office.today(desk.clock.now())


routes = [show_roster, roster_csv, plan_roster]
