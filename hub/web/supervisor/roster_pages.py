"""The day's roster as a page and as CSV, planned line by line, like another day, or by a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.cases.rostered import Unqualified, plan, reasons_that_stay, unqualified
from hub.errors import Conflict, NotFound, Refused
from hub.models.officer import Officer
from hub.opening import roster
from hub.queue import counters
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, fresh_key, read_form
from hub.web.rendering import page
from hub.web.supervisor.showing import asked_day, must_act, must_supervise
from hub.wire import CounterState, Words
from hub.wire.opening import RosterEntry, RosterState, RowFault
from hub.writer import Tx

EXAMPLE = "1,08:00,12:00,intake biometrics,{login}\n"
LONGEST_REASON = 300
ADD, REMOVE, COPY, TABLE = "add", "remove", "copy", "table"
_CSV = "text/csv"
_BACK = timedelta(days=1)
_LOOKED_BACK = 14
"""So many days back a planned one is looked for, to plan this one alike."""
_WRONG_FORM = "bentuk tidak sesuai / wrong form"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a day: its lines, what is wrong with them, and on what that was built."""

    entries: list[RosterEntry]
    faults: tuple[RowFault, ...] = ()
    asked: tuple[Unqualified, ...] = ()
    """Lines that need a supervisor's reason and have none yet."""
    before: list[RosterEntry] | None = None
    """What was planned when the change was made; None: it replaces whatever is planned."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an act was refused for, and what was typed."""

    act: str = ""
    csv: str = ""
    faults: tuple[RowFault, ...] = ()
    asked: tuple[Unqualified, ...] = ()
    """Lines that need a supervisor's reason before they are planned."""
    refused: Refused | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    lanes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RosterPage:
    """The roster of a day beside how the counters stand now."""

    day: date
    before: date
    after: date
    roster: RosterState
    now: dict[int, CounterState]
    names: dict[str, str]
    served: dict[int, tuple[str, ...]]
    """The lanes that each counter can serve."""
    people: dict[str, str]
    """Active officers by login."""
    lacks: dict[tuple[int, str], Unqualified]
    """Planned officers without a qualification, by counter and start."""
    reasons: dict[tuple[int, str], str]
    like: date | None
    """The last day before that is planned, while this one is not."""
    csv: str
    warning: Words
    said: Said
    may_act: bool
    key: str


@get("/supervisor/roster")
async def show_roster(desk: NamedDependency[Desk], request: AnyRequest) -> Response[str]:
    """Show the roster of `?day=`, else today's."""
    must_supervise(desk)
    return await _show(desk, _asked_day(desk, request), Said())


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
    sent = form.files.get("file")
    table = sent.content.decode("utf-8", "replace") if sent and sent.content else form.text("csv")

    def change(session: Session, _planned: list[RosterEntry]) -> Change:
        known = roster.staff(session.connection(), desk.office_no)
        entries, faults = roster.read_csv(desk.office, known, table)
        return Change(entries, tuple(faults))

    return await _plan(desk, form, TABLE, change, csv=table)


@post("/supervisor/roster/{act:str}", request_max_body_size=FORM_LIMIT)
async def change_roster(
    act: FromPath[str], desk: NamedDependency[Desk], request: AnyRequest
) -> Response[str] | Redirect:
    """Add a line to a day's roster, take one off, or plan the day as another one was."""
    must_act(desk)
    form = await read_form(request, desk.officer.csrf)
    changes = {ADD: _added, REMOVE: _removed, COPY: _copied}
    if act not in changes:
        raise NotFound("act_unknown", "There is no such act.", id="Tindakan itu tidak ada.")

    def change(session: Session, planned: list[RosterEntry]) -> Change:
        return changes[act](desk, session, form, planned)

    return await _plan(desk, form, act, change)


def _added(desk: Desk, session: Session, form: Form, planned: list[RosterEntry]) -> Change:
    told = {
        "counter": form.number("counter"),
        "starts": form.text("starts").replace(".", ":"),
        "ends": form.text("ends").replace(".", ":"),
        "lanes": form.every("lanes"),
        "officer": form.text("officer"),
    }
    try:
        entry = msgspec.convert(told, RosterEntry)
    except msgspec.ValidationError as error:
        column = str(error).rpartition("`$.")[2].rstrip("`").partition("[")[0]
        return Change(planned, (RowFault(line=0, column=column, reason=_WRONG_FORM),))
    known = roster.staff(session.connection(), desk.office_no)
    wrong = roster.faults_of(desk.office, known, entry, planned)
    faults = tuple(RowFault(line=0, column=column, reason=why) for column, why in wrong)
    return Change([*planned, entry], faults, before=planned)


