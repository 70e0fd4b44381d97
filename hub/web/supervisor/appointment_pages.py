"""Today's booked times, and the import of a CSV list with a trial run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from litestar import Response, get, post
from litestar.di import NamedDependency
from sqlalchemy.orm import Session

from hub import appointments
from hub.appointments import BrokenTime
from hub.appointments.lists import import_csv
from hub.errors import Refused
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import fresh_key, read_form
from hub.web.rendering import page
from hub.web.supervisor.showing import must_act, must_supervise
from hub.wire.opening import AppointmentState, ImportDone

EXAMPLE = (
    "service,at,segment,language,needs,reference\nskim,2026-11-25 09:30,general,id,,SIMKIM-2231\n"
)


@dataclass(frozen=True, slots=True)
class AppointmentPage:
    """Booked times of today, and what an import said."""

    booked: tuple[AppointmentState, ...]
    broken: tuple[BrokenTime, ...]
    """Those from today on that the office cannot keep."""
    services: dict[str, str]
    csv: str
    said: ImportDone | None
    refused: Refused | None
    may_act: bool
    key: str


@get("/supervisor/appointments")
async def show_appointments(desk: NamedDependency[Desk]) -> Response[str]:
    """Show today's booked times."""
    must_supervise(desk)
    return await _show(desk)


@post("/supervisor/appointments")
async def import_appointments(desk: NamedDependency[Desk], request: AnyRequest) -> Response[str]:
    """Book the rows of a CSV list, or only say what would be booked and what is wrong."""
    must_act(desk)
    form = await read_form(request, desk.officer.csrf)
    sent = form.files.get("file")
    table = sent.content.decode("utf-8", "replace") if sent and sent.content else form.text("csv")
    dry_run = form.text("act") == "try"
    partly = form.text("partly") == "yes"
    try:
        done = await desk.command(
            lambda tx: import_csv(tx, desk.office, table, dry_run=dry_run, all_or_none=not partly),
            form,
            "import appointments",
        )
    except Refused as refused:
        return await _show(desk, csv=table, refused=refused)
    said = done.value if not done.replayed else None
    return await _show(desk, csv=table if dry_run or (said and said.faults) else "", said=said)


async def _show(
    desk: Desk, *, csv: str = "", said: ImportDone | None = None, refused: Refused | None = None
) -> Response[str]:
    today = desk.office.today(desk.clock.now())

    def read(
        session: Session, at: datetime
    ) -> tuple[list[AppointmentState], tuple[BrokenTime, ...]]:
        connection, office = session.connection(), desk.office_no
        broken = appointments.broken_times(connection, office, desk.office, at)
        return appointments.of_day(connection, office, today), broken

    seq, at, (booked, broken) = await desk.read(read)
    view = AppointmentPage(
        booked=tuple(booked),
        broken=broken,
        services={one.code: desk.speech.pick(one.name) for one in desk.office.services},
        csv=csv or EXAMPLE,
        said=said,
        refused=refused,
        may_act="supervisor" in desk.officer.roles,
        key=fresh_key(),
    )
    frame = desk.frame(
        seq,
        at,
        title=desk.speech.say("appointments"),
        section="supervisor",
        here="/supervisor/appointments",
        stream="",
        place=desk.speech.say("queue_supervisor"),
    )
    status = 422 if refused or (said and said.faults and not said.booked) else 200
    return page("appointments.html", frame, view, status=status)


routes = [show_appointments, import_appointments]
