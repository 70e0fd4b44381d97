"""The day's roster as a page and as CSV, planned from a CSV table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlalchemy.orm import Session

from hub.errors import BadInput, Refused
from hub.opening import roster
from hub.queue import counters
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import fresh_key, read_form
from hub.web.rendering import page
from hub.web.supervisor.showing import must_act, must_supervise
from hub.wire import CounterState, FieldFault
from hub.wire.opening import RosterState, RowFault

EXAMPLE = "counter,starts,ends,lanes,officer\n1,08:00,12:00,intake biometrics,siti\n"
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
    csv: str
    faults: tuple[RowFault, ...]
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
    day = _day(form.text("day"))
    sent = form.files.get("file")
    table = sent.content.decode("utf-8", "replace") if sent and sent.content else form.text("csv")
    entries, faults = roster.read_csv(desk.office, table)
    if faults:
        return await _show(desk, day, csv=table, faults=tuple(faults))
    try:
        await desk.command(
            lambda tx: roster.plan(tx, desk.office, day, entries), form, "plan roster"
        )
    except Refused as refused:
        return await _show(desk, day, csv=table, refused=refused)
    return Redirect(f"/supervisor/roster?day={day.isoformat()}", status_code=303)


async def _show(
    desk: Desk,
    day: date,
    *,
    csv: str = "",
    faults: tuple[RowFault, ...] = (),
    refused: Refused | None = None,
) -> Response[str]:
    def read(session: Session, _at: object) -> RosterPage:
        connection = session.connection()
        found = roster.read(connection, desk.office_no, day)
        standing = {
            one.number: counters.read(connection, desk.office_no, desk.office, one.number)
            for one in desk.office.counters
        }
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
            csv=csv or (head + without_day if found.entries else EXAMPLE),
            faults=faults,
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
    return page("roster.html", frame, view, status=422 if faults or refused else 200)


def _asked_day(desk: Desk, request: AnyRequest) -> date:
    asked = request.query_params.get("day")
    return _day(asked) if asked else desk.office.today(desk.clock.now())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(
            "day_invalid",
            "Write the day as 2026-11-23.",
            id="Tulis tanggal seperti 2026-11-23.",
            fields=[FieldFault(field="day", code="invalid")],
        ) from error


routes = [show_roster, roster_csv, plan_roster]