def _removed(_desk: Desk, _session: Session, form: Form, planned: list[RosterEntry]) -> Change:
    gone = (form.number("counter"), form.text("starts"))
    return Change([one for one in planned if (one.counter, one.starts) != gone], before=planned)


def _copied(desk: Desk, session: Session, form: Form, planned: list[RosterEntry]) -> Change:
    like = roster.read(session.connection(), desk.office_no, asked_day(form.text("like")))
    return Change(like.entries, before=planned)


async def _plan(
    desk: Desk,
    form: Form,
    act: str,
    change: Callable[[Session, list[RosterEntry]], Change],
    csv: str = "",
) -> Response[str] | Redirect:
    """Plan what `change` makes of the day, unless a line is wrong or wants a reason."""
    day = asked_day(form.text("day"))
    reason = form.text("reason").strip()[:LONGEST_REASON]

    def read(session: Session, _at: object) -> Change:
        planned = roster.read(session.connection(), desk.office_no, day).entries
        return _judged(session, desk, day, change(session, planned))

    _, _, made = await desk.read(read)
    said = Said(act, csv, typed=form.typed(), lanes=tuple(form.every("lanes")))
    if made.faults or (made.asked and not reason):
        asked = () if made.faults else made.asked
        return await _show(desk, day, replace(said, faults=made.faults, asked=asked))

    def command(tx: Tx) -> RosterState:
        if made.before is not None:
            _require_unchanged(tx, day, made.before)
        return plan(tx, desk.procedure, day, made.entries, reason)

    try:
        await desk.command(command, form, f"{act} roster")
    except Refused as refused:
        return await _show(desk, day, replace(said, refused=refused))
    return Redirect(f"/supervisor/roster?day={day.isoformat()}", status_code=303)


def _judged(session: Session, desk: Desk, day: date, change: Change) -> Change:
    """Return the change with whose reason it wants."""
    known = roster.staff(session.connection(), desk.office_no)
    lacking = unqualified(session, desk.procedure, desk.office_no, day, change.entries, known)
    had = reasons_that_stay(session, desk.office_no, day, change.entries)
    return replace(change, asked=tuple(one for one in lacking if one.line not in had))


def _require_unchanged(tx: Tx, day: date, seen: list[RosterEntry]) -> None:
    if roster.read(tx.connection, tx.office, day).entries != seen:
        raise Conflict(
            "roster_changed",
            "Somebody else changed this day's roster just now: look at it and repeat.",
            id="Jadwal hari ini baru saja diubah orang lain: lihat dahulu, lalu ulangi.",
        )


async def _show(desk: Desk, day: date, said: Said) -> Response[str]:
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
            before=day - _BACK,
            after=day + _BACK,
            roster=found,
            now=standing,
            names={lane.code: desk.speech.pick(lane.name) for lane in desk.office.lanes},
            served={one.number: one.lanes for one in desk.office.counters},
            people=people,
            lacks={one.line: one for one in lacking},
            reasons=roster.reasons(connection, desk.office_no, day),
            like=None if found.entries else _planned_before(session, desk, day),
            csv=said.csv or head + (without_day or EXAMPLE.format(login=next(iter(people), ""))),
            warning=desk.procedure.sop.sheet.warning,
            said=said,
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
    wrong = said.faults or said.refused or said.asked
    return page("roster.html", frame, view, status=422 if wrong else 200)


def _planned_before(session: Session, desk: Desk, day: date) -> date | None:
    return next(
        (
            one
            for back in range(1, _LOOKED_BACK + 1)
            if roster.read(
                session.connection(), desk.office_no, one := day - timedelta(days=back)
            ).entries
        ),
        None,
    )


def _people(session: Session, desk: Desk) -> dict[str, str]:
    query = select(Officer.login, Officer.name).where(
        Officer.office == desk.office_no, Officer.active.is_(True)
    )
    return {login: name for login, name in session.execute(query.order_by(Officer.name))}


def _asked_day(desk: Desk, request: AnyRequest) -> date:
    asked = request.query_params.get("day")
    return asked_day(asked) if asked else desk.office.today(desk.clock.now())


routes = [show_roster, roster_csv, plan_roster, change_roster]
